import { expect, it } from 'vitest';

import { changesOf } from './changes.ts';
import { absentGauges, alarmedGauges, missingAlarms } from './gauges.ts';
import { levelsIn, libraryOf, matchOf, readyOf } from './library.ts';
import { resultsOf, runOf } from './wire.ts';

const LEVEL = { station: 'Tam Kỳ', level_m: 1.2, name: { vi: 'Báo động 1', en: 'Alarm 1' }, job: 7, status: 'successful', flooded: { ground: [{ depth_m: 0.1, area_ha: 12 }] }, results: 'h' };

it('reads the library by station, ascending by level, and tells what is ready', () => {
  const waiting = { station: 'Tam Kỳ', level_m: 0.8, job: 8, status: 'accepted' };
  const [station, ...more] = libraryOf({ stations: [{ station: 'Tam Kỳ', datastream: 3, levels: [LEVEL, waiting] }, { station: 'x', levels: [] }, 4] });
  expect(more).toEqual([]);
  expect(station).toMatchObject({ name: 'Tam Kỳ', datastream: 3 });
  expect(station?.levels.map(({ value }) => value)).toEqual([0.8, 1.2]);
  expect(station && readyOf(station)).toEqual([
    { of: 'level', value: 1.2, name: { vi: 'Báo động 1', en: 'Alarm 1' }, job: '7', status: 'successful', ground: [{ depth_m: 0.1, area_ha: 12 }], links: [] },
  ]);
});

it('reads the run for a level, with the warning and without', () => {
  const match = matchOf({ station: 'Tam Kỳ', level_m: 1.1, observed: '2026-11-22T03:00:00Z', chosen: LEVEL, below: null, warning: null });
  expect(match).toMatchObject({ of: 'level', value: 1.1, observed: Date.UTC(2026, 10, 22, 3), chosen: { job: '7' }, below: undefined, warning: undefined });
  expect(matchOf({ level_m: 9, observed: null, chosen: LEVEL, warning: { vi: 'cao hơn', en: 'above' } })).toMatchObject({ observed: undefined, warning: { vi: 'cao hơn' } });
});

it('reads the releases of a reservoir, and does not take them for levels of an alarm', () => {
  const release = { station: 'Phú Ninh', discharge_m3_s: 850, job: 9, status: 'successful' };
  const [reservoir] = libraryOf({ stations: [{ station: 'Phú Ninh', datastream: 4, levels: [{ ...release, discharge_m3_s: 1200, job: 10 }, release] }] });
  expect(reservoir).toMatchObject({ of: 'release', levels: [{ of: 'release', value: 850, job: '9' }, { value: 1200 }] });
  const alarms = [{ value: 850, direction: 'above' as const, title: { vi: 'Báo động', en: 'Alarm' }, severity: 'severe' as const }];
  expect(reservoir && missingAlarms(reservoir, [{ datastream: 4, name: 'Phú Ninh', alarms: alarms as never }])).toHaveLength(1);
  expect(matchOf({ discharge_m3_s: 900, chosen: release })).toMatchObject({ of: 'release', value: 900, chosen: { value: 850 } });
});

it('reads what drains did, and leaves out manholes that lie nowhere', () => {
  const manhole = { name: 'G12', at: [108.5, 15.6], from_h: 1.5, hours: 0.5, above_rim_m: 0.2, returned_m3: 31 };
  const drains = { nodes: 48, links: 47, taken_m3: 866, returned_m3: 40, outfall_m3: 800, error_m3: 14, surcharged: [manhole, { name: 'G13' }] };
  expect(resultsOf('7', { summary: { drains } }).summary.drains).toEqual({ taken_m3: 866, returned_m3: 40, outfall_m3: 800, surcharged: [manhole] });
  expect(resultsOf('8', { summary: {} }).summary.drains).toBeUndefined();
});

it('reads levels as people write them', () => {
  expect(levelsIn('1,2; 0,8')).toEqual([0.8, 1.2]);
  expect(levelsIn(' 1.5 1,5\n2 ')).toEqual([1.5, 2]);
  expect(levelsIn('')).toEqual([]);
  for (const text of ['cao', '1,2; x']) expect(levelsIn(text), text).toBeUndefined();
});

it('reads what two runs differ by', () => {
  const changes = changesOf({
    first: { vi: 'a' }, common_ha: 100, deeper_ha: 2, newly_flooded_ha: 3, greatest_rise: { at: [108, 15], change_m: 0.7 },
    affected: [{ title: { vi: 'Người', en: 'People' }, first: 10, second: 4, change: -6 }, { title: 'x' }], communes: [],
  });
  expect(changes.areas).toEqual([['newly_flooded_ha', 3], ['deeper_ha', 2], ['common_ha', 100]]);
  expect(changes).toMatchObject({ rise: { at: [108, 15], change_m: 0.7 }, fall: undefined, communes: [] });
  expect(changes.affected).toEqual([{ title: { vi: 'Người', en: 'People' }, first: 10, second: 4, change: -6 }]);
});

it('reads who published a run, what passed structures, and flood marks', () => {
  const job = { processID: 'flood', jobID: '7', status: 'successful' };
  expect(runOf({ ...job, published: null })?.published).toBeUndefined();
  expect(runOf({ ...job, published: { by: 'Vận hành', at: '2026-11-22T03:00:00Z', statement: { vi: 'Lời', en: 'Words' } } })?.published).toEqual({
    by: 'Vận hành', at: Date.UTC(2026, 10, 22, 3), statement: { vi: 'Lời', en: 'Words' },
  });
  const { summary } = resultsOf('7', { summary: {
    members: 3,
    structures: [{ name: 'Đê', greatest_m3_s: 2, greatest_at_h: 1.5, volume_m3: 300 }],
    marks: { marks: [{ name: 'V1', at: [1, 2], marked_m: 2, modelled_m: 2.1, error_m: 0.1, source: 'đo' }, { name: 'V2', at: [3, 4] }], counted: 1, bias_m: 0.1, rmse_m: 0.1 },
  } });
  expect(summary).toMatchObject({ members: 3, structures: [{ name: 'Đê', volume_m3: 300 }], marks: { counted: 1, marks: [{ error_m: 0.1 }, { error_m: undefined }] } });
  expect(resultsOf('8', { summary: {} }).summary).toMatchObject({ structures: [], marks: undefined, members: 0 });
});

it('reads other forms of a run, whichever way their relation is written, and nothing else', () => {
  const links = [
    { rel: 'self', href: 'a', title: 'x' },
    { rel: 'http://www.opengis.net/def/rel/iana/1.0/alternate', type: 'application/pdf', href: 'b', title: { vi: 'Bản đồ A3', en: 'A3 map' } },
    { rel: 'alternate', type: 'application/pdf', href: 'c', title: 'Bản đồ A4 / A4 map' },
    { rel: 'alternate', title: 'không có địa chỉ' },
  ];
  const [station] = libraryOf({ stations: [{ station: 'Tam Kỳ', levels: [{ ...LEVEL, links }] }] });
  expect(station?.levels[0]?.links.map(({ href, type, title }) => [href, type, title])).toEqual([
    ['b', 'application/pdf', { vi: 'Bản đồ A3', en: 'A3 map' }],
    ['c', 'application/pdf', { vi: 'Bản đồ A4', en: 'A4 map' }],
  ]);
});

it('says which alarm levels and which gauges the library does not have', () => {
  const threshold = (level: number, value: number, direction = 'above') => ({ level, value, direction, title: { vi: `Báo động ${level}`, en: `Alarm ${level}` } });
  const gauges = alarmedGauges({ value: [
    { '@iot.id': 3, Thing: { name: 'Tam Kỳ' }, properties: { rules: { thresholds: [threshold(2, 1.7), threshold(1, 1.2), threshold(3, 2.2), threshold(1, -1, 'below')] } } },
    { '@iot.id': 5, Thing: { name: 'An Xá' }, properties: { rules: { thresholds: [threshold(1, 0.9)] } } },
    { '@iot.id': 6, Thing: { name: 'Không ngưỡng' }, properties: {} },
  ] });
  const [station] = libraryOf({ stations: [{ station: 'Tam Kỳ', datastream: 3, levels: [LEVEL, { ...LEVEL, level_m: 1.7, status: 'accepted' }, { ...LEVEL, level_m: 2.2, status: 'failed' }] }] });
  if (!station) throw new Error('the station is read');
  // What waits will be there; what failed will not.
  expect(missingAlarms(station, gauges).map(({ value }) => value)).toEqual([2.2]);
  expect(absentGauges([station], gauges).map(({ name }) => name)).toEqual(['An Xá']);
});
