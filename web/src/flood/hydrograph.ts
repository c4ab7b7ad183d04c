/** What a hydrograph says in a few numbers, and as a file. */

import type { Place } from '../app.ts';
import type { Hydrograph } from './model.ts';

/** Depth from which a place counts as under water, and from which it is hard to walk, m. */
const WET_M = 0.05;
const DEEP_M = 0.3;

export interface HydrographFacts {
  readonly peak_m: number;
  readonly peak_h: number;
  /** When water came; absent where it never did. */
  readonly first_h: number | undefined;
  /** How long it was deeper than 0.3 m. */
  readonly over30_h: number;
}

export function hydrographFacts({ hours, depth_m }: Hydrograph): HydrographFacts {
  const peak_m = Math.max(0, ...depth_m);
  const first = depth_m.findIndex((depth) => depth >= WET_M);
  let over30_h = 0;
  for (let i = 1; i < hours.length; i += 1) {
    const [a, b] = [depth_m[i - 1] ?? 0, depth_m[i] ?? 0];
    const span = (hours[i] ?? 0) - (hours[i - 1] ?? 0);
    // The part of a straight line from a to b that lies above.
    const [low, high] = [Math.min(a, b), Math.max(a, b)];
    if (low >= DEEP_M) over30_h += span;
    else if (high > DEEP_M) over30_h += (span * (high - DEEP_M)) / (high - low);
  }
  return { peak_m, peak_h: hours[depth_m.indexOf(peak_m)] ?? 0, first_h: first < 0 ? undefined : hours[first], over30_h };
}

export function hydrographCsv({ hours, depth_m }: Hydrograph, [lon, lat]: Place): string {
  const lines = hours.map((hour, i) => `${hour},${(depth_m[i] ?? 0).toFixed(3)},${lon.toFixed(6)},${lat.toFixed(6)}`);
  return `${['hour,depth_m,longitude,latitude', ...lines].join('\r\n')}\r\n`;
}
