/** What the live part asks the server. */

import { getJson, request, url } from '../api/http.ts';
import { list, record, text, title } from '../api/read.ts';
import type { Title } from '../i18n/index.ts';
import type { Bbox } from '../api/types.ts';
import { alarmOf, type Alert, type Datastream, type Health, type Series, type Snapshot, type Station, type Vehicle } from './model.ts';
import { bearer } from './rights.ts';
import { qualityOf, resultOf, rulesOf } from './wire-rules.ts';
import { placeOf } from './place.ts';
import { alertsOf, healthOf, instantOf, numberOf, seriesOf, snapshotOf, vehiclesOf } from './wire.ts';

/** What of the city is looked at. */
export interface Query {
  readonly roles: readonly string[];
  readonly bbox: Bbox;
}

/** The server's clock, told by the `Date` of its answers: the browser's own may be wrong. */
export class ServerClock {
  private offset_ms = 0;

  /** Epoch milliseconds. */
  now(): number {
    return Date.now() + this.offset_ms;
  }

  note(response: Response): void {
    const told = Date.parse(response.headers.get('Date') ?? '');
    if (Number.isNaN(told)) return;
    const offset_ms = told - Date.now();
    // `Date` has whole seconds, and the answer took a while: a small difference is none.
    this.offset_ms = Math.abs(offset_ms) < 2000 ? 0 : offset_ms;
  }
}

/** Asks and reads. */
export class LiveApi {
  readonly clock = new ServerClock();

  /** The newest readings of a part of the city. */
  async latest(query: Query, signal: AbortSignal): Promise<Snapshot> {
    return snapshotOf(await this.get(`live/latest?${paramsOf(query)}`, signal));
  }

  /** The readings as they were at an instant (epoch milliseconds). */
  async stateAt(at: number, query: Query, signal: AbortSignal): Promise<Snapshot> {
    const when = encodeURIComponent(new Date(at).toISOString());
    return snapshotOf(await this.get(`replay/state?at=${when}&${paramsOf(query)}`, signal));
  }

  async vehicles(bbox: Bbox, signal: AbortSignal): Promise<Vehicle[]> {
    return vehiclesOf(await this.get(`live/vehicles?bbox=${bboxText(bbox)}`, signal));
  }

  /** Values of a datastream between two instants (epoch milliseconds). */
  async series(datastream: number, from: number, to: number, points: number, signal: AbortSignal): Promise<Series> {
    const [start, end] = [from, to].map((each) => encodeURIComponent(new Date(each).toISOString()));
    const path = `live/series?datastream=${datastream}&from=${start}&to=${end}&points=${points}`;
    return seriesOf(await this.get(path, signal));
  }

  async station(id: number, signal: AbortSignal): Promise<Station> {
    return stationOf(id, await this.get(stationPath(id), signal));
  }

  /** The Thing that a map feature is. */
  async thingOf(layer: string, feature: string): Promise<number | undefined> {
    const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
    const id = 'properties/feature/id';
    // Identifiers are numbers or texts; which, the address of a feature does not tell.
    const isNumber = /^(0|[1-9]\d{0,14})$/.test(feature);
    const same = isNumber ? `(${id} eq ${feature} or ${id} eq ${quoted(feature)})` : `${id} eq ${quoted(feature)}`;
    const filter = `properties/feature/layer eq ${quoted(layer)} and ${same}`;
    const answer = await getJson(`sensorthings/v1.1/Things?$top=1&$filter=${encodeURIComponent(filter)}`);
    return numberOf(record(list(record(answer).value)[0])['@iot.id']);
  }

  async alerts(signal: AbortSignal): Promise<Alert[]> {
    return alertsOf(await this.get('alerts?state=active', signal));
  }

  async health(signal: AbortSignal): Promise<Health> {
    return healthOf(await this.get('live/health', signal));
  }

  /** Says that somebody has taken an alert on. */
  async acknowledge(id: string, note: string): Promise<void> {
    await request(`alerts/${encodeURIComponent(id)}/acknowledge`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...bearer() },
      body: JSON.stringify(note ? { note } : {}),
    });
  }

  private async get(path: string, signal: AbortSignal): Promise<unknown> {
    const response = await request(path, { headers: { Accept: 'application/json' }, cache: 'no-store', signal });
    this.clock.note(response);
    return response.json();
  }
}

/** The address of what happens from now on. */
export function eventsAddress(roles: readonly string[]): (since: string) => string {
  return (since) => url(`live/events?roles=${rolesParam(roles)}${Number(since) > 0 ? `&since=${since}` : ''}`);
}

/** The address of a period that is played again. */
export function replayAddress(from: number, to: number, speed: number, roles: readonly string[]): string {
  const [start, end] = [from, to].map((each) => encodeURIComponent(new Date(each).toISOString()));
  return url(`replay/events?from=${start}&to=${end}&speed=${speed}&roles=${rolesParam(roles)}`);
}

/** The address of a station's entity, for people who want to see where the values stand. */
export function thingUrl(id: number): string {
  return url(`sensorthings/v1.1/Things(${id})`);
}

export function capUrl(alert: string): string {
  return url(`alerts/${encodeURIComponent(alert)}/cap`);
}

export function atomUrl(): string {
  return url('alerts/atom');
}

function paramsOf({ roles, bbox }: Query): string {
  return `roles=${rolesParam(roles)}&bbox=${bboxText(bbox)}`;
}

const rolesParam = (roles: readonly string[]): string => roles.map(encodeURIComponent).join(',');
const bboxText = (bbox: Bbox): string => bbox.map((edge) => edge.toFixed(6)).join(',');

function stationPath(id: number): string {
  const newest = 'Observations($orderby=phenomenonTime desc;$top=1)';
  const expand = `Locations,Datastreams($expand=ObservedProperty,Sensor,${newest})`;
  return `sensorthings/v1.1/Things(${id})?$expand=${encodeURIComponent(expand)}`;
}

/** Reads a Thing with its Datastreams. */
export function stationOf(id: number, answer: unknown): Station {
  const raw = record(answer);
  const own = record(raw.properties);
  const location = record(list(raw.Locations)[0]).location;
  return {
    id,
    name: title(own.title ?? raw.name, `Things(${id})`),
    description: text(raw.description),
    role: text(own.role) || 'other',
    layer: text(own.layer ?? record(own.feature).layer),
    feature: text(record(own.feature).id ?? own.feature),
    simulated: own.simulated === true,
    place: placeOf(record(location).type === 'Feature' ? record(location).geometry : location),
    datastreams: list(raw.Datastreams).flatMap((each) => datastreamOf(record(each)) ?? []),
  };
}

/**
 * A name in both languages. What the server makes itself (it has `properties.id`, or a title) says
 * the English one in `description`.
 */
function titleOf(raw: Readonly<Record<string, unknown>>, otherwise: string): Title {
  const own = record(raw.properties);
  const isOurs = own.id !== undefined && text(raw.description) !== '';
  return title(own.title ?? (isOurs ? { vi: raw.name, en: raw.description } : raw.name), otherwise);
}

function datastreamOf(raw: Readonly<Record<string, unknown>>): Datastream | undefined {
  const id = numberOf(raw['@iot.id']);
  if (id === undefined) return undefined;
  const [property, sensor] = [record(raw.ObservedProperty), record(raw.Sensor)];
  const observation = record(list(raw.Observations)[0]);
  const rules = rulesOf(record(raw.properties).rules);
  const unit = text(record(raw.unitOfMeasurement).symbol);
  const result = resultOf(observation.result);
  const name = titleOf(property, text(raw.name) || `Datastreams(${id})`);
  return {
    id,
    property: name,
    unit,
    rules,
    sensor: titleOf(sensor, ''),
    sensorText: text(sensor.description),
    reading: {
      datastream: id,
      property: name,
      unit,
      result,
      time: instantOf(observation.phenomenonTime),
      ...qualityOf(observation.resultQuality),
      alarm: alarmOf(result, rules.thresholds),
      interval_s: rules.interval_s,
    },
  };
}
