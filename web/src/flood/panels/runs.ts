/** Runs: those that wait and run, with their progress, and those that have ended. */

import type { Part } from '../../app.ts';
import { lang, titled } from '../../i18n/index.ts';
import { timeText } from '../../live/age.ts';
import { sign } from '../../live/signs.ts';
import { h, refill } from '../../ui/dom.ts';
import { icon } from '../../ui/icons.ts';
import { notify } from '../../ui/notice.ts';
import { isActive, reasonOf, type Flood } from '../flood.ts';
import type { Run } from '../model.ts';
import { draftOf } from '../scenario.ts';
import { spanText } from '../time.ts';
import { w } from '../words.ts';

export function runsPage(flood: Flood): Part {
  const list = h('ul', { class: 'run-list' });
  const empty = h('div', { class: 'empty-state' }, sign('history'), h('p', {}, w('runs.none')));
  // The run that somebody has asked to be removed, until they confirm it.
  let removing: string | undefined;
  const fill = (): void => {
    const focused = document.activeElement?.getAttribute('data-focus');
    refill(list, ...flood.runs.map((run) => item(flood, run, removing === run.id, (id) => {
      removing = id;
      fill();
    })));
    empty.hidden = flood.runs.length > 0;
    if (focused) list.querySelector<HTMLElement>(`[data-focus="${CSS.escape(focused)}"]`)?.focus();
  };
  fill();
  const stop = flood.topics.on(['runs', 'shown'], fill);
  return { element: h('div', { class: 'stack' }, empty, list), dispose: stop };
}

function item(flood: Flood, run: Run, isRemoving: boolean, remove: (id: string | undefined) => void): HTMLElement {
  const isShown = flood.results?.run === run.id;
  const element = h(
    'li',
    { class: `run ${run.status}${isShown ? ' shown' : ''}`, attrs: { 'data-run': run.id } },
    h('div', { class: 'run-head' }, h('strong', {}, titled(run.title)), h('span', { class: `run-state ${run.status}` }, w(run.published ? 'status.published' : `status.${run.status}`))),
    h('p', { class: 'small muted number' }, facts(flood, run)),
    isActive(run) && progress(flood, run),
    run.status === 'failed' && run.message ? h('p', { class: 'warning-text small' }, messageOf(run.message)) : null,
    h('div', { class: 'actions run-actions' }, ...buttons(flood, run, isRemoving, remove)),
  );
  return element;
}

function facts(flood: Flood, { id, created, started, finished, owner }: Run): string {
  const now = flood.api.clock.now();
  const when = created === undefined ? '' : timeText(created, lang(), now);
  const took = started !== undefined && finished !== undefined ? w('runs.took', { time: spanText((finished - started) / 1000) }) : '';
  return [w('runs.number', { id }), when, took, owner && owner !== 'local' ? owner : ''].filter(Boolean).join(' · ');
}

function progress(flood: Flood, run: Run): HTMLElement {
  const percent = Math.round(run.progress * 100);
  const bar = h('progress', { attrs: { max: 100, value: percent, 'aria-label': w('runs.progress') } });
  const end = run.estimatedEnd;
  const now = flood.api.clock.now();
  const left = end === undefined ? '' : w('runs.end', { time: timeText(end, lang(), now, end - now < 600_000), left: spanText(Math.max(1, (end - now) / 1000)) });
  const words = run.status === 'accepted' ? w('runs.waiting') : [`${percent} %`, left].filter(Boolean).join(' · ');
  return h('div', { class: 'run-progress' }, bar, h('span', { class: 'small number' }, words));
}

function buttons(flood: Flood, run: Run, isRemoving: boolean, remove: (id: string | undefined) => void): HTMLElement[] {
  const button = (key: string, words: string, mark: SVGElement, act: () => void, isChief = false): HTMLElement =>
    h('button', { class: `action${isChief ? ' primary' : ''}`, attrs: { type: 'button', 'data-focus': `${run.id}-${key}` }, on: { click: act } }, mark, words);
  const fail = (error: unknown): void => notify(reasonOf(error), 'warning');
  const dismiss = (): void => {
    remove(undefined);
    void flood.dismiss(run).catch(fail);
  };
  if (isRemoving) {
    return [
      h('p', { class: 'small' }, w(isActive(run) ? 'runs.stopSure' : 'runs.removeSure')),
      button('yes', w(isActive(run) ? 'runs.stop' : 'runs.remove'), icon('check'), dismiss),
      button('no', w('common.no'), icon('close'), () => remove(undefined)),
    ];
  }
  const show = (): void => {
    void flood.showRun(run.id).then(() => flood.go('result'), fail);
  };
  const again = (): void => {
    void flood.api.scenario(run.id).then((scenario) => {
      flood.draft = draftOf(scenario);
      flood.go('new');
    }, fail);
  };
  const see = run.status === 'successful' ? [button('show', w('runs.show'), icon('open'), show, true)] : [];
  if (flood.isDenied) return see;
  return [
    ...see,
    button('again', w('runs.again'), icon('copy'), again),
    isActive(run)
      ? button('stop', w('runs.stop'), sign('stop'), () => remove(run.id))
      : button('remove', w('runs.remove'), icon('close'), () => remove(run.id)),
  ];
}

/** The server says both languages at once: `vi / en`. */
function messageOf(message: string): string {
  const [vi, en] = message.split(' / ');
  return (lang() === 'vi' ? vi : en) ?? message;
}
