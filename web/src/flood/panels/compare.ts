/** Two runs beside each other: by a line that is moved over the map, and by what they differ. */

import type { Part } from '../../app.ts';
import { formatValue } from '../../coords/format.ts';
import { lang, titled } from '../../i18n/index.ts';
import { h, refill } from '../../ui/dom.ts';
import { icon } from '../../ui/icons.ts';
import { notify } from '../../ui/notice.ts';
import type { Changes, Figures } from '../changes.ts';
import { segments } from '../fields.ts';
import { reasonOf, type Comparison, type Flood } from '../flood.ts';
import type { Results } from '../model.ts';
import { w } from '../words.ts';
import { section } from './form.ts';

export function compareBox(flood: Flood, results: Results): Part {
  const room = h('div', { class: 'stack tight' });
  // Another output of the same runs changes nothing in the tables.
  let changes: { readonly of: string; readonly element: HTMLElement } | undefined;
  const changesOf = (other: Results): HTMLElement => {
    if (changes?.of !== other.run) changes = { of: other.run, element: changesRoom(flood, results, other) };
    return changes.element;
  };
  const begin = (id: string, how: Comparison['how']): void => {
    if (!id) { flood.compare(undefined); return; }
    const known = flood.other?.results.run === id ? Promise.resolve(flood.other.results) : flood.api.results(id);
    known.then((found) => flood.compare({ results: found, how }), (error: unknown) => notify(reasonOf(error), 'warning'));
  };
  const fill = (): void => {
    const others = flood.runs.filter(({ id, status }) => status === 'successful' && id !== results.run);
    const { other } = flood;
    if (!others.length && !other) { refill(room, h('p', { class: 'muted small' }, w('compare.none'))); return; }
    const select = h(
      'select',
      { attrs: { 'aria-label': w('compare.with'), 'data-do': 'compare' }, on: { change: () => begin(select.value, flood.other?.how ?? 'swipe') } },
      h('option', { attrs: { value: '' } }, w('compare.choose')),
      ...others.map((run) => h('option', { attrs: { value: run.id } }, `${run.id} · ${titled(run.title)}`)),
    );
    select.value = other?.results.run ?? '';
    refill(
      room,
      select,
      other &&
        segments<Comparison['how']>(w('compare.how'), [['swipe', w('compare.swipe')], ['difference', w('compare.difference')]], other.how, (how) => begin(other.results.run, how)),
      other && h('p', { class: 'muted small' }, w(other.how === 'swipe' ? 'compare.swipeHint' : 'compare.differenceHint', { a: results.run, b: other.results.run })),
      other && table(results, other.results),
      other && changesOf(other.results),
      other && h('button', { class: 'action', attrs: { type: 'button' }, on: { click: () => flood.compare(undefined) } }, icon('close'), w('compare.end')),
    );
  };
  fill();
  const stop = flood.topics.on(['shown', 'runs'], () => {
    // A list that is open is not taken away under the pointer.
    if (!room.contains(document.activeElement) || document.activeElement?.tagName !== 'SELECT' || flood.other) fill();
  });
  return { element: section(w('compare.title'), room), dispose: stop };
}

/** What changes on the ground and for people, as the server reckons it cell by cell. */
function changesRoom(flood: Flood, a: Results, b: Results): HTMLElement {
  const room = h('div', { class: 'stack tight' }, h('p', { class: 'muted small' }, w('common.loading')));
  flood.api.changes(a.run, b.run).then(
    (changes) => refill(room, ...changesTables(flood, changes, [a.run, b.run])),
    (error: unknown) => refill(room, h('p', { class: 'warning-text small' }, reasonOf(error))),
  );
  return room;
}

function changesTables(flood: Flood, { areas, rise, fall, affected, communes }: Changes, names: readonly [string, string]): HTMLElement[] {
  const places = [['compare.rise', rise] as const, ['compare.fall', fall] as const].flatMap(([word, change]) => {
    if (!change) return [];
    const sign = change.change_m > 0 ? '+' : '';
    const words = w(word, { change: `${sign}${formatValue(change.change_m, lang(), 2)}` });
    return [h('li', {}, h('button', { class: 'text-button plain', attrs: { type: 'button' }, on: { click: () => { flood.goTo(change.at); flood.setPlace(change.at); } } }, icon('target'), words))];
  });
  const ground = h(
    'table',
    { class: 'plain-table compare-table' },
    h('caption', { class: 'kicker' }, w('compare.ground')),
    h('tbody', {}, ...areas.map(([name, area]) => h('tr', {}, h('th', { attrs: { scope: 'row' } }, w(`compare.${name}`)), h('td', { class: 'number' }, `${formatValue(area, lang(), 1)}\u00a0ha`)))),
  );
  return [
    ground,
    ...(places.length ? [h('ul', { class: 'compare-places' }, ...places)] : []),
    ...figuresTable(w('compare.affected'), affected, names),
    ...figuresTable(w('compare.communes'), communes, names),
  ];
}

/** Numbers of both runs; nothing where there are none. */
function figuresTable(caption: string, all: readonly Figures[], names: readonly [string, string]): HTMLElement[] {
  if (!all.length) return [];
  return [
    h(
      'div',
      { class: 'table-room', attrs: { tabindex: 0, role: 'region', 'aria-label': caption } },
      figures(caption, all.map(({ title, first, second }) => [titled(title), first, second, 0] as const), names),
    ),
  ];
}

/** Figures of both runs and what they differ by. */
function table(a: Results, b: Results): HTMLElement {
  const rows = [
    ...a.summary.flooded.map(({ depth_m, area_ha }) => {
      const other = b.summary.flooded.find((each) => each.depth_m === depth_m)?.area_ha;
      return [`≥ ${formatValue(depth_m, lang(), 2)} m (ha)`, area_ha, other, 1] as const;
    }),
    [w('compare.deepest'), a.summary.deepest?.depth_m, b.summary.deepest?.depth_m, 2] as const,
  ];
  return figures(w('compare.figures'), rows, [a.run, b.run]);
}

type FigureRow = readonly [name: string, own: number | undefined, theirs: number | undefined, digits: number];

function figures(caption: string, rows: readonly FigureRow[], names: readonly [string, string]): HTMLElement {
  const number = (value: number | undefined, digits: number): string => (value === undefined ? '–' : formatValue(value, lang(), digits));
  const signed = (value: number, digits: number): string => `${value > 0 ? '+' : ''}${number(value, digits)}`;
  return h(
    'table',
    { class: 'plain-table compare-table' },
    h('caption', { class: 'kicker' }, caption),
    h('thead', {}, h('tr', {}, ...[w('compare.figure'), ...names, w('compare.change')].map((each) => h('th', { attrs: { scope: 'col' } }, each)))),
    h(
      'tbody',
      {},
      ...rows.map(([name, own, theirs, digits]) =>
        h(
          'tr',
          {},
          h('th', { attrs: { scope: 'row' } }, name),
          h('td', {}, number(own, digits)),
          h('td', {}, number(theirs, digits)),
          h('td', {}, own === undefined || theirs === undefined ? '–' : signed(theirs - own, digits)),
        ),
      ),
    ),
  );
}
