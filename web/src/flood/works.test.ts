import { expect, it } from 'vitest';

import { ENSEMBLE_WAYS, ensembleWay, membersOf } from './ensemble.ts';
import { documentOf, draftOf, emptyDraft } from './scenario.ts';
import { crestOf, featuresOf, isWhole, setCrest, setLine, worksOf, workDocument, type Levee } from './works.ts';

const LEVEE = {
  name: 'Đê Tam Kỳ',
  works: {
    levee: {
      line: [[108.47, 15.59, 3.2], [108.48, 15.6, 3.5]],
      breach: { at: [108.475, 15.595], begins_h: 2, grows_h: 0.5, width_m: 20, bottom_m: 0.4 },
    },
  },
};
const PUMP = { name: 'Trạm bơm', works: { pump: { from: [108.47, 15.59], to: [108.48, 15.6], m3_s: 2, starts_at_m: 0.8, stops_at_m: 0.4 } } };
const GATE = { name: 'Cống', works: { gate: { from: [1, 2], to: [3, 4], sill_m: 0, width_m: 2, times_h: [0], opening_m: [1] } } };

it('gives back every structure as it came: levees, pumps, and those that the form does not draw', () => {
  const outside = { name: 'Bơm ra', works: { pump: { from: [108.47, 15.59], m3_s: 1, starts_at_m: 0.8, stops_at_m: 0.4 } } };
  const structures = [LEVEE, PUMP, GATE, outside];
  expect(worksOf(structures).map(workDocument)).toEqual(structures);
  expect(documentOf(draftOf({ structures })).structures).toEqual(structures);
  expect(documentOf(emptyDraft())).not.toHaveProperty('structures');
});

it('writes one level for a whole crest, and keeps other levels until somebody does', () => {
  const [levee] = worksOf([LEVEE]) as [Levee];
  expect(crestOf(levee)).toBeUndefined();
  setCrest(levee, 4);
  expect(crestOf(levee)).toBe(4);
  setLine(levee, [[1, 2], [3, 4], [5, 6]]);
  expect(levee.crests).toEqual([4, 4, 4]);
});

it('knows what is still missing of a structure', () => {
  for (const work of worksOf([LEVEE, PUMP, GATE])) expect(isWhole(work), work.name).toBe(true);
  const [levee] = worksOf([LEVEE]) as [Levee];
  setCrest(levee, undefined);
  expect(isWhole(levee)).toBe(false);
  expect(isWhole({ kind: 'levee', name: '', line: [], crests: [], breach: undefined })).toBe(false);
  expect(isWhole({ kind: 'pump', name: '', from: undefined, to: undefined, m3_s: 1, starts_at_m: 1, stops_at_m: 0 })).toBe(false);
  expect(isWhole({ kind: 'pump', name: '', from: [1, 2], to: undefined, m3_s: NaN, starts_at_m: 1, stops_at_m: 0 })).toBe(false);
});

it('draws a levee with its breach, and a pump with the way of its water', () => {
  const kinds = worksOf([LEVEE, PUMP, GATE]).map((work) => featuresOf(work).map(({ geometry }) => geometry.type));
  expect(kinds).toEqual([['LineString', 'Point'], ['LineString', 'Point', 'Point'], []]);
});

it('knows the ensembles that it offers, and keeps one that somebody wrote', () => {
  expect(ensembleWay(membersOf('none'))).toBe('none');
  for (const way of ENSEMBLE_WAYS) expect(ensembleWay(membersOf(way))).toBe(way);
  const ensemble = [{ rain: 1.1, inflow: 2 }];
  expect(ensembleWay(ensemble)).toBe('own');
  expect(documentOf(draftOf({ ensemble })).ensemble).toEqual(ensemble);
});

it('keeps rain of gauges, and takes a run out of the library that is changed', () => {
  const gauges = { times_h: [0, 1], gauges: [{ name: 'Tam Kỳ', at: [108.5, 15.6], mm_per_h: [10] }] };
  expect(documentOf(draftOf({ rain: { gauges } })).rain).toEqual({ gauges });
  expect(documentOf(draftOf({ stage: { station: 'Tam Kỳ', level_m: 2 } }))).not.toHaveProperty('stage');
});
