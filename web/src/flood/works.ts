/** What is built against the water, as the form holds it and as the server takes it (`city::scenario::structure`). */

import type { Place } from '../app.ts';
import { list, record, text } from '../api/read.ts';
import { number, place } from './wire.ts';

/** A number that is not there is `undefined`, one that cannot be read is NaN. */
type Entry = number | undefined;

/** A dyke or a wall: water passes only over its crest and through its breach. */
export interface Levee {
  readonly kind: 'levee';
  name: string;
  line: readonly Place[];
  /** Level of the crest at each point of the line, m. */
  crests: readonly Entry[];
  breach: Breach | undefined;
}

/** Where a levee gives way. */
export interface Breach {
  at: Place | undefined;
  begins_h: Entry;
  grows_h: Entry;
  width_m: Entry;
  bottom_m: Entry;
}

/** A pumping station; without a place to bring it to, it brings the water out of the area. */
export interface Pump {
  readonly kind: 'pump';
  name: string;
  from: Place | undefined;
  to: Place | undefined;
  m3_s: Entry;
  starts_at_m: Entry;
  stops_at_m: Entry;
}

/** A weir, a culvert, a gate: the form shows its name and gives it back as it came. */
export interface OtherWork {
  readonly kind: 'other';
  readonly name: string;
  readonly document: unknown;
}

export type Work = Levee | Pump | OtherWork;

export function worksOf(value: unknown): Work[] {
  return list(value).map((document): Work => {
    const raw = record(document);
    const works = record(raw.works);
    const name = text(raw.name);
    if (works.levee !== undefined) return leveeOf(name, record(works.levee));
    return works.pump === undefined ? { kind: 'other', name, document } : pumpOf(name, record(works.pump));
  });
}

function leveeOf(name: string, raw: Readonly<Record<string, unknown>>): Levee {
  const points = list(raw.line).flatMap((each) => {
    const at = place(each);
    return at ? [{ at, crest: number(list(each)[2]) }] : [];
  });
  const breach = record(raw.breach);
  return {
    kind: 'levee',
    name,
    line: points.map(({ at }) => at),
    crests: points.map(({ crest }) => crest),
    breach: raw.breach === undefined || raw.breach === null ? undefined : {
      at: place(breach.at), begins_h: number(breach.begins_h), grows_h: number(breach.grows_h), width_m: number(breach.width_m), bottom_m: number(breach.bottom_m),
    },
  };
}

function pumpOf(name: string, raw: Readonly<Record<string, unknown>>): Pump {
  return {
    kind: 'pump', name, from: place(raw.from), to: place(raw.to),
    m3_s: number(raw.m3_s), starts_at_m: number(raw.starts_at_m), stops_at_m: number(raw.stops_at_m),
  };
}

/** The structure that the server takes. */
export function workDocument(work: Work): unknown {
  if (work.kind === 'other') return work.document;
  const { name } = work;
  if (work.kind === 'levee') {
    const line = work.line.map(([lon, lat], i) => [lon, lat, work.crests[i]]);
    return { name, works: { levee: { line, ...(work.breach ? { breach: work.breach } : {}) } } };
  }
  const { from, to, m3_s, starts_at_m, stops_at_m } = work;
  return { name, works: { pump: { from, ...(to ? { to } : {}), m3_s, starts_at_m, stops_at_m } } };
}

/** The one level of a crest; nothing where it is another at each point. */
export function crestOf({ crests }: Levee): Entry {
  const [first] = crests;
  return crests.every((each) => Object.is(each, first)) ? first : undefined;
}

/** Gives the whole crest one level. */
export function setCrest(levee: Levee, level: Entry): void {
  levee.crests = levee.line.map(() => level);
}

/** A line that was drawn anew; its crest keeps its level, or the mean of its levels. */
export function setLine(levee: Levee, line: readonly Place[]): void {
  const known = levee.crests.filter((each) => each !== undefined && Number.isFinite(each)) as number[];
  const level = known.length ? known.reduce((sum, each) => sum + each, 0) / known.length : undefined;
  levee.line = line;
  levee.crests = line.map(() => level);
}

/** Whether the places and numbers that the server wants are there. */
export function isWhole(work: Work): boolean {
  if (work.kind === 'other') return true;
  const numbers = work.kind === 'levee'
    ? [...work.crests, ...(work.breach ? [work.breach.begins_h, work.breach.grows_h, work.breach.width_m, work.breach.bottom_m] : [])]
    : [work.m3_s, work.starts_at_m, work.stops_at_m];
  const isPlaced = work.kind === 'levee' ? work.line.length > 1 && (!work.breach || work.breach.at !== undefined) : work.from !== undefined;
  return isPlaced && numbers.every((each) => each !== undefined && Number.isFinite(each));
}

/** What of it the map shows. */
export function featuresOf(work: Work): GeoJSON.Feature[] {
  const point = (at: Place | undefined): GeoJSON.Feature[] =>
    at ? [{ type: 'Feature', geometry: { type: 'Point', coordinates: [...at] }, properties: {} }] : [];
  const line = (path: readonly Place[]): GeoJSON.Feature[] =>
    path.length > 1 ? [{ type: 'Feature', geometry: { type: 'LineString', coordinates: path.map((at) => [...at]) }, properties: {} }] : [];
  if (work.kind === 'levee') return [...line(work.line), ...point(work.breach?.at)];
  if (work.kind === 'other') return [];
  return [...line(work.from && work.to ? [work.from, work.to] : []), ...point(work.from), ...point(work.to)];
}
