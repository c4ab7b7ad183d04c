/** The scenario as the form holds it, and as the server takes it (`city::scenario`). */

import type { Place } from '../app.ts';
import { bbox, list, record, text, title } from '../api/read.ts';
import type { Bbox } from '../api/types.ts';
import type { Title } from '../i18n/index.ts';
import { instant, number, place } from './wire.ts';
import { workDocument, worksOf, type Work } from './works.ts';

export type Area = { readonly bbox: Bbox } | { readonly polygon: readonly Place[] };
/** A time in hours of the scenario, and a value. */
export type Row = readonly [hour: number, value: number];

export interface River {
  name: string;
  at: Place | undefined;
  radius_m: number | undefined;
  /** m³/s at hours. */
  rows: readonly Row[];
}

/** What the form holds. A number that is not there is `undefined`, one that cannot be read is NaN. */
export interface Draft {
  title: Title;
  area: Area | undefined;
  resolution_m: number | undefined;
  /** Epoch milliseconds. */
  start: number | undefined;
  duration_h: number | undefined;
  frames_min: number | undefined;
  method: string;
  rain: 'none' | 'design' | 'series' | 'gauges';
  design: { total_mm: number | undefined; duration_h: number | undefined; begin_h: number | undefined; shape: string };
  /** Intensity in mm/h from each hour on. */
  rainRows: readonly Row[];
  /** When the last of them ends. */
  rainEnd_h: number | undefined;
  /** Rain of gauges goes back as it came. */
  gauges: unknown;
  tide: 'none' | 'wave' | 'series';
  datum: string;
  offset_m: number | undefined;
  wave: { mean_m: number | undefined; amplitude_m: number | undefined; period_h: number | undefined; high_water_h: number | undefined };
  /** Level in m at hours. */
  tideRows: readonly Row[];
  initial_level_m: number | undefined;
  rivers: River[];
  infiltration: 'none' | 'curve-number' | 'green-ampt';
  curve_number: number | undefined;
  green_ampt: { conductivity_mm_h: number | undefined; suction_mm: number | undefined; moisture_deficit: number | undefined };
  buildings: string;
  /** Drains as the scenario has them; none where it has none. */
  drains: unknown;
  works: Work[];
  /** Members of an ensemble; they go back as they came. */
  ensemble: readonly unknown[];
  /** Members that this form does not know; they go back as they came. */
  rest: Readonly<Record<string, unknown>>;
}

const KNOWN = new Set([
  'kind', 'title', 'area', 'resolution_m', 'start', 'duration_h', 'frames_min', 'method', 'rain', 'tide',
  'initial_level_m', 'inflows', 'infiltration', 'buildings', 'structures', 'drains', 'ensemble',
  // A scenario of the flood library that is changed is not of the library any more.
  'stage',
]);

/** Where nothing is given. The soil is a loam (Rawls, Brakensiek and Miller 1983). */
export function emptyDraft(): Draft {
  return {
    title: { vi: '', en: '' },
    area: undefined,
    resolution_m: 20,
    start: undefined,
    duration_h: 8,
    frames_min: 15,
    method: 'hllc',
    rain: 'design',
    design: { total_mm: 100, duration_h: 6, begin_h: 0, shape: 'triangular' },
    rainRows: [[0, 10], [1, 30], [2, 15]],
    rainEnd_h: 3,
    gauges: undefined,
    tide: 'none',
    datum: '',
    offset_m: undefined,
    wave: { mean_m: 0, amplitude_m: 0.6, period_h: 12.42, high_water_h: 4 },
    tideRows: [[0, 0.2], [6, 0.8], [12, 0.1]],
    initial_level_m: undefined,
    rivers: [],
    infiltration: 'none',
    curve_number: 75,
    green_ampt: { conductivity_mm_h: 3.4, suction_mm: 89, moisture_deficit: 0.3 },
    buildings: 'blocked',
    drains: undefined,
    works: [],
    ensemble: [],
    rest: {},
  };
}

/** Reads a scenario into the form; what it leaves out stays as in an empty one. */
export function draftOf(document: unknown): Draft {
  const raw = record(document);
  const draft = emptyDraft();
  draft.title = title(raw.title);
  draft.area = areaOf(raw.area);
  draft.resolution_m = number(raw.resolution_m) ?? draft.resolution_m;
  draft.start = instant(raw.start);
  draft.duration_h = number(raw.duration_h) ?? draft.duration_h;
  draft.frames_min = number(raw.frames_min) ?? draft.frames_min;
  draft.method = text(raw.method) || draft.method;
  draft.buildings = text(raw.buildings) || draft.buildings;
  draft.initial_level_m = number(raw.initial_level_m);
  readRain(draft, record(raw.rain));
  readTide(draft, record(raw.tide));
  readSoil(draft, raw.infiltration);
  draft.rivers = list(raw.inflows).map(record).map((each) => ({
    name: text(each.name),
    at: place(each.at),
    radius_m: number(each.radius_m),
    rows: pairs(each.times_h, each.m3_s),
  }));
  draft.works = worksOf(raw.structures);
  draft.drains = raw.drains ?? undefined;
  draft.ensemble = list(raw.ensemble);
  draft.rest = Object.fromEntries(Object.entries(raw).filter(([name]) => !KNOWN.has(name)));
  return draft;
}

function readRain(draft: Draft, raw: Readonly<Record<string, unknown>>): void {
  draft.rain = 'none';
  if (raw.design !== undefined) {
    const design = record(raw.design);
    draft.rain = 'design';
    draft.design = {
      total_mm: number(design.total_mm),
      duration_h: number(design.duration_h),
      begin_h: number(design.begin_h) ?? 0,
      shape: text(design.shape) || 'triangular',
    };
  } else if (raw.series !== undefined) {
    const series = record(raw.series);
    const times = list(series.times_h).flatMap((each) => number(each) ?? []);
    draft.rain = 'series';
    draft.rainRows = pairs(times.slice(0, -1), series.mm_per_h);
    draft.rainEnd_h = times.at(-1);
  } else if (raw.gauges !== undefined) {
    draft.rain = 'gauges';
    draft.gauges = raw.gauges;
  }
}

function readTide(draft: Draft, raw: Readonly<Record<string, unknown>>): void {
  draft.datum = text(raw.datum);
  draft.offset_m = number(raw.offset_m);
  const { wave, series } = record(raw.levels);
  if (wave !== undefined) {
    const { mean_m, amplitude_m, period_h, high_water_h } = record(wave);
    draft.tide = 'wave';
    draft.wave = {
      mean_m: number(mean_m), amplitude_m: number(amplitude_m), period_h: number(period_h), high_water_h: number(high_water_h),
    };
  } else if (series !== undefined) {
    draft.tide = 'series';
    draft.tideRows = pairs(record(series).times_h, record(series).level_m);
  }
}

function readSoil(draft: Draft, value: unknown): void {
  const raw = record(value);
  if (raw['curve-number'] !== undefined) {
    draft.infiltration = 'curve-number';
    draft.curve_number = number(raw['curve-number']);
  } else if (raw['green-ampt'] !== undefined) {
    const { conductivity_mm_h, suction_mm, moisture_deficit } = record(raw['green-ampt']);
    draft.infiltration = 'green-ampt';
    draft.green_ampt = {
      conductivity_mm_h: number(conductivity_mm_h), suction_mm: number(suction_mm), moisture_deficit: number(moisture_deficit),
    };
  }
}

function pairs(times: unknown, values: unknown): Row[] {
  const all = list(values);
  return list(times).flatMap((each, i) => {
    const [hour, value] = [number(each), number(all[i])];
    return hour === undefined || value === undefined ? [] : [[hour, value] as const];
  });
}

function areaOf(value: unknown): Area | undefined {
  const raw = record(value);
  const box = bbox(raw.bbox);
  if (box) return { bbox: box };
  const ring = list(raw.polygon).flatMap((each) => {
    const at = place(each);
    return at ? [at] : [];
  });
  return ring.length >= 3 ? { polygon: ring } : undefined;
}

/** The document that the server takes. */
export function documentOf(draft: Draft): Record<string, unknown> {
  const rain = rainOf(draft);
  const tide = tideOf(draft);
  return {
    kind: 'flood',
    ...draft.rest,
    title: draft.title,
    area: draft.area,
    resolution_m: draft.resolution_m,
    ...(draft.start === undefined ? {} : { start: new Date(draft.start).toISOString().replace('.000Z', 'Z') }),
    duration_h: draft.duration_h,
    method: draft.method,
    ...(rain ? { rain } : {}),
    ...(tide ? { tide } : {}),
    ...(draft.initial_level_m === undefined ? {} : { initial_level_m: draft.initial_level_m }),
    ...(draft.rivers.length ? { inflows: draft.rivers.map(inflowOf) } : {}),
    infiltration: soilOf(draft),
    buildings: draft.buildings,
    ...(draft.works.length ? { structures: draft.works.map(workDocument) } : {}),
    ...(draft.drains === undefined ? {} : { drains: draft.drains }),
    ...(draft.ensemble.length ? { ensemble: draft.ensemble } : {}),
    frames_min: draft.frames_min,
  };
}

function rainOf({ rain, design, rainRows, rainEnd_h, gauges }: Draft): unknown {
  if (rain === 'design') return { design };
  if (rain === 'gauges') return { gauges };
  if (rain === 'none') return undefined;
  const times_h = [...rainRows.map(([hour]) => hour), rainEnd_h];
  return { series: { times_h, mm_per_h: rainRows.map(([, rate]) => rate) } };
}

function tideOf({ tide, datum, offset_m, wave, tideRows }: Draft): unknown {
  if (tide === 'none') return undefined;
  const series = { times_h: tideRows.map(([hour]) => hour), level_m: tideRows.map(([, level]) => level) };
  return { datum, ...(offset_m === undefined ? {} : { offset_m }), levels: tide === 'wave' ? { wave } : { series } };
}

function soilOf({ infiltration, curve_number, green_ampt }: Draft): unknown {
  if (infiltration === 'none') return 'none';
  return infiltration === 'curve-number' ? { 'curve-number': curve_number } : { 'green-ampt': green_ampt };
}

function inflowOf({ name, at, radius_m, rows }: River): unknown {
  return {
    name,
    at,
    ...(radius_m === undefined ? {} : { radius_m }),
    times_h: rows.map(([hour]) => hour),
    m3_s: rows.map(([, discharge]) => discharge),
  };
}

/** The corners of an area, as a closed ring. */
export function ringOf(area: Area): Place[] {
  if ('bbox' in area) {
    const [west, south, east, north] = area.bbox;
    return [[west, south], [east, south], [east, north], [west, north], [west, south]];
  }
  const [first] = area.polygon;
  return first ? [...area.polygon, first] : [];
}

/** The outer edges of an area. */
export function edgesOf(area: Area): Bbox {
  const ring = ringOf(area);
  const [lons, lats] = [ring.map(([lon]) => lon), ring.map(([, lat]) => lat)];
  return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
}
