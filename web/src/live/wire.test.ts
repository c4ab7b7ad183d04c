import { expect, it } from 'vitest';

import { stationOf } from './api.ts';
import { alarmOf, chiefReading } from './model.ts';
import { alertsOf, healthOf, heardOf, positionsOf, seriesOf, snapshotOf, vehiclesOf } from './wire.ts';
import { resultOf, rulesOf } from './wire-rules.ts';

const GAUGE = {
  type: 'Feature',
  id: 'Things(3)',
  geometry: { type: 'Point', coordinates: [108.47, 15.57] },
  properties: {
    thing: 3, name: 'Trạm Tam Kỳ', role: 'gauges', layer: 'gauges', feature: '1', simulated: true,
    values: [
      { datastream: 8, property: 'Điện áp', unit: 'V', result: 12.6, time: '2026-11-21T05:00:00Z', quality: 'good', flags: [], alarm: null, interval_s: 3600 },
      { datastream: 7, property: 'Mực nước', unit: 'm', result: 2.31, time: '2026-11-21T05:10:00Z', quality: 'suspect', flags: ['rate'], alarm: { level: 2, title: { vi: 'Báo động II', en: 'Alarm level II' } }, interval_s: 600 },
    ],
  },
};

it('reads things with their readings, and leaves out what has no place', () => {
  const snapshot = snapshotOf({ seq: 41, features: [GAUGE, { ...GAUGE, geometry: null }, null, 7] });
  expect(snapshot.seq).toBe(41);
  expect(snapshot.things).toHaveLength(1);
  const [thing] = snapshot.things;
  expect(thing).toMatchObject({ id: 3, role: 'gauges', simulated: true, place: [108.47, 15.57] });
  expect(thing?.readings[1]).toEqual({
    datastream: 7,
    property: { vi: 'Mực nước', en: 'Mực nước' },
    unit: 'm',
    result: 2.31,
    time: Date.UTC(2026, 10, 21, 5, 10),
    grade: 'suspect',
    flags: ['rate'],
    alarm: { level: 2, title: { vi: 'Báo động II', en: 'Alarm level II' } },
    interval_s: 600,
  });
});

it('lets the worst alarm stand for a thing, else the first value', () => {
  const [thing] = snapshotOf({ features: [GAUGE] }).things;
  expect(thing && chiefReading(thing)?.datastream).toBe(7);
  const calm = thing && { ...thing, readings: thing.readings.map((each) => ({ ...each, alarm: undefined })) };
  expect(calm && chiefReading(calm)?.datastream).toBe(8);
});

it.each([null, 'x', [], { features: {} }, { features: [{ properties: { thing: 'a' } }] }])('takes %j as nobody there', (answer) => {
  expect(snapshotOf(answer).things).toEqual([]);
  expect(vehiclesOf(answer)).toEqual([]);
  expect(alertsOf(answer)).toEqual([]);
  expect(seriesOf(answer).t).toEqual([]);
  expect(heardOf(answer)).toEqual([]);
  expect(healthOf(answer)).toMatchObject({ dead_letters: 0, sources: undefined, lag_ms: undefined });
  expect(positionsOf(answer)).toEqual([]);
});

it('says of a poller what failed, until it has gone well again', () => {
  const poller = { name: 'VRAIN', lastSuccess: '2026-11-21T05:00:00Z', lastError: 'timed out', failures: 2 };
  const { pollers } = healthOf({ pollers: [poller, { ...poller, failures: 0 }] });
  expect(pollers.map(({ state, last }) => [state, last])).toEqual([['timed out', Date.UTC(2026, 10, 21, 5)], ['', Date.UTC(2026, 10, 21, 5)]]);
});

it('shows a position as its coordinates, another document as it is', () => {
  expect(resultOf({ type: 'Point', coordinates: [108.477736, 15.575213] })).toBe('15.57521, 108.47774');
  expect(resultOf([1, 'hai'])).toBe('[1,"hai"]');
  expect(resultOf(Number.NaN)).toBeNull();
});

it('passes over events without a time or a datastream', () => {
  const missing = { thing: 3, datastream: 7, time: '2026-11-21T05:20:00Z', result: null, quality: 'missing', flags: ['missing'], alarm: null };
  expect(heardOf([missing, { ...missing, time: 'gestern' }, { ...missing, datastream: null }])).toEqual([
    { thing: 3, datastream: 7, time: Date.UTC(2026, 10, 21, 5, 20), result: null, grade: 'missing', flags: ['missing'], alarm: undefined },
  ]);
});

it('takes an observation that does not tell its quality as good', () => {
  expect(heardOf([{ thing: 3, datastream: 7, time: '2026-11-21T05:20:00Z', result: 1.5 }])).toEqual([
    { thing: 3, datastream: 7, time: Date.UTC(2026, 10, 21, 5, 20), result: 1.5, grade: 'good', flags: [], alarm: undefined },
  ]);
});

it('reads where vehicles are, from the whole and from events', () => {
  const own = { thing: 20, time: '2026-11-21T05:00:00Z', heading: 90, speed: 8.1 };
  const whole = { features: [{ geometry: { type: 'Point', coordinates: [108, 15] }, properties: { ...own, name: 'Xe 01', simulated: true } }] };
  const expected = { thing: 20, place: [108, 15], heading: 90, speed: 8.1, time: Date.UTC(2026, 10, 21, 5) };
  expect(vehiclesOf(whole)).toEqual([{ ...expected, name: 'Xe 01', simulated: true }]);
  expect(positionsOf([{ ...own, seq: 7, at: [108, 15] }, { ...own, at: null }])).toEqual([{ ...expected, name: '', simulated: false }]);
});

it('reads a series whose lists are uneven, with flags by number or name', () => {
  const series = seriesOf({ unit: 'm', resolution: 'hour', t: [1, 2, 3], value: [1, null], min: [0.5], max: [], flags: [3, 'bad', 1] });
  expect(series).toEqual({
    unit: 'm', resolution: 'hour', t: [1, 2, 3], value: [1, null, null], min: [0.5, null, null], max: [null, null, null],
    grade: ['suspect', 'bad', 'good'],
  });
});

it('reads rules as the server writes them, and raises the highest threshold that is passed', () => {
  const rules = rulesOf({
    interval: 600,
    expected: [-0.5, null],
    thresholds: [
      { level: 1, title: { vi: 'Báo động I', en: 'Alarm level I' }, value: 1.7, direction: 'above', source: 'QĐ 05/2020' },
      { level: 2, title: { vi: 'Báo động II', en: 'Alarm level II' }, value: 2.2, direction: 'above', source: 'QĐ 05/2020' },
      { level: 'x', value: 9 },
    ],
    simulated: true,
  });
  expect(rules).toMatchObject({ interval_s: 600, expected: [-0.5, undefined], simulated: true });
  expect(rules.thresholds).toHaveLength(2);
  expect(alarmOf(2.2, rules.thresholds)?.level).toBe(2);
  expect(alarmOf(1.69, rules.thresholds)).toBeUndefined();
  expect(alarmOf('ngập', rules.thresholds)).toBeUndefined();
});

it('reads alerts, whether their area is a geometry or a feature', () => {
  const area = { type: 'Polygon', coordinates: [[[0, 0], [1, 0], [1, 1], [0, 0]]] };
  const [a, b] = alertsOf({
    alerts: [
      { id: 'a', state: 'escalated', severity: 'Severe', headline: { vi: 'Lũ', en: 'Flood' }, area, since: '2026-11-21T05:00:00Z', thing: 3, steps: [{ state: 'raised', time: '2026-11-21T05:00:00Z', by: 'quy tắc' }] },
      { id: 'b', released: false, risk: { level: 3, bulletin: { issuer: 'Đài', number: '12' } }, area: { type: 'Feature', geometry: area, properties: { name: 'An Mỹ' } } },
      { headline: 'without an identifier' },
    ],
  });
  expect(a).toMatchObject({ state: 'escalated', severity: 'severe', area, thing: 3, steps: [{ kind: 'raised', by: 'quy tắc' }], isInternal: false });
  expect(b).toMatchObject({ isInternal: true, risk: { level: 3, issuer: 'Đài', issued: undefined }, state: 'raised', severity: 'unknown', area, place: { vi: 'An Mỹ', en: 'An Mỹ' } });
});

it('reads a Thing with its Datastreams, and what stands behind them', () => {
  const station = stationOf(3, {
    '@iot.id': 3,
    name: 'Trạm Tam Kỳ',
    properties: { role: 'gauges', layer: 'gauges', feature: 1, simulated: true },
    Locations: [{ location: { type: 'Feature', geometry: { type: 'Point', coordinates: [108, 15] } } }],
    Datastreams: [
      {
        '@iot.id': 7,
        unitOfMeasurement: { symbol: 'm' },
        properties: { rules: { thresholds: [{ level: 1, title: 'BĐ I', value: 1.7, source: 's' }] } },
        ObservedProperty: { name: 'Mực nước' },
        Sensor: { name: 'Ra-đa' },
        Observations: [{ phenomenonTime: '2026-11-21T05:00:00Z/2026-11-21T05:10:00Z', result: 2, resultQuality: { scheme: 'QARTOD', flag: 3, name: 'suspect', failed: ['spike'] } }],
      },
      { name: 'without an identifier' },
    ],
  });
  expect(station).toMatchObject({ place: [108, 15], feature: '1', simulated: true });
  expect(station.datastreams).toHaveLength(1);
  expect(station.datastreams[0]?.reading).toMatchObject({ result: 2, grade: 'suspect', flags: ['spike'], alarm: { level: 1 }, time: Date.UTC(2026, 10, 21, 5) });
});
