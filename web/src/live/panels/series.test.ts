import { expect, it } from 'vitest';

import type { Datastream, Series, Station, Threshold } from '../model.ts';
import { rangeOf, shownThresholds } from './chart.ts';
import { withGaps } from './series-gaps.ts';
import { csvOf, extremes } from './series-text.ts';

const series = (t: readonly number[], value: readonly (number | null)[], more: Partial<Series> = {}): Series => ({
  unit: 'm', resolution: 'raw', t, value, min: value.map(() => null), max: value.map(() => null), grade: value.map(() => 'good' as const), ...more,
});
const threshold = (level: number, value: number, direction: 'above' | 'below' = 'above'): Threshold => ({ level, value, direction, title: { vi: '', en: '' }, source: '' });

it('breaks the line where nothing was measured for long', () => {
  const plotted = withGaps(series([0, 60, 120, 600, 660], [1, 2, 3, 4, 5]));
  expect(plotted.t).toEqual([0, 60, 120, 360, 600, 660]);
  expect(plotted.value).toEqual([1, 2, 3, null, 4, 5]);
  expect(plotted.from).toEqual([0, 1, 2, undefined, 3, 4]);
});

it('leaves a series of one value, or of none, as it is', () => {
  expect(withGaps(series([5], [1])).t).toEqual([5]);
  expect(withGaps(series([], [])).t).toEqual([]);
});

it('finds the extremes in the bands of roll-ups', () => {
  expect(extremes(series([0, 1], [1, 2], { min: [0.5, 1], max: [1.5, 4] }))).toEqual({ low: 0.5, high: 4, last: 2 });
  expect(extremes(series([], []))).toEqual({ low: null, high: null, last: null });
});

it('draws the thresholds that were passed and the next one, not those far away', () => {
  const all = [threshold(1, 1.7), threshold(2, 2.2), threshold(3, 2.7)];
  const levels = (values: number[]): number[] => shownThresholds(series(values.map((_, i) => i), values), all).map(({ level }) => level);
  expect(levels([1, 1.5])).toEqual([1]);
  expect(levels([1, 2.3])).toEqual([1, 2, 3]);
  expect(levels([0.1, 0.11])).toEqual([]);
  expect(shownThresholds(series([0], [5]), [threshold(1, 4.8, 'below')]).map(({ level }) => level)).toEqual([1]);
});

it('leaves room around a flat line and does not go below zero', () => {
  expect(rangeOf(0, 0, [])).toEqual([0, expect.any(Number)]);
  const [low, high] = rangeOf(1, 2, [threshold(1, 3)]);
  expect(low).toBeGreaterThanOrEqual(0);
  expect(high).toBeGreaterThan(3);
  expect(rangeOf(Infinity, -Infinity, [])).toEqual([0, 1]);
});

it('writes a file that spreadsheets read and take for no formula', () => {
  const station = { id: 3, name: { vi: '=HYPERLINK("x"), Tam Kỳ', en: '' }, simulated: true } as Station;
  const datastream = { id: 7, property: { vi: 'Mực nước', en: '' }, unit: 'm' } as Datastream;
  const text = csvOf(series([1_795_237_200], [2.31]), station, datastream);
  expect(text).toBe('\ufeff"# =HYPERLINK(""x""), Tam Kỳ, simulated / mô phỏng"\r\ntime,Mực nước (m),quality\r\n2026-11-21T05:00:00.000Z,2.31,good\r\n');
});
