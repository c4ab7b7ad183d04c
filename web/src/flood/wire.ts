/** Reads what the server says of runs. Wrong shapes become empty ones. */

import type { Place } from '../app.ts';
import { bbox, list, record, text, title } from '../api/read.ts';
import type { Title } from '../i18n/index.ts';
import {
  AFFECTED, STATUSES,
  type Affected, type Closure, type Drains, type Facility, type FileLink, type Frames, type Hydrograph, type Marks, type Publication, type Raster,
  type Results, type Run, type Spell, type Step, type Summary, type Unit, type Units, type Way,
} from './model.ts';

type Raw = Readonly<Record<string, unknown>>;

/** A finite number; text that says one is none. */
export function number(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** An instant as epoch milliseconds. */
export function instant(value: unknown): number | undefined {
  const time = Date.parse(text(value));
  return Number.isNaN(time) ? undefined : time;
}

/** Longitude and latitude. */
export function place(value: unknown): Place | undefined {
  const [lon, lat] = list(value).map(number);
  return lon !== undefined && lat !== undefined ? [lon, lat] : undefined;
}

export function runOf(answer: unknown): Run | undefined {
  const raw = record(answer);
  const id = text(raw.jobID);
  if (!id || text(raw.processID) !== 'flood') return undefined;
  const status = text(raw.status);
  return {
    id,
    status: STATUSES.find((each) => each === status) ?? 'accepted',
    title: title(raw.title, id),
    owner: text(raw.owner),
    message: text(raw.message),
    created: instant(raw.created),
    started: instant(raw.started),
    finished: instant(raw.finished),
    estimatedEnd: instant(raw.estimatedEnd),
    progress: Math.min(1, Math.max(0, (number(raw.progress) ?? 0) / 100)),
    published: publicationOf(raw.published),
  };
}

function publicationOf(value: unknown): Publication | undefined {
  const { by, at, statement } = record(value);
  return statement === undefined ? undefined : { by: text(by), at: instant(at), statement: title(statement) };
}

export function runsOf(answer: unknown): Run[] {
  return list(record(answer).jobs).flatMap((each) => runOf(each) ?? []);
}

/** Reads `/jobs/{id}/results`. */
export function resultsOf(run: string, answer: unknown): Results {
  const raw = record(answer);
  const members = Object.entries(raw).map(([name, value]) => [name, record(value)] as const);
  const affected: Partial<Record<Affected, string>> = {};
  for (const name of AFFECTED) {
    const href = text(record(raw[name]).href);
    if (href) affected[name] = href;
  }
  return {
    run,
    summary: summaryOf(record(raw.summary)),
    rasters: members.flatMap(([name, each]) => (name === 'frames' ? [] : (rasterOf(name, each) ?? []))),
    frames: framesOf(record(raw.frames)),
    affected,
    files: members.flatMap(([name, each]) => (name === 'frames' || name === 'links' ? [] : (fileOf(name, each) ?? []))),
  };
}

function rasterOf(name: string, raw: Raw): Raster | undefined {
  const tiles = text(raw.tiles);
  if (!tiles) return undefined;
  return { name, title: title(raw.title, name), href: text(raw.href), tiles, legend: legendOf(raw.legend) };
}

function framesOf(raw: Raw): Frames | undefined {
  const minutes = list(raw.minutes).flatMap((each) => number(each) ?? []).sort((a, b) => a - b);
  const tiles = text(raw.tiles);
  if (!minutes.length || !tiles) return undefined;
  return { minutes, tiles, href: text(raw.href), legend: legendOf(raw.legend) };
}

function fileOf(name: string, raw: Raw): FileLink | undefined {
  const href = text(raw.href);
  if (!href) return undefined;
  return { name, title: raw.title === undefined ? undefined : title(raw.title), href, type: text(raw.type) };
}

/** A title, which a link says in both languages at once: `vi / en`. */
function bothIn(value: unknown): Title {
  const [vi, en, ...more] = text(value).split(' / ');
  return vi && en && !more.length ? { vi, en } : title(value);
}

/** Another form of something, such as a map on paper (RFC 8288; a relation may be written as its address). */
export function alternatesOf(value: unknown): FileLink[] {
  return list(value).map(record).flatMap((each, i) => {
    const [href, relation] = [text(each.href), text(each.rel)];
    if (!href || !/(^|\/)alternate$/.test(relation)) return [];
    return [{ name: String(i), title: each.title === undefined ? undefined : bothIn(each.title), href, type: text(each.type) }];
  });
}

export function legendOf(value: unknown): Step[] {
  return list(value).flatMap((each) => {
    const raw = record(each);
    const from = number(raw.from);
    const [r, g, b, a] = list(raw.rgba).map(number);
    if (from === undefined || r === undefined || g === undefined || b === undefined || a === undefined) return [];
    // The server's numbers are of single precision: 0.009999999776 was meant to be 0.01.
    return [{ from: Number(from.toPrecision(6)), rgba: [r, g, b, a] as const }];
  });
}

function drainsOf(value: unknown): Drains | undefined {
  const raw = record(value);
  const taken_m3 = number(raw.taken_m3);
  if (taken_m3 === undefined) return undefined;
  const surcharged = list(raw.surcharged).map(record).flatMap((each) => {
    const at = place(each.at);
    const of = (name: string): number => number(each[name]) ?? 0;
    return at
      ? [{ name: text(each.name), at, from_h: of('from_h'), hours: of('hours'), above_rim_m: of('above_rim_m'), returned_m3: of('returned_m3') }]
      : [];
  });
  return { taken_m3, returned_m3: number(raw.returned_m3) ?? 0, outfall_m3: number(raw.outfall_m3) ?? 0, surcharged };
}

function summaryOf(raw: Raw): Summary {
  const grid = record(raw.grid);
  const terrain = record(raw.terrain);
  const deepest = record(raw.deepest);
  const at = place(deepest.at);
  const volumes = Object.entries(record(raw.ledger)).flatMap(([name, value]) => {
    const volume = number(value);
    return volume === undefined ? [] : [[name, volume] as const];
  });
  return {
    title: title(raw.title),
    start: instant(raw.start),
    duration_h: number(raw.duration_h) ?? 0,
    bbox: bbox(grid.bbox),
    cell_m: number(grid.cell_m) ?? 0,
    cells: (number(grid.columns) ?? 0) * (number(grid.rows) ?? 0),
    steps: number(raw.steps) ?? 0,
    wall_s: number(raw.wall_s) ?? 0,
    terrain: text(terrain.source),
    datum: text(terrain.vertical_datum),
    synthetic: terrain.synthetic === true,
    ledger: Object.fromEntries(volumes),
    drains: drainsOf(raw.drains),
    deepest: at && { at, depth_m: number(deepest.depth_m) ?? 0, level_m: number(deepest.level_m) ?? 0 },
    speed_m_s: number(raw.greatest_speed_m_s),
    flooded: list(raw.flooded).map(record).flatMap((each) => {
      const [depth_m, area_ha] = [number(each.depth_m), number(each.area_ha)];
      return depth_m === undefined || area_ha === undefined ? [] : [{ depth_m, area_ha }];
    }),
    structures: list(raw.structures).map(record).map((each) => ({
      name: text(each.name),
      greatest_m3_s: number(each.greatest_m3_s) ?? 0,
      greatest_at_h: number(each.greatest_at_h) ?? 0,
      volume_m3: number(each.volume_m3) ?? 0,
    })),
    marks: marksOf(raw.marks),
    members: number(raw.members) ?? 0,
    assumptions: list(raw.assumptions).map((each) => title(each)),
    standing: title(raw.standing),
  };
}

function marksOf(value: unknown): Marks | undefined {
  const raw = record(value);
  const marks = list(raw.marks).map(record).map((each) => ({
    name: text(each.name),
    at: place(each.at),
    marked_m: number(each.marked_m),
    modelled_m: number(each.modelled_m),
    error_m: number(each.error_m),
    source: text(each.source),
  }));
  return marks.length ? { marks, counted: number(raw.counted) ?? 0, bias_m: number(raw.bias_m) ?? 0, rmse_m: number(raw.rmse_m) ?? 0 } : undefined;
}

export function unitsOf(answer: unknown): Units {
  const { communes, villages } = record(answer);
  return { communes: list(communes).map(unitOf), villages: list(villages).map(unitOf) };
}

function unitOf(value: unknown): Unit {
  const raw = record(value);
  const deepest = record(raw.deepest);
  const depth_m = number(deepest.depth_m);
  return {
    code: text(raw.code),
    name: nameOf(raw.name),
    people: number(raw.people),
    households: number(raw.households),
    vulnerable: number(raw.vulnerable),
    buildings: number(raw.buildings),
    buildings_flooded: number(raw.buildings_flooded),
    flooded_ha: number(raw.flooded_ha),
    deepest: depth_m === undefined ? undefined : { at: place(deepest.at), depth_m },
    first_h: number(raw.first_h),
    peak_h: number(raw.peak_h),
    cut_off: spellsOf(raw.cut_off),
  };
}

/** Pairs of hours, the second of which may be null. */
function spellsOf(value: unknown): Spell[] {
  return list(value).flatMap((each) => {
    const [from_h, to_h] = list(each).map(number);
    return from_h === undefined ? [] : [{ from_h, to_h }];
  });
}

const nameOf = (value: unknown): string => title(value).vi;

/** The features of a GeoJSON document that have a geometry. */
function featuresOf(answer: unknown): { readonly geometry: GeoJSON.Geometry; readonly properties: Raw }[] {
  return list(record(answer).features).map(record).flatMap(({ geometry, properties }) => {
    const { type } = record(geometry);
    return typeof type === 'string' ? [{ geometry: geometry as GeoJSON.Geometry, properties: record(properties) }] : [];
  });
}

export function closuresOf(answer: unknown): Closure[] {
  return featuresOf(answer).map(({ geometry, properties }) => ({
    name: nameOf(properties.name),
    geometry,
    vehicle: text(properties.vehicle),
    vehicleTitle: title(properties.vehicle_title, text(properties.vehicle)),
    closed: spellsOf(properties.closed),
    depth_m: number(properties.depth_m),
    length_m: number(properties.length_m) ?? 0,
  }));
}

export function waysOf(answer: unknown): Way[] {
  return list(record(answer).features).map(record).map(({ geometry, properties }) => {
    const raw = record(properties);
    return {
      village: nameOf(raw.village),
      shelter: nameOf(raw.shelter),
      people: number(raw.people) ?? 0,
      way_m: number(raw.way_m),
      leave_by_h: number(raw.leave_by_h),
      geometry: typeof record(geometry).type === 'string' ? (geometry as GeoJSON.Geometry) : undefined,
      left: text(raw.left),
    };
  });
}

export function facilitiesOf(answer: unknown): Facility[] {
  return featuresOf(answer).map(({ geometry, properties }) => ({
    name: nameOf(properties.name),
    kind: text(properties.kind),
    at: 'coordinates' in geometry ? place(list(geometry.coordinates).flat(Infinity)) : undefined,
    depth_m: number(properties.depth_m),
    arrival_h: number(properties.arrival_h),
    shelter: properties.shelter === true,
    wet: typeof properties.wet === 'boolean' ? properties.wet : (number(properties.depth_m) ?? 0) > 0,
    capacity: number(properties.capacity),
  }));
}

/** Reads a CoverageJSON point series of depths. */
export function hydrographOf(answer: unknown): Hydrograph {
  const raw = record(answer);
  const hours = list(record(record(record(raw.domain).axes).t).values).flatMap((each) => number(each) ?? []);
  const depth_m = list(record(record(raw.ranges).depth).values).map((each) => number(each) ?? 0);
  const length = Math.min(hours.length, depth_m.length);
  return { hours: hours.slice(0, length), depth_m: depth_m.slice(0, length) };
}
