/** What could not be recorded: why, from whom, and sending it again. */

import { lang } from '../../i18n/index.ts';
import { h, refill } from '../../ui/dom.ts';
import { icon } from '../../ui/icons.ts';
import { notify } from '../../ui/notice.ts';
import { timeText } from '../age.ts';
import { letters, redrive, type Letter } from '../duty.ts';
import { reasonOf, type Live } from '../live.ts';
import { isDenied, tokenRow } from '../rights.ts';
import { w } from '../words.ts';

/** Opens on demand: only who is on duty may read what is in there. */
export function lettersBox(live: Live): HTMLElement {
  const token = tokenRow();
  const body = h('div', { class: 'stack tight' });
  const gate = h(
    'form',
    { class: 'stack tight', on: { submit: (event) => { event.preventDefault(); token.take(); void fill(); } } },
    token.element,
    h('div', { class: 'actions' }, h('button', { class: 'action', attrs: { type: 'submit' } }, icon('check'), w('orders.useToken'))),
  );
  token.element.hidden = false;
  const fill = async (): Promise<void> => {
    try {
      const found = await letters(new AbortController().signal);
      refill(body, ...content(live, found, again));
    } catch (error) {
      refill(body, isDenied(error) ? h('p', { class: 'muted small' }, w('letters.denied')) : h('p', {}, reasonOf(error)), isDenied(error) && gate);
    }
  };
  const again = async (id?: number): Promise<void> => {
    try {
      const { recorded, refused } = await redrive(id);
      notify(w('letters.redriven', { recorded, refused }), recorded ? undefined : 'warning');
    } catch (error) {
      notify(w('letters.failed', { reason: reasonOf(error) }), 'warning');
    }
    await fill();
  };
  const box = h('details', { class: 'letters', on: { toggle: () => { if (box.open) void fill(); } } }, h('summary', {}, w('letters.open')), body);
  return box;
}

function content(live: Live, found: readonly Letter[], again: (id?: number) => Promise<void>): HTMLElement[] {
  if (!found.length) return [h('p', { class: 'muted' }, w('letters.none'))];
  const left = found.filter(({ isRedriven }) => !isRedriven);
  const all = h('button', { class: 'action primary', attrs: { type: 'button' }, on: { click: () => void again() } }, icon('undo'), w('letters.redriveAll'));
  return [
    ...(left.length ? [h('div', { class: 'actions' }, all)] : []),
    h('ul', { class: 'order-list' }, ...found.map((letter) => item(live, letter, again))),
  ];
}

function item(live: Live, { id, received, source, message, excerpt, isRedriven }: Letter, again: (id: number) => Promise<void>): HTMLElement {
  const at = received === undefined ? '' : timeText(received, lang(), live.api.clock.now());
  const button = h('button', { class: 'action', attrs: { type: 'button' }, on: { click: () => void again(id) } }, icon('undo'), w('letters.redrive'));
  return h(
    'li',
    { class: 'order letter', attrs: { 'data-letter': id } },
    h('strong', {}, message),
    h('span', { class: 'muted small' }, [`#${id}`, at, source].filter(Boolean).join(' · ')),
    h('code', { class: 'excerpt' }, excerpt),
    isRedriven ? h('span', { class: 'order-state verified' }, w('letters.done')) : h('div', { class: 'actions' }, button),
  );
}
