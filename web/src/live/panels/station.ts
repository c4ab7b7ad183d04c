/** A station's page: what it measures now, how that went, when it alarms, where it comes from. */

import type { Part } from '../../app.ts';
import { RequestError } from '../../api/http.ts';
import { formatValue } from '../../coords/format.ts';
import { lang, t, titled } from '../../i18n/index.ts';
import { chooseFeature } from '../../panels/select.ts';
import { pageLink } from '../../panels/share.ts';
import { h, refill } from '../../ui/dom.ts';
import { icon } from '../../ui/icons.ts';
import { copyText } from '../../ui/notice.ts';
import { freshness, spanText, timeText } from '../age.ts';
import { thingUrl } from '../api.ts';
import { reasonOf, type Live } from '../live.ts';
import { alarmOf, isPassed, type Datastream, type Reading, type Station, type Threshold } from '../model.ts';
import { kindName } from '../roles.ts';
import { LOOKS, agoText, gradeText, resultText, toneOf } from '../tone.ts';
import { w } from '../words.ts';
import { chartBox, type ChartBox } from './chart-box.ts';

export function stationPanel(live: Live): Part {
  const body = h('div', { class: 'feature-body' });
  const asking = new AbortController();
  let chart: ChartBox | undefined;
  let stops: (() => void)[] = [];

  const build = (station: Station): void => {
    // What can be drawn comes first: positions and states cannot.
    let chosen = station.datastreams.find(({ reading }) => typeof reading.result === 'number') ?? station.datastreams[0];
    const values = h('ul', { class: 'readings' });
    const limits = h('div');
    const source = h('div');
    const fillValues = (): void => {
      const focused = document.activeElement?.getAttribute('data-datastream');
      const rows = station.datastreams.map((datastream) => {
        const reading = { ...current(live, station.id, datastream), property: datastream.property };
        return row(live, reading, datastream === chosen, station.datastreams.length > 1, () => {
          chosen = datastream;
          fillValues();
          refill(source, origin(station, datastream));
          chart?.show(datastream);
        });
      });
      refill(values, ...rows);
      if (chosen) refill(limits, thresholdList(chosen, current(live, station.id, chosen)));
      if (focused) values.querySelector<HTMLElement>(`[data-datastream="${focused}"]`)?.focus();
    };
    chart = chosen && chartBox(live, station, chosen);
    const marks = h('p', { class: 'small muted replay-note' });
    const fillMarks = (): void => {
      marks.hidden = !live.replay;
      if (live.replay) marks.textContent = w('station.replayed', { time: timeText(live.replay.state.at, lang()) });
    };
    fillValues();
    if (chosen) refill(source, origin(station, chosen));
    fillMarks();
    refill(
      body,
      head(station),
      marks,
      station.datastreams.length ? values : h('p', { class: 'muted' }, w('station.none')),
      chart?.element,
      limits,
      source,
      actions(live, station),
    );
    if (station.place) live.markPlace(station.place);
    // Whoever came here by keyboard, from a list that is gone, goes on from the name.
    if (document.activeElement === document.body) body.querySelector<HTMLElement>('h2')?.focus({ preventScroll: true });
    stops = [
      live.topics.on(['things'], () => { fillValues(); chart?.hear(); }),
      live.topics.on(['clock', 'mode'], () => { fillMarks(); chart?.hear(); }),
    ];
  };

  const load = async (): Promise<void> => {
    const id = live.station;
    if (id === undefined) return;
    refill(body, h('p', { class: 'muted busy' }, w('station.loading')));
    try {
      const station = await live.api.station(id, asking.signal);
      if (!asking.signal.aborted) build(station);
    } catch (error) {
      if (asking.signal.aborted) return;
      const isGone = error instanceof RequestError && error.status === 404;
      refill(body, h('p', { class: 'warning-text' }, isGone ? w('station.gone') : reasonOf(error)));
    }
  };
  void load();
  return {
    element: h('section', { class: 'view' }, body),
    dispose: () => {
      asking.abort();
      chart?.dispose();
      for (const stop of stops) stop();
    },
  };
}

/** What is shown of a datastream: the live value, that of the replay's instant, else the last stored one. */
function current(live: Live, station: number, datastream: Datastream): Reading {
  const known = live.thing(station)?.readings.find((each) => each.datastream === datastream.id);
  if (!known) return live.replay ? { ...datastream.reading, result: null, time: undefined, alarm: undefined, flags: [], grade: 'unchecked' } : datastream.reading;
  const alarm = known.alarm ?? alarmOf(known.result, datastream.rules.thresholds);
  return { ...known, alarm, interval_s: known.interval_s ?? datastream.rules.interval_s };
}

function head(station: Station): HTMLElement {
  return h(
    'header',
    { class: 'feature-head' },
    h('p', { class: 'kicker' }, kindName(station.role)),
    h('h2', { attrs: { tabindex: -1, 'data-station': station.id } }, titled(station.name)),
    station.simulated && h('span', { class: 'tag' }, w('mark.simulated')),
  );
}

function row(live: Live, reading: Reading, isChosen: boolean, isChoice: boolean, choose: () => void): HTMLElement {
  const now = live.now();
  const tone = toneOf(reading);
  const fresh = freshness(reading.time, reading.interval_s, now);
  const age = reading.time === undefined
    ? w('age.none')
    : `${agoText(reading.time, now)} · ${timeText(reading.time, lang(), now, true)}`;
  const lateness = fresh === 'fresh' || reading.time === undefined ? '' : w(`fresh.${fresh}`);
  const content = [
    h('span', { class: 'reading-name' }, titled(reading.property)),
    h('span', { class: `reading-value number${tone === 'bad' ? ' struck' : ''}` }, resultText(reading.result, reading.unit)),
    h(
      'span',
      { class: 'reading-notes small' },
      reading.alarm && tone.startsWith('alarm') && h('span', { class: 'alarm-chip' }, titled(reading.alarm.title)),
      h('span', { class: `grade ${reading.grade}` }, gradeText(reading.grade, reading.flags)),
      h('span', { class: 'muted' }, age),
      lateness && h('span', { class: 'lateness' }, lateness),
    ),
  ];
  const item = h(
    'li',
    { class: `reading-row ${fresh}` },
    isChoice
      ? h(
          'button',
          { attrs: { type: 'button', 'aria-pressed': String(isChosen), 'data-datastream': reading.datastream, title: w('station.choose') }, on: { click: choose } },
          ...content,
        )
      : h('div', {}, ...content),
  );
  const { fill, ink } = LOOKS[tone];
  item.style.setProperty('--tone', fill);
  item.style.setProperty('--tone-ink', ink);
  return item;
}

function thresholdList(datastream: Datastream, reading: Reading): HTMLElement | null {
  const { thresholds } = datastream.rules;
  if (!thresholds.length) return null;
  const value = typeof reading.result === 'number' ? reading.result : undefined;
  const sources = [...new Set(thresholds.map(({ source }) => source).filter(Boolean))];
  return h(
    'section',
    { class: 'thresholds' },
    h('h3', { class: 'kicker' }, w('station.thresholds')),
    h('ul', {}, ...[...thresholds].sort((a, b) => b.level - a.level).map((each) => thresholdRow(each, value, datastream.unit))),
    ...sources.map((source) => h('p', { class: 'muted small' }, w('station.thresholdSource', { source }))),
  );
}

function thresholdRow(threshold: Threshold, value: number | undefined, unit: string): HTMLElement {
  const passed = value !== undefined && isPassed(value, threshold);
  const gap = value === undefined ? '' : w('station.short', { gap: resultText(Math.abs(threshold.value - value), unit) });
  const item = h(
    'li',
    { class: passed ? 'passed' : '' },
    h('span', { class: 'threshold-swatch', attrs: { 'aria-hidden': 'true' } }),
    h('span', {}, titled(threshold.title), threshold.direction === 'below' && ` (${w('station.below')})`),
    h('span', { class: 'number' }, resultText(threshold.value, unit)),
    h('span', { class: 'small muted' }, passed ? w('station.exceeded') : gap),
  );
  item.style.setProperty('--tone', thresholdColor(threshold));
  return item;
}

/** The colour of a threshold's line. */
export function thresholdColor({ level }: Threshold): string {
  return LOOKS[`alarm${Math.min(4, Math.max(1, Math.ceil(level))) as 1 | 2 | 3 | 4}`].fill;
}

function origin(station: Station, { rules, sensor, sensorText, unit }: Datastream): HTMLElement {
  const [low, high] = rules.expected;
  const bounds = [
    low === undefined ? '' : w('station.from', { value: resultText(low, unit) }),
    high === undefined ? '' : w('station.to', { value: resultText(high, unit) }),
  ].filter(Boolean).join(' ');
  const rows: [string, string][] = [
    [w('station.sensor'), [titled(sensor), sensorText === titled(sensor) ? '' : sensorText].filter(Boolean).join('. ')],
    [w('station.interval'), rules.interval_s === undefined ? '' : spanText(rules.interval_s, lang())],
    [w('station.accuracy'), rules.accuracy === undefined ? '' : `±\u00a0${formatValue(rules.accuracy, lang())}\u00a0${unit}`],
    [w('station.expected'), bounds],
    [w('station.checks'), w('station.checksText')],
  ];
  return h(
    'details',
    { class: 'origin' },
    h('summary', {}, w('station.origin')),
    h('dl', { class: 'attributes' }, ...rows.filter(([, words]) => words).flatMap(([name, words]) => [h('dt', {}, name), h('dd', {}, words)])),
    station.description ? h('p', { class: 'muted small' }, station.description) : null,
    station.simulated ? h('p', { class: 'warning-text small' }, w('station.sim')) : null,
  );
}

function actions(live: Live, station: Station): HTMLElement {
  const button = (name: Parameters<typeof icon>[0], label: string, run: () => void): HTMLElement =>
    h('button', { class: 'action', attrs: { type: 'button' }, on: { click: run } }, icon(name), label);
  const place = live.thing(station.id)?.place ?? station.place;
  const { layer, feature } = station;
  return h(
    'div',
    { class: 'actions' },
    place && button('zoom', w('station.zoom'), () => live.goTo(place, 16)),
    button('link', w('station.link'), () => void copyText(pageLink())),
    layer !== '' && feature !== '' && button('layers', w('station.feature'), () => chooseFeature(live.app, [{ collection: layer, id: feature }])),
    h('a', { class: 'action', attrs: { href: thingUrl(station.id), target: '_blank', rel: 'noopener' } }, icon('open'), w('station.open')),
    h('span', { class: 'visually-hidden' }, t('feature.selected', { name: titled(station.name) })),
  );
}
