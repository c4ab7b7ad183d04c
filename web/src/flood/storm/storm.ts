/** A storm of the past: what gauges told, as a scenario takes it. Values only; no page, no network. */

import type { Place } from '../../app.ts';

/** Longest time that a scenario takes, h (`city::scenario`). */
export const LONGEST_H = 720;
/** Greatest intensity that a scenario takes, mm/h (`city::scenario`). */
export const GREATEST_MM_H = 1000;
const HOUR_MS = 3_600_000;
/** An interval of which less than this was measured counts as not measured. */
const KNOWN_SHARE = 0.5;
/** A time between two readings so many times the usual one is a gap. */
const GAP = 2.5;

export interface Storm {
  /** Epoch milliseconds of its hour 0; nothing where only hours are known. */
  readonly start: number | undefined;
  /** Bounds of its intervals: one more than intensities. */
  readonly times_h: readonly number[];
  readonly gauges: readonly StormGauge[];
}

export interface StormGauge {
  readonly name: string;
  /** Where it stands; nothing where its rain is taken to be the same everywhere. */
  readonly at: Place | undefined;
  /** Intensity in each interval, mm/h; `null` where it was not heard from. */
  readonly mm_per_h: readonly (number | null)[];
  readonly simulated: boolean;
  /** Readings that quality control ruled out, which are not in it. */
  readonly refused: number;
}

/** Rain that fell since the reading before; the time is that of the reading. */
export interface Reading {
  /** Epoch milliseconds. */
  readonly time: number;
  readonly mm: number;
}

/** A time that nobody measured, h of the storm. */
export interface Gap {
  readonly from_h: number;
  readonly to_h: number;
}

/** The time between readings, ms: the median, or nothing where there are too few. */
export function usualStep(times: readonly number[]): number | undefined {
  const steps = times.slice(1).map((time, i) => time - (times[i] ?? time)).filter((step) => step > 0).sort((a, b) => a - b);
  return steps[Math.floor(steps.length / 2)];
}

/**
 * Intensities in intervals of one length from readings that each tell of the time before them. What fell in a
 * reading's time is spread evenly over it, so that nothing is lost where readings and intervals do not begin
 * together; a reading after a gap tells of its own usual time alone.
 */
export function intensities(readings: readonly Reading[], interval_ms: number, { from, to, bin_ms }: { readonly from: number; readonly to: number; readonly bin_ms: number }): (number | null)[] {
  const count = Math.max(0, Math.round((to - from) / bin_ms));
  const [fallen, covered] = [new Array<number>(count).fill(0), new Array<number>(count).fill(0)];
  for (const [i, { time, mm }] of readings.entries()) {
    const before = readings[i - 1]?.time;
    const isNext = before !== undefined && before < time && time - before <= GAP * interval_ms;
    const begin = isNext ? before : time - interval_ms;
    for (let bin = Math.max(0, Math.floor((begin - from) / bin_ms)); bin < count && from + bin * bin_ms < time; bin += 1) {
      const overlap = Math.min(time, from + (bin + 1) * bin_ms) - Math.max(begin, from + bin * bin_ms);
      if (overlap <= 0) continue;
      fallen[bin] = (fallen[bin] ?? 0) + (mm * overlap) / (time - begin);
      covered[bin] = (covered[bin] ?? 0) + overlap;
    }
  }
  return covered.map((known_ms, bin) => (known_ms < KNOWN_SHARE * bin_ms ? null : rounded(((fallen[bin] ?? 0) / known_ms) * HOUR_MS)));
}

/** To a thousandth: finer than any gauge tells. */
export const rounded = (mm_per_h: number): number => Math.round(mm_per_h * 1000) / 1000;

/** Rain of a gauge over the whole storm, mm. */
export function totalOf(times_h: readonly number[], mm_per_h: readonly (number | null)[]): number {
  return mm_per_h.reduce<number>((sum, rate, i) => sum + (rate ?? 0) * lengthOf(times_h, i), 0);
}

const lengthOf = (times_h: readonly number[], i: number): number => (times_h[i + 1] ?? 0) - (times_h[i] ?? 0);

/** Times in which a gauge was not heard from. */
export function gapsOf(times_h: readonly number[], mm_per_h: readonly (number | null)[]): Gap[] {
  const gaps: Gap[] = [];
  for (const [i, rate] of mm_per_h.entries()) {
    if (rate !== null) continue;
    const [from_h, to_h] = [times_h[i] ?? 0, times_h[i + 1] ?? 0];
    const last = gaps.at(-1);
    if (last?.to_h === from_h) gaps[gaps.length - 1] = { from_h: last.from_h, to_h };
    else gaps.push({ from_h, to_h });
  }
  return gaps;
}

/** Whether a gauge told anything. */
export const isHeard = ({ mm_per_h }: StormGauge): boolean => mm_per_h.some((rate) => rate !== null);

/** The mean of the gauges that were heard in each interval; `null` where none was. */
export function meanOf({ gauges, times_h }: Storm): (number | null)[] {
  return times_h.slice(1).map((_, i) => {
    const known = gauges.flatMap(({ mm_per_h }) => mm_per_h[i] ?? []);
    return known.length ? known.reduce((a, b) => a + b, 0) / known.length : null;
  });
}

/** How long it lasts, h. */
export const lengthOfStorm = ({ times_h }: Storm): number => (times_h.at(-1) ?? 0) - (times_h[0] ?? 0);

/** A storm as `scenario.rain`. */
export type RainDocument =
  | { readonly series: { readonly times_h: readonly number[]; readonly mm_per_h: readonly number[] } }
  | { readonly gauges: { readonly times_h: readonly number[]; readonly gauges: readonly { readonly name: string; readonly at: Place; readonly mm_per_h: readonly (number | null)[] }[] } };

/**
 * What the server takes. Intervals in which no gauge was heard from are dry, which somebody must have agreed to;
 * gauges that told nothing are left out.
 */
export function rainDocument({ gauges, times_h }: Storm): RainDocument | undefined {
  const heard = gauges.filter(isHeard);
  const [first] = heard;
  if (!first) return undefined;
  const isSilent = (i: number): boolean => heard.every(({ mm_per_h }) => mm_per_h[i] === null);
  const dry = (rate: number | null, i: number): number | null => (isSilent(i) ? 0 : rate);
  const placed = heard.flatMap(({ name, at, mm_per_h }, n) => (at ? [{ name, at, mm_per_h: n === 0 ? mm_per_h.map(dry) : mm_per_h }] : []));
  if (placed.length === heard.length) return { gauges: { times_h, gauges: placed } };
  return { series: { times_h, mm_per_h: first.mm_per_h.map((rate) => rate ?? 0) } };
}
