import { expect, it } from 'vitest';

import type { Series } from '../../live/model.ts';
import { nowcastIn, nowcastText, viewFrom } from '../view.ts';
import { alarmsNear, curvesOf } from './curves.ts';
import { cycleOf, isOld, waitFor } from './due.ts';
import { alarmsPassed, answerOf, byConcern, isDoubted, isFar, isSilent, peakOf, type Gauge } from './model.ts';

const MINUTE_MS = 60_000;
const ISSUED = Date.UTC(2026, 10, 22, 3);
const TIMES = ['2026-11-22T03:00:00Z', '2026-11-22T04:00:00Z', '2026-11-22T05:00:00Z'];

/** As `gis-server/src/nowcast/document.rs` writes it. */
const DOCUMENT = {
  issued: '2026-11-22T03:00:00Z',
  from: '2026-11-22T02:59:00Z',
  horizon_h: 2,
  members: 24,
  simulated: true,
  synthetic_terrain: true,
  times: TIMES,
  multipliers: { rain: { p10: 0.8, p50: 1.1, p90: 1.5 }, manning: { p10: 0.9, p50: 1, p90: 1.1 }, inflows: [{ p10: 1, p50: 1.2, p90: 1.4 }] },
  gauges: [
    {
      datastream: 4, name: 'Tam Kỳ', at: [108.5, 15.57], offset_m: 0.5, simulated: true, left_out: false,
      state: { code: 'good', title: { vi: 'Tốt', en: 'Good' }, used: 6, left_out: 0, innovation_m: 0.02 },
      model: {}, corrected: { p10_m: [1.4, 1.9, 1.7], p50_m: [1.5, 2.2, 2], p90_m: [1.6, 2.6, 2.4] },
      alarms: [
        { title: { vi: 'Báo động I', en: 'Alarm I' }, level_m: 2.2, probability: 0.6, reached: [TIMES[0], TIMES[1], TIMES[2]] },
        { title: { vi: 'Báo động II', en: 'Alarm II' }, level_m: 2.7, probability: 0.05, reached: null },
      ],
    },
    {
      datastream: 9, name: 'Hỏng', at: [108.4, 15.5], offset_m: 0, left_out: true,
      state: { code: 'stuck', title: { vi: 'Đứng yên 3.0 giờ', en: 'Stuck' }, used: 0, left_out: 6, innovation_m: null },
      corrected: { p10_m: [1, 1], p50_m: [1, 1, 1], p90_m: [1, 1, 1] }, alarms: [],
    },
  ],
  maps: [{ output: 'depth-p50', title: { vi: 'Độ sâu', en: 'Depth' }, tiles: 'http://h/nowcast/{z}/{y}/{x}', legend: [{ from: 0.1, rgba: [1, 2, 3, 255] }] }, { output: 'depth-p90' }],
  assumptions: [{ vi: 'Mưa giảm một nửa', en: 'Rain halves' }],
};

function forecast() {
  const { forecast: found } = answerOf(DOCUMENT);
  if (!found) throw new Error('the document is a forecast');
  return found;
}

function gauge(datastream: number): Gauge {
  const found = forecast().gauges.find((each) => each.datastream === datastream);
  if (!found) throw new Error(`gauge ${datastream} is in the document`);
  return found;
}

it('reads a forecast, its levels and alarms in the datum of the gauge', () => {
  expect(forecast()).toMatchObject({ issued: ISSUED, from: ISSUED - MINUTE_MS, horizon_h: 2, members: 24, simulated: true, synthetic: true, cycle_min: undefined });
  expect(gauge(4).band).toEqual({ low: [0.9, 1.4, 1.2], middle: [1, 1.7, 1.5], high: [1.1, 2.1, 1.9] });
  expect(gauge(4).alarms.map(({ level_m, reached }) => [level_m, reached?.[1]])).toEqual([[1.7, ISSUED + 60 * MINUTE_MS], [2.2, undefined]]);
  // A map without tiles cannot be shown.
  expect(forecast().maps.map(({ name }) => name)).toEqual(['depth-p50']);
});

it('takes a band without one of its edges for none', () => {
  expect(gauge(9).band.middle).toEqual([]);
  expect(peakOf(gauge(9))).toBeUndefined();
});

it('says why there is no forecast', () => {
  expect(answerOf({ issued: null, reason: { vi: 'Chưa có dự báo', en: 'None' } })).toEqual({ forecast: undefined, problem: undefined, reason: { vi: 'Chưa có dự báo', en: 'None' } });
  expect(answerOf(null)).toEqual({ forecast: undefined, problem: undefined, reason: undefined });
  expect(answerOf({ issued: null, problem: 'the terrain has no height in 553 cells' }).problem).toContain('553');
});

it('finds the peak of the median, with the band at that time, and the alarm that it reaches', () => {
  expect(peakOf(gauge(4))).toEqual({ at: 1, low: 1.4, middle: 1.7, high: 2.1 });
  // The level of the alarm itself is reached, not only what is above it.
  expect([1.69, 1.7, 2.3, undefined].map((level) => alarmsPassed(gauge(4), level))).toEqual([0, 1, 2, 0]);
});

it('puts the gauge of most concern first, and those that are left out last', () => {
  const calm: Gauge = { ...gauge(4), datastream: 5, alarms: [{ title: { vi: 'I', en: 'I' }, level_m: 9, probability: 0.01, reached: undefined }] };
  expect(byConcern([gauge(9), calm, gauge(4)]).map(({ datastream }) => datastream)).toEqual([4, 5, 9]);
  expect([gauge(4), gauge(9), { ...gauge(4), state: undefined }].map(isDoubted)).toEqual([false, true, false]);
});

it('tells a gauge that was merely silent from one that is doubted, and a multiplier that is none from one that is', () => {
  const silent: Gauge = { ...gauge(4), state: { code: 'missing', title: { vi: '', en: '' }, used: 0, innovation_m: undefined } };
  expect([isDoubted(silent), isSilent(silent)]).toEqual([false, true]);
  // Left out before, and silent since: it is still left out.
  expect([isDoubted({ ...silent, isLeftOut: true }), isSilent({ ...silent, isLeftOut: true })]).toEqual([true, false]);
  expect([1, 2.9, 3.1, 0.3].map((p50) => isFar({ p10: p50, p50, p90: p50 }))).toEqual([false, false, true, true]);
});

it('asks for the next forecast when it is due, again and again while it is late, and soon where nobody knows', () => {
  const cycle = 10 * MINUTE_MS;
  expect(waitFor(ISSUED, cycle, ISSUED + 4 * MINUTE_MS)).toBe(6 * MINUTE_MS + 3000);
  expect(waitFor(ISSUED, cycle, ISSUED + 15 * MINUTE_MS)).toBe(30_000);
  expect(waitFor(ISSUED, 6000, ISSUED + MINUTE_MS)).toBe(6000);
  expect(waitFor(undefined, undefined, ISSUED)).toBe(30_000);
  // A cycle of a day is not waited for in one piece: the server may have been given another.
  expect(waitFor(ISSUED, 1440 * MINUTE_MS, ISSUED)).toBe(600_000);
});

it('knows how often forecasts come from the server, else from two of them', () => {
  expect(cycleOf(10, ISSUED, undefined)).toBe(10 * MINUTE_MS);
  expect(cycleOf(undefined, ISSUED, ISSUED - 5 * MINUTE_MS)).toBe(5 * MINUTE_MS);
  expect([cycleOf(undefined, ISSUED, undefined), cycleOf(undefined, ISSUED, ISSUED)]).toEqual([undefined, undefined]);
});

it('says that a forecast is old once three cycles, and half an hour, have passed without another', () => {
  const old = (minutes: number, cycle_min: number | undefined): boolean => isOld(ISSUED, cycle_min === undefined ? undefined : cycle_min * MINUTE_MS, ISSUED + minutes * MINUTE_MS);
  expect([old(29, 1), old(31, 1), old(89, 30), old(91, 30), old(31, undefined)]).toEqual([false, true, false, true, true]);
});

it('keeps the map of the forecast in the address, apart from runs', () => {
  expect(nowcastIn(nowcastText('probability-30cm'))).toBe('probability-30cm');
  expect(viewFrom(nowcastText('depth-p50'))).toBeUndefined();
  for (const text of ['12/depth/30', 'nowcast/', 'nowcast/<b>']) expect(nowcastIn(text), text).toBeUndefined();
});

it('draws what was observed and the band on one axis, and a gap where nothing was heard', () => {
  const start = ISSUED / 1000;
  const t = [start - 4200, start - 3600, start - 3000, start];
  const none = t.map(() => null);
  const observed: Series = { unit: 'm', resolution: 'raw', t, value: [1, 1.1, 1.2, 1.4], min: none, max: none, grade: t.map(() => 'good') };
  const curves = curvesOf({ gauge: gauge(4), times: forecast().times, observed });
  expect(curves.t).toEqual([start - 4200, start - 3600, start - 3000, start - 1500, start, start + 3600, start + 7200]);
  // The gap breaks the line (null); the hours ahead are merely not its own (undefined).
  expect(curves.observed).toEqual([1, 1.1, 1.2, null, 1.4, undefined, undefined]);
  expect(curves.middle).toEqual([undefined, undefined, undefined, undefined, 1, 1.7, 1.5]);
});

it('leaves out alarm levels that would press the curves flat', () => {
  const alarms = gauge(4).alarms;
  expect(alarmsNear(alarms, 1, 1.3)).toEqual(alarms);
  expect(alarmsNear(alarms, 0, 0.4).length).toBe(0);
});
