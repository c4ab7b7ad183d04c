/** Rain of the city's own gauges over a period of the past, from SensorThings. */

import type { Place } from '../../app.ts';
import { list, record, text, title } from '../../api/read.ts';
import { titled } from '../../i18n/index.ts';
import { placeOf } from '../../live/place.ts';
import { gradeOf } from '../../live/wire-rules.ts';
import { instant, number } from '../wire.ts';
import { intensities, usualStep, type Reading, type Storm, type StormGauge } from './storm.ts';

/** What observes rain: depth since the observation before (the server's nowcast asks for the same). */
const RAIN = 'thickness_of_rainfall_amount';
const MOST_GAUGES = 100;
const PAGE = 1000;
/** Pages of one gauge at most: a month of minutes. */
const MOST_PAGES = 50;
/** Asked for at a time. */
const AT_ONCE = 4;
const MINUTE_MS = 60_000;
const USUAL_MS = 10 * MINUTE_MS;
/** Lengths of intervals, of which the shortest is taken that no gauge's readings are longer than. */
const BINS_MS = [10, 15, 20, 30, 60].map((minutes) => minutes * MINUTE_MS);
/** A reading that comes after the period may still tell of its end. */
const AFTER_MS = 60 * MINUTE_MS;

/** A rain gauge of the city. */
export interface RainGauge {
  readonly datastream: number;
  readonly name: string;
  readonly at: Place;
  readonly simulated: boolean;
  /** How often it tells, where that is known. */
  readonly interval_ms: number | undefined;
}

/** Fetches a JSON document of the server. */
export type Get = (path: string) => Promise<unknown>;

export async function rainGauges(get: Get): Promise<RainGauge[]> {
  const filter = encodeURIComponent(`substringof('${RAIN}',ObservedProperty/definition)`);
  const found: RainGauge[] = [];
  let next = `sensorthings/v1.1/Datastreams?$top=${MOST_GAUGES}&$expand=Thing($expand=Locations)&$filter=${filter}`;
  while (next && found.length < MOST_GAUGES) {
    const page = record(await get(next));
    found.push(...list(page.value).flatMap((each) => gaugeOf(record(each)) ?? []));
    next = text(page['@iot.nextLink']);
  }
  return found.sort((a, b) => a.name.localeCompare(b.name, 'vi'));
}

/** Reads a Datastream with its Thing; nothing where it has no place. */
export function gaugeOf(raw: Readonly<Record<string, unknown>>): RainGauge | undefined {
  const datastream = number(raw['@iot.id']);
  const thing = record(raw.Thing);
  const location = record(record(list(thing.Locations)[0]).location);
  const at = placeOf(location.type === 'Feature' ? location.geometry : location);
  if (datastream === undefined || !at) return undefined;
  const [own, rules] = [record(thing.properties), record(record(raw.properties).rules)];
  const interval_s = number(rules.interval);
  return {
    datastream,
    name: titled(title(own.title ?? thing.name, `Datastreams(${datastream})`)),
    at,
    simulated: own.simulated === true || rules.simulated === true,
    interval_ms: interval_s === undefined ? undefined : interval_s * 1000,
  };
}

/** What gauges told in a period, and what of it quality control ruled out. */
interface Told {
  readonly readings: readonly Reading[];
  readonly refused: number;
}

async function readingsOf(get: Get, { datastream }: RainGauge, from: number, to: number): Promise<Told> {
  const [after, until] = [new Date(from).toISOString(), new Date(to).toISOString()];
  const filter = encodeURIComponent(`phenomenonTime gt ${after} and phenomenonTime le ${until}`);
  const select = 'phenomenonTime,result,resultQuality';
  let next = `sensorthings/v1.1/Datastreams(${datastream})/Observations?$select=${select}&$orderby=${encodeURIComponent('phenomenonTime asc')}&$top=${PAGE}&$filter=${filter}`;
  const all: Told[] = [];
  for (let page = 0; next && page < MOST_PAGES; page += 1) {
    const answer = record(await get(next));
    all.push(toldIn(answer.value));
    next = text(answer['@iot.nextLink']);
  }
  return { readings: all.flatMap(({ readings }) => readings).sort((a, b) => a.time - b.time), refused: all.reduce((sum, { refused }) => sum + refused, 0) };
}

/** Observations as readings; those that quality control ruled out are counted, not taken. */
export function toldIn(value: unknown): Told {
  const readings: Reading[] = [];
  let refused = 0;
  for (const each of list(value).map(record)) {
    const times = text(each.phenomenonTime).split('/');
    // A reading of a period tells of the time until its end.
    const [time, mm] = [instant(times.at(-1)), number(each.result)];
    if (time === undefined || mm === undefined) continue;
    const quality = record(each.resultQuality);
    const isBad = ['bad', 'missing'].includes(gradeOf(quality.flag ?? quality.name ?? each.resultQuality));
    if (isBad || mm < 0) refused += 1;
    else readings.push({ time, mm });
  }
  return { readings, refused };
}

/** Rain of gauges between two instants (epoch milliseconds), in intervals that all of them fill. */
export async function stormOf(get: Get, gauges: readonly RainGauge[], from: number, to: number): Promise<Storm> {
  const told: Told[] = [];
  for (let i = 0; i < gauges.length; i += AT_ONCE) {
    told.push(...(await Promise.all(gauges.slice(i, i + AT_ONCE).map((gauge) => readingsOf(get, gauge, from, to + AFTER_MS)))));
  }
  return assembled(gauges, told, from, to);
}

/** The storm of what was told. */
export function assembled(gauges: readonly RainGauge[], told: readonly Told[], from: number, to: number): Storm {
  const steps = gauges.map(({ interval_ms }, i) => interval_ms ?? usualStep((told[i]?.readings ?? []).map(({ time }) => time)) ?? USUAL_MS);
  const longest = Math.max(...steps, 0);
  const bin_ms = BINS_MS.find((each) => each >= longest) ?? BINS_MS.at(-1) ?? USUAL_MS;
  const count = Math.max(1, Math.round((to - from) / bin_ms));
  const end = from + count * bin_ms;
  const times_h = Array.from({ length: count + 1 }, (_, i) => Number(((i * bin_ms) / 3_600_000).toFixed(6)));
  return {
    start: from,
    times_h,
    gauges: gauges.map(({ name, at, simulated }, i): StormGauge => ({
      name, at, simulated,
      refused: told[i]?.refused ?? 0,
      mm_per_h: intensities(told[i]?.readings ?? [], steps[i] ?? USUAL_MS, { from, to: end, bin_ms }),
    })),
  };
}
