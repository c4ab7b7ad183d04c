/** Orders to lamps: made by one person, approved by another, followed until the lamps show it. */

import type { Part } from '../../app.ts';
import { formatNumber } from '../../coords/format.ts';
import { lang, titled } from '../../i18n/index.ts';
import { h, refill } from '../../ui/dom.ts';
import { icon } from '../../ui/icons.ts';
import { notify } from '../../ui/notice.ts';
import { timeText } from '../age.ts';
import { approve, dimmersOf, order, orders, refuse, type NewOrder, type Order } from '../duty.ts';
import { reasonOf, type Live } from '../live.ts';
import type { Thing } from '../model.ts';
import { bearer, isDenied, tokenRow } from '../rights.ts';
import { isWord, w } from '../words.ts';

const POLL_MS = 3000;
/** As many lamps of the view are listed. */
const MOST_LAMPS = 200;
const LIVES_S = [300, 600, 1800] as const;

export function ordersPanel(live: Live): Part {
  const token = tokenRow();
  const waiting = h('ul', { class: 'order-list' });
  const past = h('ul', { class: 'order-list' });
  const denied = h('p', { class: 'muted' }, w('orders.denied'));
  const [open, over] = [h('div', { class: 'stack tight' }), h('div', { class: 'stack tight' })];
  let asking = new AbortController();
  const ask = async (isAnew = false): Promise<void> => {
    // Somebody who is writing why is not disturbed.
    if (!isAnew && waiting.contains(document.activeElement) && document.activeElement?.matches('input')) return;
    asking.abort();
    asking = new AbortController();
    const { signal } = asking;
    try {
      const [wait, all] = await Promise.all([orders('waiting', signal), orders('all', signal)]);
      const done = all.filter(({ id }) => !wait.some((each) => each.id === id)).slice(0, 10);
      refill(waiting, ...wait.map((each) => waitingItem(live, each, act)));
      refill(past, ...done.map((each) => item(live, each)));
      refill(open, ...section('orders.waiting', wait.length ? waiting : muted('orders.noneWaiting')));
      refill(over, ...(done.length ? section('orders.past', past) : []));
      gate.hidden = true;
    } catch (error) {
      if (signal.aborted) return;
      refill(open, isDenied(error) ? denied : h('p', { class: 'muted' }, reasonOf(error)));
      refill(over);
      if (isDenied(error)) gate.hidden = false;
    }
  };
  const act = async (run: () => Promise<unknown>, said: string): Promise<boolean> => {
    try {
      await run();
      notify(said);
      return true;
    } catch (error) {
      if (isDenied(error) && !bearer().Authorization) { gate.hidden = false; token.ask(); }
      notify(w('orders.failed', { reason: reasonOf(error) }), 'warning');
      return false;
    } finally {
      void ask(true);
    }
  };
  const gate = h(
    'form',
    {
      class: 'stack tight gate',
      on: {
        submit: (event) => {
          event.preventDefault();
          token.take();
          void ask();
        },
      },
    },
    token.element,
    h('div', { class: 'actions' }, h('button', { class: 'action', attrs: { type: 'submit' } }, icon('check'), w('orders.useToken'))),
  );
  token.element.hidden = false;
  gate.hidden = true;
  const form = orderForm(live, act);
  void ask();
  const timer = setInterval(() => void ask(), POLL_MS);
  const stop = live.topics.on(['things', 'mode'], form.look);
  return {
    element: h('section', { class: 'view stack' }, gate, open, form.element, over),
    dispose: () => {
      stop();
      clearInterval(timer);
      asking.abort();
    },
  };
}

type Act = (run: () => Promise<unknown>, said: string) => Promise<boolean>;

/** What is to be told to which lamps, and why. */
function orderForm(live: Live, act: Act): { readonly element: HTMLElement; readonly look: () => void } {
  const chosen = new Map<number, boolean>();
  const lamps = h('div', { class: 'lamp-picks' });
  const count = h('summary', {});
  const view = h('details', { class: 'lamp-view' }, count, lamps);
  const cabinet = h('input', { attrs: { type: 'text', name: 'cabinet', maxlength: 80, placeholder: w('orders.cabinetPlace'), 'aria-label': w('orders.cabinet') } });
  const level = h('input', { attrs: { type: 'range', min: 0, max: 100, step: 5, value: 50, name: 'dim' }, on: { input: () => { said.textContent = percent(Number(level.value)); } } });
  const said = h('output', { class: 'number' }, percent(50));
  const reason = h('textarea', { attrs: { rows: 2, maxlength: 1000, required: true, name: 'reason', placeholder: w('orders.reasonPlace') } });
  const life = h('select', { attrs: { name: 'life' } }, ...LIVES_S.map((s) => h('option', { attrs: { value: s } }, w('orders.minutes', { n: s / 60 }))));
  life.value = '600';
  const submit = h('button', { class: 'action primary', attrs: { type: 'submit' } }, icon('check'), w('orders.send'));
  let key = newKey();
  let before = '';
  const look = (): void => {
    const seen = lampsInView(live);
    const ids = seen.map(({ id }) => id).join();
    if (ids === before && lamps.childElementCount) return;
    before = ids;
    refill(lamps, ...seen.map((lamp) => pick(lamp, chosen, fillCount)), seen.length ? null : h('p', { class: 'muted small' }, w('orders.noLamps')));
    fillCount();
  };
  const picked = (): number[] => lampsInView(live).map(({ id }) => id).filter((id) => chosen.get(id) ?? true);
  const fillCount = (): void => { count.textContent = w('orders.lampsInView', { n: picked().length }); };
  const send = async (): Promise<void> => {
    const name = cabinet.value.trim();
    const ids = name ? [] : picked();
    if (!name && !ids.length) { notify(w('orders.nobody'), 'warning'); return; }
    submit.disabled = true;
    const isSent = await act(async () => {
      const targets: NewOrder['targets'] = name ? { cabinet: name } : { capabilities: await dimmersOf(ids) };
      await order({ targets, dim: Number(level.value), reason: reason.value.trim(), ttl_s: Number(life.value), key });
    }, w('orders.sent'));
    submit.disabled = false;
    if (!isSent) return;
    reason.value = '';
    key = newKey();
  };
  look();
  const element = h(
    'form',
    { class: 'stack tight order-form', on: { submit: (event) => { event.preventDefault(); void send(); } } },
    h('h3', { class: 'kicker' }, w('orders.new')),
    view,
    h('label', { class: 'stack tight' }, h('span', { class: 'kicker' }, w('orders.cabinet')), cabinet),
    h('label', { class: 'level-row' }, h('span', {}, w('orders.level')), level, said),
    h('label', { class: 'stack tight' }, h('span', { class: 'kicker' }, w('orders.reason')), reason),
    h('label', { class: 'level-row' }, h('span', {}, w('orders.life')), life),
    h('p', { class: 'muted small' }, w('orders.hint')),
    h('div', { class: 'actions' }, submit),
  );
  return { element, look };
}

function pick(lamp: Thing, chosen: Map<number, boolean>, changed: () => void): HTMLElement {
  const box = h('input', { attrs: { type: 'checkbox' }, on: { change: () => { chosen.set(lamp.id, box.checked); changed(); } } });
  box.checked = chosen.get(lamp.id) ?? true;
  return h('label', { class: 'lamp-pick' }, box, titled(lamp.name));
}

function lampsInView(live: Live): Thing[] {
  const bounds = live.app.map.getBounds();
  const all = [...(live.store?.all ?? [])];
  return all.filter(({ role, place }) => role === 'lamps' && bounds.contains([...place])).slice(0, MOST_LAMPS);
}

/** An order that waits for a second person. */
function waitingItem(live: Live, each: Order, act: Act): HTMLElement {
  const why = h('input', { attrs: { type: 'text', maxlength: 500, required: true, placeholder: w('orders.whyPlace'), 'aria-label': w('orders.why') } });
  const refusal = h(
    'form',
    { class: 'refusal', on: { submit: (event) => { event.preventDefault(); void act(() => refuse(each.id, why.value.trim()), w('orders.refused')); } } },
    why,
    h('button', { class: 'action', attrs: { type: 'submit' } }, w('orders.refuse')),
  );
  refusal.hidden = true;
  const open = h('button', { class: 'action', attrs: { type: 'button' }, on: { click: () => { refusal.hidden = !refusal.hidden; why.focus(); } } }, icon('close'), w('orders.refuse'));
  const yes = h('button', { class: 'action primary', attrs: { type: 'button' }, on: { click: () => void act(() => approve(each.id), w('orders.approved')) } }, icon('check'), w('orders.approve'));
  return h('li', { class: 'order waiting', attrs: { 'data-order': each.id } }, ...words(live, each), h('div', { class: 'actions' }, yes, open), refusal);
}

function item(live: Live, each: Order): HTMLElement {
  return h('li', { class: 'order', attrs: { 'data-order': each.id } }, ...words(live, each));
}

function words(live: Live, { requester, reason, requested, expires, dim, devices, states }: Order): HTMLElement[] {
  const at = requested === undefined ? '' : timeText(requested, lang(), live.api.clock.now());
  const until = expires !== undefined && states.requested ? w('orders.until', { time: timeText(expires, lang(), live.api.clock.now()) }) : '';
  const what = [w('orders.lamps', { n: devices }), dim === undefined ? '' : percent(dim)].filter(Boolean).join(' → ');
  const chips = Object.entries(states).map(([state, count]) => {
    const name = `command.${state}`;
    return h('span', { class: `order-state ${state}` }, `${isWord(name) ? w(name) : state} ${count}`);
  });
  return [
    h('strong', {}, what),
    h('q', {}, reason),
    h('span', { class: 'muted small' }, [requester, at, until].filter(Boolean).join(' · ')),
    h('span', { class: 'order-states' }, ...chips),
  ];
}

function section(word: 'orders.waiting' | 'orders.past', content: HTMLElement): HTMLElement[] {
  return [h('h3', { class: 'kicker' }, w(word)), content];
}

const muted = (word: 'orders.noneWaiting'): HTMLElement => h('p', { class: 'muted' }, w(word));
/** Names an order: the same key is the same order. `crypto.randomUUID` is not there without HTTPS. */
const newKey = (): string => `web-${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
const percent = (level: number): string => `${formatNumber(level, 0, lang())}\u00a0%`;
