/** The forecast of the nowcast (`GET /nowcast`). Values only; no page, no network. */

import type { Place } from '../../app.ts';
import { list, record, text, title } from '../../api/read.ts';
import type { Title } from '../../i18n/index.ts';
import type { Raster, Step } from '../model.ts';
import { instant, legendOf, number, place } from '../wire.ts';

/** A forecast. Instants are epoch milliseconds. */
export interface Nowcast {
  readonly issued: number;
  /** Until when gauges were listened to: the first of its times. */
  readonly from: number;
  readonly horizon_h: number;
  readonly members: number;
  /** Minutes between forecasts, where the server says so. */
  readonly cycle_min: number | undefined;
  /** Whether any of its gauges is simulated. */
  readonly simulated: boolean;
  /** Whether the terrain was generated and describes no real place. */
  readonly synthetic: boolean;
  /** Ascending; the bands of the gauges are at these. */
  readonly times: readonly number[];
  /** What the gauges say the rain, the roughness and each inflow are to be multiplied with. */
  readonly rain: Spread | undefined;
  readonly manning: Spread | undefined;
  readonly inflows: readonly Spread[];
  readonly gauges: readonly Gauge[];
  readonly maps: readonly Raster[];
  readonly assumptions: readonly Title[];
}

/** One in ten below, half, nine in ten below. */
export interface Spread {
  readonly p10: number;
  readonly p50: number;
  readonly p90: number;
}

/** The forecast at a gauge; its levels are in the gauge's own datum, as its readings and its alarm levels are. */
export interface Gauge {
  readonly datastream: number;
  readonly name: string;
  readonly at: Place | undefined;
  readonly simulated: boolean;
  /** What is added to its levels to have them in the terrain's datum, m. */
  readonly offset_m: number;
  /** Quality control took it out: the forecast does not listen to it. */
  readonly isLeftOut: boolean;
  /** What quality control found in the last window. */
  readonly state: { readonly code: string; readonly title: Title; readonly used: number | undefined; readonly innovation_m: number | undefined } | undefined;
  readonly band: Band;
  /** The mildest first. */
  readonly alarms: readonly Alarm[];
}

/** Levels at the times of the forecast, m; the lists are equally long. */
export interface Band {
  readonly low: readonly number[];
  readonly middle: readonly number[];
  readonly high: readonly number[];
}

export interface Alarm {
  readonly title: Title;
  readonly level_m: number;
  /** That it is passed at some time of the forecast, 0 to 1. */
  readonly probability: number;
  /** When the first tenth, half and nine tenths of the members that get there do. */
  readonly reached: readonly [number, number, number] | undefined;
}

/** What the server answered: a forecast, or why there is none. */
export interface Answer {
  readonly forecast: Nowcast | undefined;
  readonly reason: Title | undefined;
  /** What was wrong with the last cycle. */
  readonly problem: string | undefined;
}

export function answerOf(answer: unknown): Answer {
  const raw = record(answer);
  const issued = instant(raw.issued);
  const problem = text(raw.problem) || undefined;
  if (issued === undefined) return { forecast: undefined, problem, reason: raw.reason === undefined ? undefined : title(raw.reason) };
  const times = list(raw.times).flatMap((each) => instant(each) ?? []);
  const multipliers = record(raw.multipliers);
  return {
    problem,
    reason: undefined,
    forecast: {
      issued,
      from: instant(raw.from) ?? times[0] ?? issued,
      horizon_h: number(raw.horizon_h) ?? 0,
      members: number(raw.members) ?? 0,
      cycle_min: number(raw.cycle_min),
      simulated: raw.simulated === true,
      synthetic: raw.synthetic_terrain === true,
      times,
      rain: spreadOf(multipliers.rain),
      manning: spreadOf(multipliers.manning),
      inflows: list(multipliers.inflows).flatMap((each) => spreadOf(each) ?? []),
      gauges: list(raw.gauges).flatMap((each) => gaugeOf(record(each), times.length) ?? []),
      maps: list(raw.maps).map(record).flatMap((each) => mapOf(each) ?? []),
      assumptions: list(raw.assumptions).map((each) => title(each)),
    },
  };
}

type Raw = Readonly<Record<string, unknown>>;

function spreadOf(value: unknown): Spread | undefined {
  const raw = record(value);
  const [p10, p50, p90] = [number(raw.p10), number(raw.p50), number(raw.p90)];
  return p10 === undefined || p50 === undefined || p90 === undefined ? undefined : { p10, p50, p90 };
}

function gaugeOf(raw: Raw, count: number): Gauge | undefined {
  const datastream = number(raw.datastream);
  if (datastream === undefined) return undefined;
  const offset_m = number(raw.offset_m) ?? 0;
  const state = record(raw.state);
  return {
    datastream,
    name: text(raw.name) || String(datastream),
    at: place(raw.at),
    simulated: raw.simulated === true,
    offset_m,
    isLeftOut: raw.left_out === true,
    state: text(state.code)
      ? { code: text(state.code), title: title(state.title, text(state.code)), used: number(state.used), innovation_m: number(state.innovation_m) }
      : undefined,
    band: bandOf(record(raw.corrected), offset_m, count),
    alarms: list(raw.alarms).map(record).flatMap((each) => alarmOf(each, offset_m) ?? []),
  };
}

function bandOf(raw: Raw, offset_m: number, count: number): Band {
  const column = (value: unknown): number[] => list(value).slice(0, count).map((each) => own(number(each) ?? NaN, offset_m));
  const [low, middle, high] = [column(raw.p10_m), column(raw.p50_m), column(raw.p90_m)];
  // A band without one of its edges is none.
  const isWhole = [low, middle, high].every((each) => each.length === count && each.every(Number.isFinite));
  return isWhole ? { low, middle, high } : { low: [], middle: [], high: [] };
}

function alarmOf(raw: Raw, offset_m: number): Alarm | undefined {
  const [level_m, probability] = [number(raw.level_m), number(raw.probability)];
  if (level_m === undefined || probability === undefined) return undefined;
  const [first, half, most] = list(raw.reached).map(instant);
  const reached = first === undefined || half === undefined || most === undefined ? undefined : ([first, half, most] as const);
  return { title: title(raw.title), level_m: own(level_m, offset_m), probability, reached };
}

/** A level of the terrain's datum in that of the gauge, to the millimetre that the server tells. */
const own = (level_m: number, offset_m: number): number => Math.round((level_m - offset_m) * 1000) / 1000;

function mapOf(raw: Raw): Raster | undefined {
  const [name, tiles] = [text(raw.output), text(raw.tiles)];
  const legend: readonly Step[] = legendOf(raw.legend);
  return name && tiles ? { name, title: title(raw.title, name), href: '', tiles, legend } : undefined;
}

/** The highest of the middle of a band, and at which of the times; nothing where there is no band. */
export function peakOf({ band: { low, middle, high } }: Gauge): { readonly at: number; readonly low: number; readonly middle: number; readonly high: number } | undefined {
  const at = middle.reduce((best, level, i) => (level > (middle[best] ?? -Infinity) ? i : best), 0);
  const [a, b, c] = [low[at], middle[at], high[at]];
  return a === undefined || b === undefined || c === undefined ? undefined : { at, low: a, middle: b, high: c };
}

/** How many alarm levels (0 to 3) a level has reached. */
export function alarmsPassed({ alarms }: Gauge, level_m: number | undefined): number {
  return level_m === undefined ? 0 : alarms.filter((each) => level_m >= each.level_m).length;
}

/** Gauges by what is to be expected of them: the highest alarm that is likely, then the likeliest. Those left out come last. */
export function byConcern(gauges: readonly Gauge[]): Gauge[] {
  const rank = (gauge: Gauge): number => {
    const likely = alarmsPassed(gauge, peakOf(gauge)?.middle);
    const next = gauge.alarms[likely]?.probability ?? 0;
    return (gauge.isLeftOut ? -10 : 0) + likely + next;
  };
  return [...gauges].sort((a, b) => rank(b) - rank(a) || a.name.localeCompare(b.name, 'vi'));
}

/** A gauge that quality control did not take whole: left out, or with readings that were not used. */
export function isDoubted({ isLeftOut, state }: Gauge): boolean {
  return isLeftOut || (state !== undefined && !['good', 'model-departs', MISSING].includes(state.code));
}

const MISSING = 'missing';

/** A gauge that told nothing since the forecast before: where cycles are shorter than its interval, that is as usual. */
export function isSilent(gauge: Gauge): boolean {
  return gauge.state?.code === MISSING && !isDoubted(gauge);
}

/** A multiplier so far from 1 says that model and gauges do not fit together, rather than what the weather did. */
export const isFar = ({ p50 }: Spread): boolean => p50 > FAR || p50 < 1 / FAR;
const FAR = 3;
