/** The server's live answers, read with care: what is wrong in them is left out, the rest is shown. */

import type { Place } from '../app.ts';
import { list, record, text, title } from '../api/read.ts';
import { gradeOf, resultOf } from './wire-rules.ts';
import {
  ALERT_STATES, SEVERITIES,
  type Alarm, type Alert, type AlertState, type Health, type Heard, type Reading, type Series, type Severity,
  type Snapshot, type Step, type Thing, type Vehicle,
} from './model.ts';

type Raw = Readonly<Record<string, unknown>>;

/** Reads `live/latest` and `replay/state`. */
export function snapshotOf(answer: unknown): Snapshot {
  const things = list(record(answer).features).flatMap((each) => thingOf(record(each)) ?? []);
  return { seq: numberOf(record(answer).seq), things };
}

function thingOf(raw: Raw): Thing | undefined {
  const own = record(raw.properties);
  const id = numberOf(own.thing) ?? idIn(raw.id);
  const place = placeOf(raw.geometry);
  if (id === undefined || !place) return undefined;
  return {
    id,
    place,
    name: title(own.name, `Things(${id})`),
    role: text(own.role) || 'other',
    layer: text(own.layer),
    feature: text(own.feature),
    simulated: own.simulated === true,
    readings: list(own.values).flatMap((each) => readingOf(record(each)) ?? []),
  };
}

function readingOf(raw: Raw): Reading | undefined {
  const datastream = numberOf(raw.datastream);
  if (datastream === undefined) return undefined;
  return {
    datastream,
    property: title(raw.property),
    unit: text(raw.unit),
    result: resultOf(raw.result),
    time: instantOf(raw.time),
    grade: gradeOf(raw.quality),
    flags: list(raw.flags).map(text).filter(Boolean),
    alarm: alarmIn(raw.alarm),
    interval_s: numberOf(raw.interval_s),
  };
}

/** Reads the data of an event `observations`. */
export function heardOf(data: unknown): Heard[] {
  return list(data).flatMap((each) => {
    const raw = record(each);
    const [thing, datastream, time] = [numberOf(raw.thing), numberOf(raw.datastream), instantOf(raw.time)];
    if (thing === undefined || datastream === undefined || time === undefined) return [];
    return {
      thing,
      datastream,
      time,
      result: resultOf(raw.result),
      grade: gradeOf(raw.quality),
      flags: list(raw.flags).map(text).filter(Boolean),
      alarm: alarmIn(raw.alarm),
    };
  });
}

/** Reads `live/vehicles` and the data of an event `positions`: GeoJSON points, or a list of them. */
export function vehiclesOf(answer: unknown): Vehicle[] {
  const features = Array.isArray(answer) ? list(answer) : list(record(answer).features);
  return features.flatMap((each) => {
    const raw = record(each);
    const own = record(raw.properties);
    const thing = numberOf(own.thing) ?? idIn(raw.id);
    const id = text(raw.id) || (thing === undefined ? '' : `Things(${thing})`);
    const place = placeOf(raw.geometry);
    if (!id || !place) return [];
    return {
      id,
      thing,
      name: text(own.name),
      place,
      heading: numberOf(own.heading),
      speed: numberOf(own.speed),
      time: instantOf(own.time),
      simulated: own.simulated === true,
    };
  });
}

/** Reads `live/series`. */
export function seriesOf(answer: unknown): Series {
  const raw = record(answer);
  const times = list(raw.t).map(Number);
  const column = (value: unknown): (number | null)[] => {
    const all = list(value);
    return times.map((_, i) => numberOf(all[i]) ?? null);
  };
  const flags = list(raw.flags);
  const resolution = text(raw.resolution);
  return {
    unit: text(raw.unit),
    resolution: (['minute', 'hour', 'day'] as const).find((each) => each === resolution) ?? 'raw',
    t: times,
    value: column(raw.value),
    min: column(raw.min),
    max: column(raw.max),
    grade: times.map((_, i) => gradeOf(flags[i])),
  };
}

/** Reads `alerts`. */
export function alertsOf(answer: unknown): Alert[] {
  return list(record(answer).alerts).flatMap((each) => {
    const raw = record(each);
    const id = text(raw.id);
    if (!id) return [];
    return {
      id,
      state: stateOf(raw.state) ?? 'raised',
      severity: severityOf(raw.severity),
      headline: title(raw.headline, id),
      description: title(raw.description),
      instruction: title(raw.instruction),
      area: geometryOf(raw.area),
      place: title(raw.place ?? record(record(raw.area).properties).name),
      since: instantOf(raw.since),
      simulated: raw.simulated === true,
      datastream: numberOf(raw.datastream),
      thing: numberOf(raw.thing),
      level: numberOf(raw.level),
      steps: list(raw.steps).map((step) => stepOf(record(step))),
    };
  });
}

function stepOf(raw: Raw): Step {
  return {
    state: stateOf(raw.state),
    time: instantOf(raw.time ?? raw.at),
    by: text(raw.by),
    note: text(raw.note),
  };
}

function stateOf(value: unknown): AlertState | undefined {
  return ALERT_STATES.find((each) => each === text(value).toLowerCase());
}

function severityOf(value: unknown): Severity {
  return SEVERITIES.find((each) => each === text(value).toLowerCase()) ?? 'unknown';
}

/** Reads `live/health` and the data of an event `health`; absent numbers are none. */
export function healthOf(answer: unknown): Health {
  const raw = record(answer);
  const count = (value: unknown): number => numberOf(value) ?? 0;
  const [queue, disk] = [record(raw.queue), record(raw.disk)];
  return {
    received_per_s: count(raw.received_per_s),
    stored_per_s: count(raw.stored_per_s),
    lag_ms: numberOf(raw.lag_ms),
    queue: { bytes: count(queue.bytes), limit: count(queue.limit) },
    dead_letters: count(raw.dead_letters),
    late: count(raw.late),
    refused: count(raw.refused),
    subscribers: count(raw.subscribers),
    missed: count(raw.missed),
    disk: { used: numberOf(disk.used), free: numberOf(disk.free) },
    sources: list(raw.sources).map(record).map((each) => ({
      name: text(each.name),
      last: instantOf(each.last),
      per_s: count(each.per_s),
    })),
    pollers: list(raw.pollers).map(record).map((each) => ({
      name: text(each.name),
      state: text(each.state),
      last: instantOf(each.last),
    })),
  };
}

function alarmIn(value: unknown): Alarm | undefined {
  const level = numberOf(record(value).level);
  return level === undefined ? undefined : { level, title: title(record(value).title, String(level)) };
}

/** A point of GeoJSON. */
export function placeOf(geometry: unknown): Place | undefined {
  const { type, coordinates } = record(geometry);
  const [lon, lat] = type === 'Point' ? list(coordinates).map(Number) : [];
  return lon !== undefined && lat !== undefined && Number.isFinite(lon + lat) ? [lon, lat] : undefined;
}

/** The shape of a geometry or of a feature. */
function geometryOf(value: unknown): GeoJSON.Geometry | undefined {
  const raw = record(value);
  const shape = raw.type === 'Feature' ? record(raw.geometry) : raw;
  return Array.isArray(shape.coordinates) || Array.isArray(shape.geometries)
    ? (shape as unknown as GeoJSON.Geometry)
    : undefined;
}

/** A finite number. */
export function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** An instant, or the start of a period, in epoch milliseconds. */
export function instantOf(value: unknown): number | undefined {
  const parsed = Date.parse(text(value).split('/')[0] ?? '');
  return Number.isNaN(parsed) ? undefined : parsed;
}

function idIn(value: unknown): number | undefined {
  const found = /\((\d+)\)$/.exec(text(value));
  return found ? Number(found[1]) : undefined;
}

