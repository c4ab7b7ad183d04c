/** What the picture of a forecast is made of. Values only; nothing is drawn here. */

import type { Series } from '../../live/model.ts';
import { withGaps } from '../../live/panels/series-gaps.ts';
import type { Alarm, Gauge } from './model.ts';

/** Alarm levels so many times the range of the curves away would press them flat. */
const REACH = 3;

/** Curves over the instants of all of them. A place where a curve has no value is `undefined`, a gap in it `null`. */
export interface Curves {
  /** Epoch seconds, ascending. */
  readonly t: readonly number[];
  readonly observed: readonly (number | null | undefined)[];
  readonly middle: readonly (number | undefined)[];
  readonly high: readonly (number | undefined)[];
  readonly low: readonly (number | undefined)[];
}

/** What curves are made of. */
export interface Sources {
  readonly gauge: Gauge;
  /** Instants of the band, epoch milliseconds. */
  readonly times: readonly number[];
  /** What the gauge told before, and since. */
  readonly observed: Series | undefined;
}

/** The observations and the band of a gauge on one axis. */
export function curvesOf({ gauge: { band }, times, observed }: Sources): Curves {
  const told = observed?.t.length ? withGaps(observed) : undefined;
  const ahead = new Map(times.slice(0, band.middle.length).map((time, i) => [time / 1000, i]));
  const past = new Map((told?.t ?? []).map((time, i) => [time, i]));
  const t = [...new Set([...past.keys(), ...ahead.keys()])].sort((a, b) => a - b);
  const column = (values: readonly number[]): (number | undefined)[] => t.map((time) => values[ahead.get(time) ?? -1]);
  return {
    t,
    observed: t.map((time) => {
      const index = past.get(time);
      return index === undefined ? undefined : (told?.value[index] ?? null);
    }),
    middle: column(band.middle),
    high: column(band.high),
    low: column(band.low),
  };
}

/** The alarm levels that are shown: those that the curves come near to. */
export function alarmsNear(alarms: readonly Alarm[], low: number, high: number): Alarm[] {
  const reach = REACH * Math.max(high - low, 0.2);
  const isNear = ({ level_m }: Alarm): boolean => level_m >= low - reach && level_m <= high + reach;
  return alarms.filter(isNear);
}
