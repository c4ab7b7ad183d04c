/**
 * A small server of the live contract for unit tests: a storm that passes a made-up town. Real HTTP
 * on a free port; never part of the built page.
 */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The storm's crest, hours before now. */
const CREST_H = 2;
const HOUR_MS = 3_600_000;
const MIDDLE = [108.4745, 15.5735] as const;
const SOURCE = 'Bảng mức báo động đã công bố; cần đối chiếu Quyết định 05/2020/QĐ-TTg';

interface Stream {
  readonly id: number;
  readonly property: string;
  readonly unit: string;
  readonly base: number;
  /** How much the storm adds at its crest. */
  readonly rise: number;
  readonly interval_s: number;
  readonly alarms?: readonly number[];
  readonly grade?: string;
  readonly flags?: readonly string[];
  /** How long ago the device fell silent, hours. */
  readonly silent_h?: number;
}

interface Device {
  readonly id: number;
  readonly name: string;
  readonly role: string;
  readonly at: readonly [number, number];
  readonly simulated: boolean;
  readonly streams: readonly Stream[];
}

const device = (id: number, name: string, role: string, dx: number, dy: number, streams: Stream[], simulated = true): Device =>
  ({ id, name, role, at: [MIDDLE[0] + dx, MIDDLE[1] + dy], simulated, streams });

export const DEVICES: readonly Device[] = [
  device(1, 'Trạm Tam Kỳ', 'gauges', 0.004, 0.006, [
    { id: 1, property: 'Mực nước', unit: 'm', base: 1.1, rise: 1.9, interval_s: 600, alarms: [1.7, 2.2, 2.7] },
    { id: 2, property: 'Điện áp pin', unit: 'V', base: 12.6, rise: -0.3, interval_s: 3600 },
  ]),
  device(2, 'Trạm Bàn Thạch', 'gauges', 0.018, 0.014, [{ id: 3, property: 'Mực nước', unit: 'm', base: 1.5, rise: 1.2, interval_s: 600, alarms: [1.8, 2.4, 3] }]),
  device(3, 'Trạm Trường Giang', 'gauges', 0.03, -0.004, [{ id: 4, property: 'Mực nước', unit: 'm', base: 0.4, rise: 0.6, interval_s: 600, alarms: [0.9, 1.3, 1.7] }]),
  device(4, 'Trạm đo mưa An Mỹ', 'rain-gauges', -0.011, 0.008, [{ id: 5, property: 'Lượng mưa giờ', unit: 'mm', base: 0.4, rise: 46, interval_s: 600 }]),
  device(5, 'Trạm đo mưa Hoà Hương', 'rain-gauges', 0.009, -0.012, [{ id: 6, property: 'Lượng mưa giờ', unit: 'mm', base: 0.2, rise: 38, interval_s: 600, grade: 'suspect', flags: ['stuck'] }]),
  device(6, 'Trạm không khí Phan Châu Trinh', 'stations', -0.006, -0.006, [
    { id: 7, property: 'PM2.5', unit: 'µg/m³', base: 31, rise: -18, interval_s: 300 },
    { id: 8, property: 'Nhiệt độ', unit: '°C', base: 27, rise: -4, interval_s: 300 },
  ], false),
  device(7, 'Hồ Phú Ninh (số liệu giả định)', 'reservoirs', -0.03, -0.018, [{ id: 9, property: 'Mực nước hồ', unit: 'm', base: 29.1, rise: 2.6, interval_s: 3600, alarms: [31, 32] }]),
  device(8, 'Điểm ngập Hùng Vương', 'flood-marks', 0.001, -0.003, [{ id: 10, property: 'Độ sâu ngập', unit: 'm', base: 0, rise: 0.42, interval_s: 300, grade: 'bad', flags: ['device'], silent_h: 3 }]),
  device(9, 'Trạm bơm Bạch Đằng', 'pumps', 0.012, 0.002, [{ id: 11, property: 'Lưu lượng', unit: 'm³/s', base: 0, rise: 1.8, interval_s: 600, silent_h: 5 }]),
];

const streamOf = (id: number): [Device, Stream] | undefined => {
  for (const each of DEVICES) for (const stream of each.streams) if (stream.id === id) return [each, stream];
  return undefined;
};

/** What a stream measured at an instant; the same for the same instant. */
export function valueAt(stream: Stream, time: number, now: number): number {
  const hours = (time - (now - CREST_H * HOUR_MS)) / HOUR_MS;
  const storm = Math.exp(-((hours < 0 ? hours / 4 : hours / 7) ** 2));
  const tide = 0.12 * Math.abs(stream.base) * Math.sin(time / 7_100_000);
  const ripple = 0.02 * Math.abs(stream.rise) * Math.sin(time / 137_000 + stream.id);
  const value = stream.base + stream.rise * storm + tide + ripple;
  return Math.round(Math.max(stream.base >= 0 ? 0 : -Infinity, value) * 100) / 100;
}

const TITLES = ['I', 'II', 'III'];
const alarmAt = (stream: Stream, value: number): unknown => {
  const level = (stream.alarms ?? []).filter((limit) => value >= limit).length;
  return level ? { level, title: { vi: `Báo động ${TITLES[level - 1] ?? level}`, en: `Alarm level ${TITLES[level - 1] ?? level}` } } : null;
};

/** What a test may change while it runs. */
export interface Fixture {
  readonly base: string;
  /** Sends an event to all who listen to the present. */
  send(type: string, data: unknown, id?: string): void;
  /** Breaks every line that is open. */
  cut(): void;
  /** What was asked for, in order. */
  readonly asked: string[];
  /** Answer the next requests for events with this status. */
  refuseEvents(status: number, times: number): void;
  close(): Promise<void>;
}

export async function startFixture(port = 0): Promise<Fixture> {
  const lines = new Set<ServerResponse>();
  const asked: string[] = [];
  const acknowledged = new Map<string, string>();
  let refusal = { status: 0, times: 0 };
  let seq = 100;
  const server = createServer((request, response) => {
    const address = new URL(request.url ?? '/', 'http://fixture');
    asked.push(`${request.method} ${address.pathname}${address.search}`);
    void answer(request, response, address);
  });

  const answer = async (request: IncomingMessage, response: ServerResponse, address: URL): Promise<void> => {
    const now = Date.now();
    const roles = (address.searchParams.get('roles') ?? '').split(',');
    const json = (body: unknown, status = 200): void => {
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
    };
    const path = address.pathname.slice(1);
    if (path === 'live/latest') json({ ...collection(roles, now, now), seq });
    else if (path === 'replay/state') json(collection(roles, Date.parse(address.searchParams.get('at') ?? ''), now));
    else if (path === 'live/vehicles') json({ type: 'FeatureCollection', features: [bus(now)] });
    else if (path === 'live/health') json(health(now));
    else if (path === 'live/series') json(series(address, now));
    else if (path === 'alerts') json({ alerts: alerts(now, acknowledged) });
    else if (path.startsWith('sensorthings/v1.1/Things(')) json(...thing(Number(/\((\d+)\)/.exec(path)?.[1]), now));
    else if (path === 'live/events') {
      if (refusal.times > 0) { refusal.times -= 1; response.writeHead(refusal.status).end(); return; }
      open(response);
      lines.add(response);
      response.on('close', () => lines.delete(response));
    } else if (path === 'replay/events') play(address, response, now);
    else if (/^alerts\/.+\/acknowledge$/.test(path)) {
      let body = '';
      for await (const chunk of request) body += chunk as string;
      if (request.headers.authorization !== 'Bearer secret') { json({ detail: 'Cần mã truy cập.' }, 401); return; }
      acknowledged.set(path.split('/')[1] ?? '', (JSON.parse(body) as { note: string }).note);
      json({});
    } else json({ detail: 'Không có gì ở đây.' }, 404);
  };

  const send = (type: string, data: unknown, id = String((seq += 1))): void => {
    for (const line of lines) write(line, type, data, type === 'health' ? '' : id);
  };
  await new Promise<void>((ready) => server.listen(port, '127.0.0.1', ready));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return {
    base,
    asked,
    send,
    cut: () => { for (const line of lines) line.destroy(); },
    refuseEvents: (status, times) => (refusal = { status, times }),
    close: () => close(server),
  };
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((done) => server.close(() => done()));
}

function open(response: ServerResponse): void {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
  response.write(': xin chào\n\n');
}

function write(response: ServerResponse, type: string, data: unknown, id: string): void {
  response.write(`event: ${type}\n${id ? `id: ${id}\n` : ''}data: ${JSON.stringify(data)}\n\n`);
}

function collection(roles: readonly string[], at: number, now: number): object {
  const features = DEVICES.filter(({ role }) => roles.includes(role)).map((each) => ({
    type: 'Feature',
    id: `Things(${each.id})`,
    geometry: { type: 'Point', coordinates: each.at },
    properties: {
      thing: each.id,
      name: each.name,
      role: each.role,
      layer: each.role,
      feature: String(each.id),
      simulated: each.simulated,
      values: each.streams.map((stream) => reading(stream, at, now)),
    },
  }));
  return { type: 'FeatureCollection', features };
}

function reading(stream: Stream, at: number, now: number): Record<string, unknown> {
  const step = stream.interval_s * 1000;
  const time = Math.floor(Math.min(at, now - (stream.silent_h ?? 0) * HOUR_MS) / step) * step;
  const result = valueAt(stream, time, now);
  return {
    datastream: stream.id,
    property: stream.property,
    unit: stream.unit,
    result,
    time: new Date(time).toISOString(),
    quality: stream.grade ?? 'good',
    flags: stream.flags ?? [],
    alarm: alarmAt(stream, result),
    interval_s: stream.interval_s,
  };
}

/** An event of a thing's first datastream, as the server tells it. */
export function eventOf(each: Device, time: number, now: number, seq = 1): unknown[] {
  const [stream] = each.streams;
  if (!stream) return [];
  const result = valueAt(stream, time, now);
  return [{
    seq, thing: each.id, datastream: stream.id, time: new Date(time).toISOString(), result,
    quality: stream.grade ?? 'good', flags: stream.flags ?? [], alarm: alarmAt(stream, result),
  }];
}

/** Plays a period by steps of ten minutes of it. */
function play(address: URL, response: ServerResponse, now: number): void {
  const at = (name: string): number => Date.parse(address.searchParams.get(name) ?? '');
  const [from, to] = [at('from'), at('to')];
  const step = 600_000;
  let time = Math.ceil(from / step) * step;
  open(response);
  const timer = setInterval(() => {
    if (time > to) { clearInterval(timer); write(response, 'end', {}, ''); response.end(); return; }
    for (const each of DEVICES) write(response, 'observations', eventOf(each, time, now), '');
    write(response, 'clock', { at: new Date(time).toISOString(), seq: 1 }, '');
    time += step;
  }, step / Number(address.searchParams.get('speed')));
  response.on('close', () => clearInterval(timer));
}

function bus(now: number): object {
  const angle = now / 40_000;
  return {
    type: 'Feature',
    id: 'Things(20)',
    geometry: { type: 'Point', coordinates: [MIDDLE[0] + 0.008 * Math.cos(angle), MIDDLE[1] + 0.006 * Math.sin(angle)] },
    properties: { thing: 20, name: 'Xe buýt 01', heading: (360 - (angle * 180) / Math.PI) % 360, speed: 31, time: new Date(now).toISOString(), simulated: true },
  };
}

export function health(now: number): object {
  return {
    received_per_s: 182 + 40 * Math.sin(now / 9000), stored_per_s: 181, lag_ms: 14,
    queue: { bytes: 1_250_000, limit: 64_000_000 }, dead_letters: 3, late: 41, refused: 0,
    sources: [{ name: 'fleet/gauges', last: new Date(now - 900).toISOString(), per_s: 60.2 }, { name: 'fleet/lamps', last: new Date(now - 200).toISOString(), per_s: 118 }],
    subscribers: 4, missed: 0, disk: { used: 812_000_000, free: 41_000_000_000 },
    pollers: [{ name: 'Trạm đo mưa VRAIN', state: 'ok', last: new Date(now - 130_000).toISOString() }],
  };
}

function series(address: URL, now: number): object {
  const at = (name: string): number => Date.parse(address.searchParams.get(name) ?? '');
  const [from, to] = [at('from'), Math.min(now, at('to'))];
  const stream = streamOf(Number(address.searchParams.get('datastream')))?.[1];
  if (!stream) return { t: [] };
  const days = (to - from) / 86_400_000;
  const [resolution, step_s] = days <= 1.5 ? ['raw', stream.interval_s] : days <= 40 ? ['hour', 3600] : ['day', 86_400];
  const t: number[] = [];
  for (let time = Math.ceil(from / 1000 / step_s) * step_s; time * 1000 <= to; time += step_s) t.push(time);
  // A gap as of a device without power.
  const kept = days <= 1.5 ? t.filter((_, i) => i < t.length * 0.22 || i > t.length * 0.27) : t;
  const value = kept.map((time) => valueAt(stream, time * 1000, now));
  const isRaw = resolution === 'raw';
  return {
    unit: stream.unit, resolution, t: kept, value,
    min: isRaw ? [] : value.map((each) => each - Math.abs(stream.rise) * 0.06),
    max: isRaw ? [] : value.map((each) => each + Math.abs(stream.rise) * 0.09),
    flags: kept.map((_, i) => (isRaw && (i === 30 || i === 31) ? 3 : i === 60 && isRaw ? 4 : 1)),
  };
}

function alerts(now: number, acknowledged: ReadonlyMap<string, string>): object[] {
  const [x, y] = MIDDLE;
  const box = (dx: number, dy: number, size: number): object => ({
    type: 'Polygon',
    coordinates: [[[x + dx, y + dy], [x + dx + size, y + dy], [x + dx + size, y + dy + size * 0.7], [x + dx, y + dy + size * 0.7], [x + dx, y + dy]]],
  });
  const note = acknowledged.get('bd-2');
  return [
    {
      id: 'bd-2', state: note === undefined ? 'raised' : 'acknowledged', severity: 'severe',
      headline: { vi: 'Mực nước sông Bàn Thạch trên báo động II', en: 'Bàn Thạch river above alarm level II' },
      description: { vi: 'Trạm Bàn Thạch đo 2,52 m, trên báo động II 0,12 m và đang lên 8 cm/giờ.', en: 'Bàn Thạch gauge reads 2.52 m, 0.12 m above level II and rising 8 cm/h.' },
      instruction: { vi: 'Chuẩn bị di dời người và tài sản ở vùng trũng ven sông.', en: 'Prepare to move people and goods out of low riverside areas.' },
      area: box(0.008, 0.008, 0.02), since: new Date(now - 2 * HOUR_MS).toISOString(), simulated: true, datastream: 3, thing: 2, level: 2,
      steps: [
        { state: 'raised', time: new Date(now - 2 * HOUR_MS).toISOString(), by: 'Quy tắc báo động' },
        ...(note === undefined ? [] : [{ state: 'acknowledged', time: new Date(now).toISOString(), by: 'Trực ban', note }]),
      ],
    },
    {
      id: 'mua-1', state: 'acknowledged', severity: 'moderate',
      headline: { vi: 'Mưa rất to ở An Mỹ', en: 'Very heavy rain at An Mỹ' },
      description: { vi: 'Mưa 42 mm trong một giờ.', en: '42 mm of rain in an hour.' }, instruction: { vi: '', en: '' },
      area: box(-0.02, 0.002, 0.016), since: new Date(now - 5 * HOUR_MS).toISOString(), simulated: true, datastream: 5, thing: 4, level: null, steps: [],
    },
  ];
}

function thing(id: number, now: number): [unknown, number] {
  const found = DEVICES.find((each) => each.id === id);
  if (!found) return [{ detail: 'Không có.' }, 404];
  const body = {
    '@iot.id': id, name: found.name, description: '',
    properties: { layer: found.role, feature: String(id), role: found.role, simulated: found.simulated },
    Locations: [{ location: { type: 'Point', coordinates: found.at } }],
    Datastreams: found.streams.map((stream) => {
      const last = reading(stream, now, now);
      return {
        '@iot.id': stream.id, name: stream.property,
        unitOfMeasurement: { name: '', symbol: stream.unit, definition: '' },
        properties: {
          rules: {
            interval: stream.interval_s, expected: [0, stream.base + 2 * Math.abs(stream.rise)], accuracy: 0.01, simulated: found.simulated,
            thresholds: (stream.alarms ?? []).map((value, i) => ({
              level: i + 1, value, direction: 'above', source: SOURCE,
              title: { vi: `Báo động ${TITLES[i] ?? ''}`, en: `Alarm level ${TITLES[i] ?? ''}` },
            })),
          },
        },
        ObservedProperty: { name: stream.property },
        Sensor: { name: 'Cảm biến ra-đa mực nước', description: 'Đo không tiếp xúc từ cầu' },
        Observations: [{ phenomenonTime: last.time, result: last.result, resultQuality: { scheme: 'QARTOD', flag: 1, name: 'good', failed: [] } }],
      };
    }),
  };
  return [body, 200];
}
