/** One gauge of the forecast: in a line what is to be expected, and beneath it the curves and the alarm levels. */

import type { Part } from '../../app.ts';
import { formatNumber } from '../../coords/format.ts';
import { lang, titled } from '../../i18n/index.ts';
import { timeText } from '../../live/age.ts';
import type { Series } from '../../live/model.ts';
import { h, refill } from '../../ui/dom.ts';
import { icon } from '../../ui/icons.ts';
import { reasonOf, type Flood } from '../flood.ts';
import { w } from '../words.ts';
import type { ForecastChart } from './chart.ts';
import { alarmColor } from './dots.ts';
import { alarmsPassed, isDoubted, isSilent, peakOf, type Alarm, type Gauge, type Nowcast } from './model.ts';

const HOUR_MS = 3_600_000;
/** What was observed is shown for so long before the forecast, h. */
const [SHORTEST_H, LONGEST_H] = [3, 24];
const POINTS = 600;

export interface GaugeOptions {
  readonly forecast: Nowcast;
  readonly gauge: Gauge;
  readonly isOpen: boolean;
  readonly onToggle: (isOpen: boolean) => void;
}

export function gaugeBox(flood: Flood, { forecast, gauge, isOpen, onToggle }: GaugeOptions): Part {
  const body = h('div', { class: 'stack tight nowcast-body' });
  const asking = new AbortController();
  let chart: ForecastChart | undefined;
  let isFilled = false;
  const mark = (): void => chart?.mark(flood.nowcast.lead ? flood.nowcast.at : undefined);
  const fill = async (): Promise<void> => {
    if (isFilled) return;
    isFilled = true;
    const room = h('div', { class: 'chart forecast-chart' }, h('p', { class: 'muted busy' }, w('common.loading')));
    const note = h('p', { class: 'small muted' });
    refill(body, stateText(gauge), room, chartLegend(), note, alarmTable(gauge, forecast), actions(flood, gauge));
    const from = forecast.from - Math.min(LONGEST_H, Math.max(SHORTEST_H, forecast.horizon_h)) * HOUR_MS;
    const [observed, { ForecastChart: Drawing }] = await Promise.all([
      seriesOf(flood, gauge, from, asking.signal).catch((error: unknown) => {
        note.textContent = w('nowcast.noObserved', { reason: reasonOf(error) });
        return undefined;
      }),
      import('./chart.ts'),
    ]);
    if (asking.signal.aborted) return;
    room.replaceChildren();
    const isEmpty = !gauge.band.middle.length;
    if (isEmpty) { refill(room, h('p', { class: 'muted chart-empty' }, w('nowcast.noBand'))); return; }
    chart = new Drawing(room, { gauge, times: forecast.times, observed, from, label: wordsOf(gauge, forecast) });
    mark();
  };
  const details = h('details', { class: 'nowcast-gauge', attrs: { 'data-gauge': gauge.datastream, open: isOpen } }, summaryOf(gauge, forecast), body);
  details.addEventListener('toggle', () => {
    onToggle(details.open);
    if (details.open) void fill();
  });
  const stop = flood.topics.on(['lead'], mark);
  return {
    element: details,
    dispose: () => {
      asking.abort();
      stop();
      chart?.destroy();
    },
  };
}

/** What the gauge told before the forecast, and since. */
async function seriesOf(flood: Flood, { datastream }: Gauge, from: number, signal: AbortSignal): Promise<Series | undefined> {
  const live = await flood.app.live?.open();
  return live?.api.series(datastream, from, live.api.clock.now(), POINTS, signal);
}

function summaryOf(gauge: Gauge, forecast: Nowcast): HTMLElement {
  const peak = peakOf(gauge);
  const passed = alarmsPassed(gauge, peak?.middle);
  const alarm = gauge.alarms[passed - 1];
  const pill = alarm && h('span', { class: 'tag alarm-tag' }, titled(alarm.title));
  pill?.style.setProperty('--tone', alarmColor(passed));
  return h(
    'summary',
    {},
    h('span', { class: 'nowcast-name' }, h('strong', {}, gauge.name), gauge.isLeftOut && h('span', { class: 'tag left-out' }, w('nowcast.leftOut')), gauge.simulated && h('span', { class: 'tag' }, w('disaster.simulated'))),
    h('span', { class: 'small muted number' }, peak ? peakText(gauge, forecast) : w('nowcast.noBand')),
    pill,
  );
}

/** `cao nhất 1,52 m (1,30 – 1,80) lúc 14:00`. */
function peakText(gauge: Gauge, { times, issued }: Nowcast): string {
  const peak = peakOf(gauge);
  if (!peak) return '';
  const metres = (value: number): string => formatNumber(value, 2, lang());
  const [low, middle, high] = [metres(peak.low), metres(peak.middle), metres(peak.high)];
  if (peak.at === 0) return w('nowcast.falls', { level: middle, low, high });
  return w('nowcast.peak', { level: middle, low, high, at: timeText(times[peak.at] ?? issued, lang(), issued) });
}

/** The same for who cannot see the curves. */
const wordsOf = (gauge: Gauge, forecast: Nowcast): string => `${gauge.name}: ${peakText(gauge, forecast)}`;

/** What quality control found, where it is not all well. */
function stateText(gauge: Gauge): HTMLElement | null {
  const { state } = gauge;
  if (isSilent(gauge)) return h('p', { class: 'small muted' }, w('nowcast.silent'));
  if (!state || !isDoubted(gauge)) return null;
  return h('p', { class: gauge.isLeftOut ? 'warning-text small' : 'small' }, w(gauge.isLeftOut ? 'nowcast.whyOut' : 'nowcast.whyDoubt', { reason: titled(state.title) }));
}

function chartLegend(): HTMLElement {
  const item = (kind: string, words: string): HTMLElement => h('li', {}, h('span', { class: `swatch ${kind}`, attrs: { 'aria-hidden': 'true' } }), h('span', {}, words));
  return h('ul', { class: 'legend curve-names nowcast-curves small' }, item('observed', w('nowcast.observed')), item('middle', w('nowcast.middle')), item('band', w('nowcast.band')));
}

function alarmTable({ alarms }: Gauge, { issued }: Nowcast): HTMLElement {
  if (!alarms.length) return h('p', { class: 'small muted' }, w('nowcast.noAlarms'));
  const heads = [w('nowcast.alarm'), 'm', w('nowcast.chance'), w('nowcast.when')];
  const rows = alarms.map((alarm, i) => {
    const swatch = h('span', { class: 'threshold-swatch', attrs: { 'aria-hidden': 'true' } });
    swatch.style.setProperty('--tone', alarmColor(i + 1));
    return h(
      'tr',
      {},
      h('th', { attrs: { scope: 'row' } }, swatch, ' ', titled(alarm.title)),
      h('td', { class: 'number' }, formatNumber(alarm.level_m, 2, lang())),
      h('td', { class: 'number' }, chanceText(alarm.probability)),
      h('td', { class: 'number' }, reachedText(alarm, issued)),
    );
  });
  return h(
    'table',
    { class: 'plain-table compare-table alarm-table' },
    h('thead', {}, h('tr', {}, ...heads.map((each) => h('th', { attrs: { scope: 'col' } }, each)))),
    h('tbody', {}, ...rows),
  );
}

/** A probability from a few members: none of them is said to be none at all. */
export function chanceText(probability: number): string {
  const percent = Math.round(probability * 100);
  if (percent <= 0) return '<\u00a01\u00a0%';
  return percent >= 100 ? '>\u00a099\u00a0%' : `${percent}\u00a0%`;
}

/** When an alarm level is reached: half of those members that get there, and from when to when. */
function reachedText({ reached }: Alarm, issued: number): string {
  if (!reached) return '–';
  const [first, half, last] = reached.map((each) => timeText(each, lang(), issued));
  if (reached[2] <= issued) return w('nowcast.already');
  return first === last ? (half ?? '') : `${half ?? ''} (${first ?? ''} – ${last ?? ''})`;
}

function actions(flood: Flood, { at, datastream, offset_m }: Gauge): HTMLElement {
  return h(
    'div',
    { class: 'chart-below' },
    h('span', { class: 'small muted' }, offset_m === 0 ? w('nowcast.datastream', { id: datastream }) : w('nowcast.offset', { id: datastream, offset: formatNumber(offset_m, 2, lang()) })),
    at && h('button', { class: 'text-button', attrs: { type: 'button' }, on: { click: () => flood.goTo(at) } }, icon('zoom'), w('nowcast.goTo')),
  );
}
