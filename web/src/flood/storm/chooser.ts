/** What somebody is choosing as the rain of a scenario, kept while the page is open. */

import type { Place } from '../../app.ts';
import { list, record, text } from '../../api/read.ts';
import { number, place } from '../wire.ts';
import type { Draft } from '../scenario.ts';
import { edgesOf } from '../scenario.ts';
import { isHeard, lengthOfStorm, rainDocument, type Storm } from './storm.ts';
import type { RainGauge } from './gauges.ts';

/** Gauges so far outside of the area still tell of its rain, degrees (the server's nowcast takes them so). */
const AROUND_DEG = 0.2;

/** The rain of gauges that a scenario came with. */
export function stormIn({ gauges, start }: Draft): Storm | undefined {
  const raw = record(gauges);
  const times_h = list(raw.times_h).flatMap((each) => number(each) ?? []);
  const found = list(raw.gauges).map(record).map((each) => ({
    name: text(each.name),
    at: place(each.at),
    mm_per_h: list(each.mm_per_h).map((rate) => number(rate) ?? null),
    simulated: false,
    refused: 0,
  }));
  return found.length && times_h.length > 1 ? { start, times_h, gauges: found } : undefined;
}

/** Those of some gauges that tell of the rain of an area; all of them where none stands near, or there is no area yet. */
export function aroundArea(gauges: readonly RainGauge[], area: Draft['area']): RainGauge[] {
  if (!area) return [...gauges];
  const [west, south, east, north] = edgesOf(area);
  const isNear = ([lon, lat]: Place): boolean => lon >= west - AROUND_DEG && lon <= east + AROUND_DEG && lat >= south - AROUND_DEG && lat <= north + AROUND_DEG;
  const near = gauges.filter(({ at }) => isNear(at));
  return near.length ? near : [...gauges];
}

/** Puts a storm into a scenario: its rain, when it begins, and a time that is long enough for all of it. Says whether it could. */
export function takeStorm(draft: Draft, storm: Storm): boolean {
  const rain = rainDocument(storm);
  if (!rain) return false;
  if ('gauges' in rain) {
    draft.rain = 'gauges';
    draft.gauges = rain.gauges;
  } else {
    const { times_h, mm_per_h } = rain.series;
    draft.rain = 'series';
    draft.rainRows = mm_per_h.map((rate, i) => [times_h[i] ?? 0, rate] as const);
    draft.rainEnd_h = times_h.at(-1);
  }
  if (storm.start !== undefined) draft.start = storm.start;
  const end_h = storm.times_h.at(-1) ?? 0;
  if (!(draft.duration_h !== undefined && draft.duration_h >= end_h)) draft.duration_h = end_h;
  return true;
}

/** A storm of those of its gauges that are wanted. */
export function ofGauges(storm: Storm, isWanted: (index: number) => boolean): Storm {
  return { ...storm, gauges: storm.gauges.filter((_, i) => isWanted(i)) };
}

/** Whether there is anything in it that a scenario can take. */
export const isOfUse = (storm: Storm): boolean => storm.gauges.some(isHeard) && lengthOfStorm(storm) > 0;
