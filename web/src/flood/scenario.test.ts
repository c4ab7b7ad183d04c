import { expect, it } from 'vitest';

import { cellsOf, secondsFor } from './estimate.ts';
import type { Summary } from './model.ts';
import { rainBars, tidePoints } from './preview.ts';
import { documentOf, draftOf, edgesOf, emptyDraft, ringOf } from './scenario.ts';
import { viewFrom, viewText } from './view.ts';

const EXAMPLE = {
  kind: 'flood',
  title: { vi: 'Mưa 100 mm', en: '100 mm of rain' },
  area: { bbox: [108.47, 15.59, 108.5, 15.62] },
  resolution_m: 20,
  start: '2026-10-10T00:00:00Z',
  duration_h: 8,
  method: 'hllc',
  rain: { design: { total_mm: 100, duration_h: 6, begin_h: 0, shape: 'triangular' } },
  tide: { datum: 'Hòn Dấu', offset_m: 0.1, levels: { wave: { mean_m: 0.1, amplitude_m: 0.6, period_h: 12.42, high_water_h: 4 } } },
  initial_level_m: 0.4,
  inflows: [{ name: 'Sông Tam Kỳ', at: [108.48, 15.6], radius_m: 30, times_h: [0, 2], m3_s: [0, 50] }],
  infiltration: { 'curve-number': 75 },
  buildings: 'blocked',
  drains: { from: { layers: { tolerance_m: 2 } }, rim_m: 1.2 },
  frames_min: 15,
};

it('gives back every member of a scenario that it reads', () => {
  expect(documentOf(draftOf(EXAMPLE))).toEqual(EXAMPLE);
});

it('reads tables, polygons and soils, and gives them back', () => {
  const other = {
    ...EXAMPLE,
    area: { polygon: [[108.47, 15.59], [108.5, 15.59], [108.5, 15.62]] },
    rain: { series: { times_h: [0, 1, 3], mm_per_h: [10, 30] } },
    tide: { datum: 'Hòn Dấu', levels: { series: { times_h: [0, 6], level_m: [0.2, 0.8] } } },
    infiltration: { 'green-ampt': { conductivity_mm_h: 3.4, suction_mm: 89, moisture_deficit: 0.3 } },
  };
  expect(documentOf(draftOf(other))).toEqual(other);
});

it('keeps members that the form does not know', () => {
  const later = { ...EXAMPLE, gates: [{ name: 'Cống Tam Kỳ' }] };
  expect(documentOf(draftOf(later))).toEqual(later);
});

it('leaves out what is not chosen', () => {
  const draft = emptyDraft();
  draft.rain = 'none';
  const document = documentOf(draft);
  for (const name of ['rain', 'tide', 'inflows', 'start', 'initial_level_m', 'drains']) expect(document, name).not.toHaveProperty(name);
});

it('counts the cells that the server would make', () => {
  // What gis-server said of this box at 20 m: 146 × 151 cells, in a frame turned a little against north.
  const cells = cellsOf([108.47332485, 15.59207755, 108.50032485, 15.61907755], 20);
  expect(Math.abs(cells / (146 * 151) - 1)).toBeLessThan(0.03);
});

it('reckons the time with the cells, the hours and the shorter steps of smaller cells', () => {
  const before = { cells: 1000, cell_m: 20, duration_h: 8, wall_s: 40 } as Summary;
  expect(secondsFor({ cells: 4000, cell_m: 10, duration_h: 4 }, before)).toBe(40 * 4 * 0.5 * 2);
  expect(secondsFor({ cells: 1, cell_m: 1, duration_h: 1 }, { ...before, wall_s: 0 })).toBeUndefined();
});

it('shows a storm whose bars hold all of its rain', () => {
  const draft = draftOf(EXAMPLE);
  const whole = (shape: string): number => {
    draft.design.shape = shape;
    return rainBars(draft).reduce((sum, [from, to, rate]) => sum + (to - from) * rate, 0);
  };
  expect(whole('uniform')).toBeCloseTo(100, 9);
  // Bars have the rate of their middle: exact but where the peak falls inside of one.
  expect(whole('triangular')).toBeCloseTo(100, 9);
});

it('shows a tide that is highest at its high water', () => {
  const top = tidePoints(draftOf(EXAMPLE)).reduce((best, each) => (each[1] > best[1] ? each : best));
  expect(top[0]).toBeCloseTo(4, 9);
  expect(top[1]).toBeCloseTo(0.7, 9);
});

it('closes the ring of an area', () => {
  const ring = ringOf({ bbox: [1, 2, 3, 4] });
  expect(ring[0]).toEqual(ring.at(-1));
  expect(edgesOf({ polygon: [[0, 0], [2, 1], [1, 3]] })).toEqual([0, 0, 2, 3]);
});

it('writes and reads the address of a run', () => {
  for (const view of [{ run: '12', output: 'depth', minutes: 90 }, { run: '3', output: 'max-depth', minutes: 0 }]) {
    expect(viewFrom(viewText(view))).toEqual(view);
  }
  for (const text of ['', 'x/depth', '1', '1/<b>/3']) expect(viewFrom(text), text).toBeUndefined();
});
