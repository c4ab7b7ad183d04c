/** The server's live answers, read with care: what is wrong in them is left out, the rest is shown. */

import type { Place } from '../app.ts';
import { list, record, text, title } from '../api/read.ts';
import { placeOf } from './place.ts';
import { gradeOf, resultOf } from './wire-rules.ts';
import {
  ALERT_STATES, SEVERITIES,
  type Alarm, type Alert, type AlertState, type Health, type Heard, type Reading, type Risk, type Series, type Severity,
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

/** Reads the data of an event `observations`; a good one does not say so. */
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
      grade: gradeOf(raw.quality ?? 'good'),
      flags: list(raw.flags).map(text).filter(Boolean),
      alarm: alarmIn(raw.alarm),
    };
  });
}

/** Reads `live/vehicles`. */
export function vehiclesOf(answer: unknown): Vehicle[] {
  return list(record(answer).features).flatMap((each) => {
    const { properties, geometry } = record(each);
    return vehicleOf(record(properties), placeOf(geometry)) ?? [];
  });
}

/** Reads the data of an event `positions`: they have `at`, and no name. */
export function positionsOf(data: unknown): Vehicle[] {
  return list(data).flatMap((each) => {
    const raw = record(each);
    return vehicleOf(raw, placeOf({ type: 'Point', coordinates: raw.at })) ?? [];
  });
}

function vehicleOf(raw: Raw, place: Place | undefined): Vehicle | undefined {
  const thing = numberOf(raw.thing);
  if (thing === undefined || !place) return undefined;
  return {
    thing,
    name: text(raw.name),
    place,
    heading: numberOf(raw.heading),
    speed: numberOf(raw.speed),
    time: instantOf(raw.time),
    simulated: raw.simulated === true,
  };
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
    const situation = record(raw.situation);
    const place = title(raw.place ?? situation.place ?? record(record(raw.area).properties).name);
    return {
      id,
      state: stateOf(raw.state ?? raw.stage) ?? 'raised',
      severity: severityOf(raw.severity),
      headline: title(raw.headline ?? situation.level_title, place.vi || id),
      description: title(raw.description),
      instruction: title(raw.instruction),
      area: geometryOf(raw.area),
      place,
      since: instantOf(raw.since ?? raw.raised),
      simulated: raw.simulated === true,
      isInternal: raw.released === false,
      datastream: numberOf(raw.datastream),
      thing: numberOf(raw.thing),
      risk: riskOf(record(raw.risk)),
      steps: list(raw.steps).map((step) => stepOf(record(step))),
    };
  });
}

/** The official disaster-risk level with the bulletin that declares it. */
function riskOf(raw: Raw): Risk | undefined {
  const level = numberOf(raw.level);
  const bulletin = record(raw.bulletin);
  if (level === undefined) return undefined;
  return { level, issuer: text(bulletin.issuer), number: text(bulletin.number), issued: instantOf(bulletin.issued) };
}

function stepOf(raw: Raw): Step {
  return {
    kind: text(raw.state ?? raw.kind).toLowerCase(),
    time: instantOf(raw.time ?? raw.at),
    by: text(raw.by),
    to: text(raw.to),
    note: text(raw.note),
  };
}

function stateOf(value: unknown): AlertState | undefined {
  return ALERT_STATES.find((each) => each === text(value).toLowerCase());
}

function severityOf(value: unknown): Severity {
  return SEVERITIES.find((each) => each === text(value).toLowerCase()) ?? 'unknown';
}

/** Reads `live/health` and the data of an event `health`; absent counts are none. */
export function healthOf(answer: unknown): Health {
  const raw = record(answer);
  const count = (value: unknown): number => numberOf(value) ?? 0;
  const [queue, disk] = [record(raw.queue), record(raw.disk)];
  return {
    problem: text(raw.problem),
    received_per_s: count(raw.received_per_s),
    stored_per_s: count(raw.stored_per_s),
    lag_ms: numberOf(raw.lag_ms),
    queue: { bytes: count(queue.bytes), rows: numberOf(queue.rows), limit: numberOf(queue.limit) },
    stored: numberOf(raw.stored),
    duplicates: numberOf(raw.duplicates),
    revised: numberOf(raw.revised),
    disk_failures: numberOf(raw.disk_failures),
    dead_letters: count(raw.dead_letters),
    late: numberOf(raw.late),
    refused: count(raw.refused),
    subscribers: count(raw.subscribers),
    missed: count(raw.missed),
    disk: { used: numberOf(disk.used), free: numberOf(disk.free) },
    sources: raw.sources === undefined ? undefined : list(raw.sources).map(record).map((each) => ({
      name: text(each.name),
      last: instantOf(each.last),
      per_s: count(each.per_s),
    })),
    pollers: list(raw.pollers).map(record).map((each) => ({
      name: text(each.name),
      state: pollerState(each),
      last: instantOf(each.last ?? each.lastSuccess),
    })),
    bridges: list(raw.bridges).map(record).map((each) => ({
      name: text(each.name),
      isConnected: each.isConnected === true,
      trouble: text(each.lastError),
      last: instantOf(each.lastConnected),
      received: count(each.received),
      sent: count(each.sent),
    })),
  };
}

/** What went wrong last, while it has not gone well since. */
function pollerState(raw: Raw): string {
  return text(raw.state) || ((numberOf(raw.failures) ?? 0) > 0 ? text(raw.lastError) : '');
}

function alarmIn(value: unknown): Alarm | undefined {
  const level = numberOf(record(value).level);
  return level === undefined ? undefined : { level, title: title(record(value).title, String(level)) };
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

