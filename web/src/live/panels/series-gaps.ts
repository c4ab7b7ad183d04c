/** Where nothing was measured for long, the line breaks: a chart must not draw what nobody saw. */

import type { Grade, Series } from '../model.ts';

/** A step this many times the usual one is a gap. */
const GAP = 4;

export interface Plotted {
  readonly t: readonly number[];
  readonly value: readonly (number | null)[];
  readonly min: readonly (number | null)[];
  readonly max: readonly (number | null)[];
  readonly grade: readonly (Grade | undefined)[];
  /** The index in the series of each point; absent in gaps. */
  readonly from: readonly (number | undefined)[];
}

/** The series with an empty point in each gap. */
export function withGaps(series: Series): Plotted {
  const { t } = series;
  const longest = GAP * usualStep(t);
  const places = t.flatMap((time, i): [number, number | undefined][] => {
    const before = t[i - 1];
    const isGap = before !== undefined && time - before > longest;
    return isGap ? [[(before + time) / 2, undefined], [time, i]] : [[time, i]];
  });
  const column = (list: readonly (number | null)[]): (number | null)[] =>
    places.map(([, i]) => (i === undefined ? null : (list[i] ?? null)));
  return {
    t: places.map(([time]) => time),
    value: column(series.value),
    min: column(series.min),
    max: column(series.max),
    grade: places.map(([, i]) => (i === undefined ? undefined : series.grade[i])),
    from: places.map(([, i]) => i),
  };
}

/** The median time between values. */
function usualStep(t: readonly number[]): number {
  const steps = t.slice(1).map((time, i) => time - (t[i] ?? time)).sort((a, b) => a - b);
  return steps[Math.floor(steps.length / 2)] ?? Infinity;
}
