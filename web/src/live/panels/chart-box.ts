/** The chart of a datastream with its periods, its table and its file. */

import { lang, titled } from '../../i18n/index.ts';
import { h, refill } from '../../ui/dom.ts';
import { timeText } from '../age.ts';
import { reasonOf, type Live } from '../live.ts';
import type { Datastream, Series, Station } from '../model.ts';
import { sign } from '../signs.ts';
import { gradeText, resultText } from '../tone.ts';
import { isWord, w, type Word } from '../words.ts';
import { csvOf, extremes } from './series-text.ts';
import type { Chart } from './chart.ts';

const HOUR_MS = 3_600_000;
type Span = 'day' | 'week' | 'month' | 'year' | 'replay';
const SPANS: readonly [Span, Word, number][] = [
  ['day', 'chart.day', 24 * HOUR_MS],
  ['week', 'chart.week', 7 * 24 * HOUR_MS],
  ['month', 'chart.month', 30 * 24 * HOUR_MS],
  ['year', 'chart.year', 365 * 24 * HOUR_MS],
];
const POINTS = 800;
const MOST_ROWS = 500;
/** A chart of the present is asked for anew no more often. */
const REFRESH_MS = 30_000;

// Kept while the page is open, so that one station after another is seen over the same period.
const memory: { span: Span } = { span: 'day' };

export interface ChartBox {
  readonly element: HTMLElement;
  /** Shows another datastream of the station. */
  show(datastream: Datastream): void;
  /** Something new came, or the replay's clock moved. */
  hear(): void;
  dispose(): void;
}

export function chartBox(live: Live, station: Station, first: Datastream): ChartBox {
  let datastream = first;
  let series: Series | undefined;
  let chart: Chart | undefined;
  let asking = new AbortController();
  let loadedAt = -Infinity;
  let file = '';
  const tabs = h('div', { class: 'segments spans', attrs: { role: 'group', 'aria-label': w('chart.span') } });
  const picture = h('div', { class: 'chart' });
  const readout = h('p', { class: 'chart-readout small number', attrs: { 'aria-live': 'polite' } });
  const notes = h('p', { class: 'muted small' });
  const table = h('details', { class: 'series-table' });
  const csv = h('a', { class: 'text-button', attrs: { href: '#' } }, sign('download'), w('table.csv'));
  const below = h('div', { class: 'chart-below' }, table, csv);

  const spans = (): readonly (readonly [Span, Word])[] => [
    ...SPANS.map(([span, word]) => [span, word] as const),
    ...(live.replay ? [['replay', 'chart.replay'] as const] : []),
  ];
  const fillTabs = (): void => {
    const known = spans();
    if (!known.some(([span]) => span === memory.span)) memory.span = 'day';
    refill(
      tabs,
      ...known.map(([span, word]) =>
        h(
          'button',
          {
            attrs: { type: 'button', 'aria-pressed': String(span === memory.span), 'aria-selected': String(span === memory.span), 'data-span': span },
            on: {
              click: () => {
                memory.span = span;
                fillTabs();
                tabs.querySelector<HTMLElement>('[aria-pressed=true]')?.focus();
                void load();
              },
            },
          },
          w(word),
        ),
      ),
    );
  };
  const period = (): [number, number] => {
    if (memory.span === 'replay' && live.replay) return [live.replay.state.from, live.replay.state.to];
    const length = SPANS.find(([span]) => span === memory.span)?.[2] ?? 24 * HOUR_MS;
    // In a replay the past is seen as it was then.
    return [live.now() - length, live.now()];
  };

  const load = async (): Promise<void> => {
    asking.abort();
    asking = new AbortController();
    const { signal } = asking;
    loadedAt = performance.now();
    const [from, to] = period();
    if (!chart) refill(picture, h('p', { class: 'muted busy' }, w('chart.loading')));
    picture.classList.add('busy');
    try {
      const [answer, { Chart: Drawing }] = await Promise.all([live.api.series(datastream.id, from, to, POINTS, signal), import('./chart.ts')]);
      if (signal.aborted) return;
      series = answer;
      chart?.destroy();
      chart = undefined;
      readout.textContent = '';
      if (answer.t.length) {
        picture.replaceChildren();
        chart = new Drawing(picture, { series: answer, datastream, from, to, onRead: (i) => (readout.textContent = i === undefined ? '' : pointText(answer, i, datastream)) });
        chart.mark(live.replay?.state.at);
        picture.setAttribute('aria-label', chartLabel(answer, datastream, from, to));
      } else refill(picture, h('p', { class: 'muted chart-empty' }, w('chart.empty')));
      fillBelow(answer);
    } catch (error) {
      if (signal.aborted) return;
      refill(picture, h('p', { class: 'warning-text' }, w('chart.failed', { reason: reasonOf(error) })));
      chart?.destroy();
      chart = undefined;
      below.hidden = true;
    } finally {
      if (!signal.aborted) picture.classList.remove('busy');
    }
  };

  const fillBelow = (answer: Series): void => {
    below.hidden = answer.t.length === 0;
    notes.textContent = noteText(answer);
    const isOpen = table.open;
    refill(table, h('summary', {}, w('table.open', { n: answer.t.length })));
    table.open = isOpen;
    if (isOpen) table.append(seriesTable(answer, datastream));
    URL.revokeObjectURL(file);
    file = URL.createObjectURL(new Blob([csvOf(answer, station, datastream)], { type: 'text/csv;charset=utf-8' }));
    csv.href = file;
    csv.download = `things-${station.id}-datastream-${datastream.id}-${memory.span}.csv`;
  };
  table.addEventListener('toggle', () => {
    if (table.open && series && !table.querySelector('table')) table.append(seriesTable(series, datastream));
  });
  below.hidden = true;
  fillTabs();
  void load();
  let hadReplay = live.replay !== undefined;
  return {
    element: h('section', { class: 'chart-box' }, tabs, picture, readout, notes, below),
    show: (next) => {
      datastream = next;
      void load();
    },
    hear: () => {
      chart?.mark(live.replay?.state.at);
      const hasReplay = live.replay !== undefined;
      if (hasReplay !== hadReplay) {
        hadReplay = hasReplay;
        if (hasReplay) memory.span = 'replay';
        fillTabs();
        void load();
      } else if (!hasReplay && memory.span === 'day' && performance.now() - loadedAt > REFRESH_MS && document.visibilityState === 'visible') void load();
    },
    dispose: () => {
      asking.abort();
      chart?.destroy();
      URL.revokeObjectURL(file);
    },
  };
}

function noteText({ resolution, grade, min }: Series): string {
  const word = resolution === 'day' ? 'chart.dayMean' : `chart.${resolution}`;
  if (!grade.length) return '';
  return [
    isWord(word) ? capital(w(word)) : '',
    resolution !== 'raw' && min.some((each) => each !== null) ? w('chart.band') : '',
    grade.some((each) => each === 'suspect' || each === 'bad') ? `× ${w('chart.flagged')}.` : '',
  ].filter(Boolean).map((each) => (each.endsWith('.') ? each : `${each}.`)).join(' ');
}

const capital = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);

function pointText({ t, value, min, max, grade, resolution }: Series, i: number, { unit }: Datastream): string {
  const at = (list: readonly (number | null)[]): string => resultText(list[i] ?? null, unit);
  const time = timeText((t[i] ?? 0) * 1000, lang(), undefined, resolution === 'raw');
  const range = resolution === 'raw' ? '' : ` (${at(min)} – ${at(max)})`;
  const quality = grade[i] === 'suspect' || grade[i] === 'bad' ? ` · ${gradeText(grade[i], [])}` : '';
  return `${time}: ${at(value)}${range}${quality}`;
}

function chartLabel(series: Series, { property, unit }: Datastream, from: number, to: number): string {
  const { low, high, last } = extremes(series);
  return w('chart.label', {
    property: titled(property),
    unit,
    from: timeText(from, lang()),
    to: timeText(to, lang()),
    min: resultText(low, ''),
    max: resultText(high, ''),
    last: resultText(last, ''),
  });
}

/** The values as a table, newest first: what a screen reader and a keyboard can go through. */
function seriesTable(series: Series, { property, unit }: Datastream): HTMLElement {
  const isRolled = series.resolution !== 'raw';
  const heads = [w('table.time'), `${titled(property)}${unit ? ` (${unit})` : ''}`, ...(isRolled ? [w('chart.min'), w('chart.max')] : []), w('table.quality')];
  const order = series.t.map((_, i) => series.t.length - 1 - i).slice(0, MOST_ROWS);
  const cell = (list: readonly (number | null)[], i: number): HTMLElement => h('td', { class: 'number' }, resultText(list[i] ?? null, ''));
  const rows = order.map((i) =>
    h(
      'tr',
      {},
      h('th', { attrs: { scope: 'row' } }, timeText((series.t[i] ?? 0) * 1000, lang(), undefined, !isRolled)),
      cell(series.value, i),
      isRolled && cell(series.min, i),
      isRolled && cell(series.max, i),
      h('td', {}, gradeText(series.grade[i] ?? 'unchecked', [])),
    ),
  );
  return h(
    'div',
    { class: 'table-room', attrs: { tabindex: 0, role: 'region', 'aria-label': w('table.caption', { property: titled(property) }) } },
    h(
      'table',
      { class: 'plain-table' },
      h('caption', { class: 'visually-hidden' }, w('table.caption', { property: titled(property) })),
      h('thead', {}, h('tr', {}, ...heads.map((each) => h('th', { attrs: { scope: 'col' } }, each)))),
      h('tbody', {}, ...rows),
    ),
    series.t.length > MOST_ROWS && h('p', { class: 'muted small' }, w('table.more', { n: MOST_ROWS })),
  );
}
