import { expect, it } from 'vitest';

import { DIFFERENCE_STEPS, differenceOf, isOfBoth, numbersOf, valueAt } from './difference.ts';
import { hydrographCsv, hydrographFacts } from './hydrograph.ts';
import { unitsCsv } from './units.ts';
import { closuresOf, facilitiesOf, hydrographOf, resultsOf, runOf, runsOf, unitsOf, waysOf } from './wire.ts';

/** A pixel as the server encodes a value (`gis_server::flood::picture::valued`). */
function pixel(value: number | undefined): number[] {
  if (value === undefined) return [0, 0, 0, 0];
  const steps = Math.round((value + 1000) * 1000);
  return [steps >> 16, (steps >> 8) & 255, steps & 255, 255];
}
const picture = (...values: (number | undefined)[]): Uint8ClampedArray => new Uint8ClampedArray(values.flatMap(pixel));

it('reads the number in a pixel, and none where there was no water', () => {
  const pixels = picture(0.573, undefined, -3.25);
  expect(valueAt(pixels, 0)).toBeCloseTo(0.573, 6);
  expect(valueAt(pixels, 1)).toBeUndefined();
  expect(valueAt(pixels, 2)).toBeCloseTo(-3.25, 6);
});

it('colours more water blue, less orange, and nothing where both were dry', () => {
  const out = differenceOf(picture(0.2, 1.5, undefined, undefined, 0.4), picture(1.5, 0.2, undefined, 0.3, 0.4), false);
  const at = (i: number): number[] => [...out.subarray(4 * i, 4 * i + 4)];
  const rgba = (from: number): readonly number[] | undefined => DIFFERENCE_STEPS.find((step) => step.from === from)?.rgba;
  expect(at(0)).toEqual(rgba(1));
  expect(at(1)).toEqual(rgba(-Infinity));
  expect(at(2)).toEqual([0, 0, 0, 0]);
  expect(at(3)).toEqual(rgba(0.2));
  expect(at(4)).toEqual(rgba(-0.01));
});

it('compares hours of arrival only where water came in both runs', () => {
  expect(isOfBoth('arrival-30')).toBe(true);
  expect(isOfBoth('max-depth')).toBe(false);
  const out = differenceOf(picture(undefined, 1), picture(2, 3), true);
  expect([...out.subarray(0, 4)]).toEqual([0, 0, 0, 0]);
  expect(out[7]).toBeGreaterThan(0);
});

it('finds the tiles of numbers beside those of colours', () => {
  expect(numbersOf('http://h/jobs/1/map/tiles/WebMercatorQuad/{z}/{y}/{x}?output=depth')).toBe(
    'http://h/jobs/1/coverage/tiles/WebMercatorQuad/{z}/{y}/{x}?output=depth',
  );
});

it('says of a hydrograph when water comes, how deep it gets and for how long', () => {
  const facts = hydrographFacts({ hours: [0, 1, 2, 3], depth_m: [0, 0.2, 0.4, 0.2] });
  // Above 0.3 m from half past one to half past two.
  expect(facts).toEqual({ peak_m: 0.4, peak_h: 2, first_h: 1, over30_h: expect.closeTo(1, 9) as number });
  expect(hydrographFacts({ hours: [0, 1], depth_m: [0, 0] })).toEqual({ peak_m: 0, peak_h: 0, first_h: undefined, over30_h: 0 });
  expect(hydrographCsv({ hours: [0.25], depth_m: [0.5] }, [108.4, 15.6])).toBe('hour,depth_m,longitude,latitude\r\n0.25,0.500,108.400000,15.600000\r\n');
});

it('reads a job, and passes over those of other processes', () => {
  const job = { processID: 'flood', jobID: '7', status: 'running', progress: 42, title: { vi: 'Mưa', en: 'Rain' }, estimatedEnd: '2026-11-22T03:11:47.803419Z', message: null };
  expect(runOf(job)).toMatchObject({ id: '7', status: 'running', progress: 0.42, estimatedEnd: Date.UTC(2026, 10, 22, 3, 11, 47, 803), message: '' });
  expect(runsOf({ jobs: [job, { ...job, processID: 'noise' }, 3] })).toHaveLength(1);
});

it('reads results, with the tables that are there and without those that are not', () => {
  const answer = {
    summary: { title: { vi: 'Mưa' }, grid: { bbox: [1, 2, 3, 4], columns: 10, rows: 5, cell_m: 20 }, flooded: [{ depth_m: 0.1, area_ha: 7 }] },
    'max-depth': { href: 'h', type: 'image/tiff', title: { vi: 'Độ sâu', en: 'Depth' }, tiles: 't', legend: [{ from: 0.009999999776482582, rgba: [1, 2, 3, 4] }, { from: 'x' }] },
    frames: { minutes: [15, 0, 30], tiles: 'f', href: 'g' },
    units: { href: 'u' },
    links: [],
  };
  const results = resultsOf('7', answer);
  expect(results.summary).toMatchObject({ bbox: [1, 2, 3, 4], cells: 50, flooded: [{ depth_m: 0.1, area_ha: 7 }] });
  expect(results.rasters).toEqual([expect.objectContaining({ name: 'max-depth', legend: [{ from: 0.01, rgba: [1, 2, 3, 4] }] })]);
  expect(results.frames?.minutes).toEqual([0, 15, 30]);
  expect(results.affected).toEqual({ units: 'u' });
  expect(results.files.map(({ name }) => name)).toEqual(['max-depth', 'units']);
  expect(resultsOf('8', null)).toMatchObject({ rasters: [], frames: undefined, affected: {} });
});

it('reads units, roads and facilities', () => {
  const { communes, villages } = unitsOf({ communes: [{ code: '1', name: 'Phường "A", B', people: 12, deepest: { at: [1, 2], depth_m: 0.5 } }] });
  expect(villages).toEqual([]);
  expect(communes[0]).toMatchObject({ people: 12, deepest: { at: [1, 2], depth_m: 0.5 }, peak_h: undefined });
  expect(unitsCsv(communes).split('\r\n')[1]).toBe('1,"Phường ""A"", B",12,,,,,,0.5,,');
  const line = { type: 'LineString', coordinates: [[1, 2], [3, 4]] };
  const [closure] = closuresOf({ features: [{ geometry: line, properties: { name: 'QL1', vehicle: 'car', closed: [[1, 3.5], [6, null]], length_m: 120 } }] });
  expect(closure).toMatchObject({ vehicle: 'car', length_m: 120, closed: [{ from_h: 1, to_h: 3.5 }, { from_h: 6, to_h: undefined }] });
  const point = { type: 'Point', coordinates: [1, 2] };
  expect(facilitiesOf({ features: [{ geometry: point, properties: { name: 'Trường', kind: 'school', depth_m: 0.2, wet: false, shelter: true, capacity: 300 } }] })).toEqual([
    { name: 'Trường', kind: 'school', at: [1, 2], depth_m: 0.2, arrival_h: undefined, shelter: true, wet: false, capacity: 300 },
  ]);
  const ways = waysOf({ features: [{ geometry: line, properties: { village: 'Thôn 1', shelter: 'Trường', people: 40, leave_by_h: 2 } }, { geometry: null, properties: { village: 'Thôn 2', people: 5, left: 'full' } }] });
  expect(ways.map(({ people, left, leave_by_h }) => [people, left, leave_by_h])).toEqual([[40, '', 2], [5, 'full', undefined]]);
});

it('reads a CoverageJSON point series', () => {
  const answer = { domain: { axes: { t: { values: [0, 0.25] } } }, ranges: { depth: { values: [0, 0.3, 9] } } };
  expect(hydrographOf(answer)).toEqual({ hours: [0, 0.25], depth_m: [0, 0.3] });
});
