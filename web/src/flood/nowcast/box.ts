/** The nowcast in words: when it was made and from what, its maps, its gauges, and those that it does not listen to. */

import type { Part } from '../../app.ts';
import { formatNumber, formatValue } from '../../coords/format.ts';
import { lang, titled } from '../../i18n/index.ts';
import { timeText } from '../../live/age.ts';
import { agoText } from '../../live/tone.ts';
import { h, refill } from '../../ui/dom.ts';
import { icon } from '../../ui/icons.ts';
import type { Flood } from '../flood.ts';
import { section } from '../panels/form.ts';
import { spanText } from '../time.ts';
import { w } from '../words.ts';
import { gate } from '../panels/gate.ts';
import { isOld } from './due.ts';
import { gaugeBox } from './gauge.ts';
import { byConcern, isDoubted, isFar, isSilent, type Gauge, type Nowcast, type Spread } from './model.ts';

/** So many gauges stand open at first. */
const FIRST_OPEN = 2;
const AGE_MS = 15_000;

// Which gauges somebody has opened or closed, kept while the page is open.
const memory = new Map<number, boolean>();

export interface NowcastOptions {
  /** Says nothing at all where this server makes none. */
  readonly isQuiet?: boolean;
}

export function nowcastBox(flood: Flood, { isQuiet = false }: NowcastOptions = {}): Part {
  const { nowcast } = flood;
  const room = h('div', { class: 'stack nowcast' });
  let parts: Part[] = [];
  let shown: unknown;
  const age = h('p', { class: 'small nowcast-age', attrs: { role: 'status' } });
  const fillAge = (): void => {
    if (nowcast.forecast) refill(age, ...ageText(flood, nowcast.forecast));
  };
  const build = (): void => {
    const next = nowcast.forecast ?? nowcast.standing;
    fillAge();
    // A forecast that stands keeps its charts and what somebody has opened.
    if (next === shown) return;
    shown = next;
    for (const part of parts) part.dispose?.();
    parts = [];
    room.hidden = isQuiet && nowcast.standing === 'absent';
    const { forecast } = nowcast;
    if (!forecast) {
      const isShort = isQuiet && nowcast.standing === 'denied';
      refill(room, section(w('nowcast.title'), isShort ? deniedLine(flood) : standingText(flood)));
      return;
    }
    const maps = mapChips(flood, forecast);
    const gauges = byConcern(forecast.gauges).map((gauge, i) =>
      gaugeBox(flood, {
        forecast,
        gauge,
        isOpen: memory.get(gauge.datastream) ?? i < FIRST_OPEN,
        onToggle: (isOpen) => memory.set(gauge.datastream, isOpen),
      }),
    );
    parts = [maps, ...gauges];
    refill(
      room,
      section(w('nowcast.title'), h('p', { class: 'flood-tags' }, ...nowcastTags(forecast)), age, madeText(forecast), maps.element),
      section(
        w('nowcast.gauges', { n: forecast.gauges.length }),
        gauges.length ? h('div', { class: 'stack tight' }, ...gauges.map(({ element }) => element)) : h('p', { class: 'warning-text small' }, w('nowcast.noGauges')),
      ),
      doubtsBox(forecast),
      section(w('nowcast.from'), ...sources(forecast)),
    );
  };
  refill(room, h('p', { class: 'muted' }, w('common.loading')));
  build();
  const stops = [flood.topics.on(['nowcast'], build), nowcast.use()];
  const timer = setInterval(fillAge, AGE_MS);
  return {
    element: room,
    dispose: () => {
      clearInterval(timer);
      for (const stop of stops) stop();
      for (const part of parts) part.dispose?.();
    },
  };
}

/** Marks that stand beside everything the forecast says. */
export function nowcastTags({ synthetic, simulated }: Nowcast): HTMLElement[] {
  const tag = (words: string): HTMLElement => h('span', { class: 'tag' }, words);
  return [
    h('span', { class: 'tag internal' }, w('nowcast.internal')),
    ...(synthetic ? [tag(w('result.synthetic'))] : []),
    ...(simulated ? [tag(w('nowcast.simulated'))] : []),
  ];
}

/** Why there is no forecast, and what is to be done for one. */
function standingText(flood: Flood): HTMLElement {
  const { nowcast } = flood;
  const reason = nowcast.reason ? titled(nowcast.reason) : '';
  switch (nowcast.standing) {
    case 'asking':
    case 'ready':
      return h('p', { class: 'muted' }, w('common.loading'));
    case 'denied':
      return gate(() => {
        flood.deny(false);
        void nowcast.ask();
      }, 'nowcast.denied', 'nowcast.deniedWhy');
    case 'absent':
      return h('p', { class: 'muted' }, w('nowcast.absent'));
    case 'failed':
      return h('div', { class: 'stack tight' }, h('p', { class: 'warning-text' }, w('nowcast.failed', { reason })), h('p', { class: 'small muted' }, w('nowcast.tries')));
    case 'none':
      return h(
        'div',
        { class: 'stack tight nowcast-none' },
        h('p', {}, h('strong', {}, w('nowcast.none'))),
        nowcast.problem ? h('p', { class: 'warning-text small' }, w('nowcast.problem', { problem: nowcast.problem })) : null,
        reason ? h('p', { class: 'small' }, reason) : null,
        h('details', { class: 'recipe-details' }, h('summary', {}, w('nowcast.howTo')), h('ol', { class: 'small nowcast-steps' }, ...(['nowcast.step1', 'nowcast.step2', 'nowcast.step3', 'nowcast.step4'] as const).map((word) => h('li', {}, w(word))))),
      );
  }
}

/** Beside other things that ask for a token, one line does. */
function deniedLine(flood: Flood): HTMLElement {
  const open = (): void => {
    flood.page = 'nowcast';
    flood.app.open('flood');
  };
  return h('p', { class: 'small muted' }, w('nowcast.denied'), '. ', h('button', { class: 'text-button', attrs: { type: 'button' }, on: { click: open } }, icon('open'), w('disaster.toFlood')));
}

/** When it was made, and when the next one is due; or that none has come for long. */
function ageText(flood: Flood, { issued }: Nowcast): (HTMLElement | string)[] {
  const now = flood.api.clock.now();
  const { cycle_ms } = flood.nowcast;
  const made = w('nowcast.made', { at: timeText(issued, lang(), now), ago: agoText(issued, now) });
  if (isOld(issued, cycle_ms, now)) return [made, ' ', h('strong', { class: 'warning-text' }, w('nowcast.old'))];
  return [made, cycle_ms === undefined ? '' : ` ${w('nowcast.cycle', { time: spanText(cycle_ms / 1000) })}`];
}

/** From what, and for how long ahead. */
function madeText({ from, times, horizon_h, members, issued }: Nowcast): HTMLElement {
  const until = timeText(times.at(-1) ?? from, lang(), issued);
  return h('p', { class: 'small muted' }, w('nowcast.reach', { from: timeText(from, lang(), issued), until, hours: formatValue(horizon_h, lang(), 1), members }));
}

/** The maps of the forecast: one at a time, or none. */
function mapChips(flood: Flood, forecast: Nowcast): Part {
  const { nowcast } = flood;
  const chips = forecast.maps.map(({ name, title }) =>
    h(
      'button',
      { class: 'chip', attrs: { type: 'button', 'data-map': name }, on: { click: () => (nowcast.output === name ? nowcast.hide() : nowcast.show(name)) } },
      icon('layers'),
      titled(title),
    ),
  );
  const print = h('button', { class: 'text-button', attrs: { type: 'button' }, on: { click: () => flood.app.open('print') } }, icon('print'), w('sheet.print'));
  const fill = (): void => {
    for (const chip of chips) chip.setAttribute('aria-pressed', String(chip.dataset.map === nowcast.output));
    print.hidden = nowcast.output === undefined;
  };
  fill();
  const stop = flood.topics.on(['shown', 'nowcast'], fill);
  const element = h(
    'div',
    { class: 'stack tight nowcast-maps' },
    h('span', { class: 'kicker' }, w('nowcast.maps')),
    h('div', { class: 'chips' }, ...chips),
    h('p', { class: 'small muted' }, w('nowcast.mapsHint', { hours: formatValue(forecast.horizon_h, lang(), 1) })),
    print,
  );
  return { element, dispose: stop };
}

/** The gauges that quality control doubts, each with the reason. */
function doubtsBox({ gauges }: Nowcast): HTMLElement {
  const [doubted, silent] = [gauges.filter(isDoubted), gauges.filter(isSilent)];
  const row = (gauge: Gauge): HTMLElement =>
    h(
      'li',
      {},
      h('strong', {}, gauge.name),
      ' ',
      h('span', { class: gauge.isLeftOut ? 'tag left-out' : 'tag' }, w(gauge.isLeftOut ? 'nowcast.leftOut' : 'nowcast.inPart')),
      h('div', { class: 'small muted' }, gauge.state ? titled(gauge.state.title) : w('nowcast.leftOut')),
    );
  return section(
    w('nowcast.quality'),
    doubted.length
      ? h('ul', { class: 'stack tight nowcast-doubts' }, ...doubted.map(row))
      : h('p', { class: 'small' }, w('nowcast.allWell', { n: gauges.length })),
    silent.length ? h('p', { class: 'small muted' }, w('nowcast.silentOnes', { names: silent.map(({ name }) => name).join(', ') })) : null,
  );
}

/** What the gauges say of rain, roughness and inflows, and what was assumed. */
function sources({ rain, manning, inflows, assumptions }: Nowcast): (HTMLElement | null)[] {
  const factor = ({ p10, p50, p90 }: Spread): string => `× ${formatNumber(p50, 2, lang())} (${formatNumber(p10, 2, lang())} – ${formatNumber(p90, 2, lang())})`;
  const rows: [string, Spread | undefined][] = [
    [w('nowcast.rain'), rain],
    ...inflows.map((each, i): [string, Spread] => [w('nowcast.inflow', { n: i + 1 }), each]),
    [w('nowcast.manning'), manning],
  ];
  return [
    h('p', { class: 'small muted' }, w('nowcast.multipliers')),
    h('dl', { class: 'attributes' }, ...rows.flatMap(([name, spread]) => (spread ? [h('dt', {}, name), h('dd', { class: 'number' }, factor(spread))] : []))),
    rows.some(([, spread]) => spread && isFar(spread)) ? h('p', { class: 'warning-text small' }, w('nowcast.far')) : null,
    h('ul', { class: 'assumptions small' }, ...assumptions.map((each) => h('li', {}, titled(each)))),
    h('p', { class: 'small muted' }, w('nowcast.official')),
  ];
}
