import { expect, it } from 'vitest';

import { documentOf, emptyDraft } from '../scenario.ts';
import { aroundArea, stormIn, takeStorm } from './chooser.ts';
import { assembled, gaugeOf, toldIn, type RainGauge } from './gauges.ts';
import { gapsOf, intensities, meanOf, rainDocument, totalOf, type Storm, type StormGauge } from './storm.ts';

const MINUTE_MS = 60_000;
const TEN = 10 * MINUTE_MS;
const START = Date.UTC(2026, 9, 10);

const at = (minutes: number, mm: number) => ({ time: START + minutes * MINUTE_MS, mm });
const period = (minutes: number) => ({ from: START, to: START + minutes * MINUTE_MS, bin_ms: TEN });

function gauge(name: string, mm_per_h: (number | null)[], more: Partial<StormGauge> = {}): StormGauge {
  return { name, at: [108.5, 15.5], mm_per_h, simulated: false, refused: 0, ...more };
}

function storm(...gauges: StormGauge[]): Storm {
  const count = gauges[0]?.mm_per_h.length ?? 0;
  return { start: START, times_h: Array.from({ length: count + 1 }, (_, i) => i / 6), gauges };
}

it('takes a reading for the rain of the time before it', () => {
  expect(intensities([at(10, 2), at(20, 0), at(30, 1)], TEN, period(30))).toEqual([12, 0, 6]);
});

it('loses no rain where readings and intervals do not begin together', () => {
  const readings = [at(3, 1), at(13, 2), at(23, 4), at(33, 1)];
  const rates = intensities(readings, TEN, period(30));
  // 3/10 of the first, the whole of the next two, 7/10 of the last.
  const fallen = rates.reduce<number>((sum, rate) => sum + (rate ?? 0) / 6, 0);
  // Intensities are told to a thousandth of a millimetre an hour.
  expect(fallen).toBeCloseTo(0.3 + 2 + 4 + 0.7, 3);
});

it('knows nothing of a time without readings, and spreads none over it', () => {
  const rates = intensities([at(10, 1), at(60, 5), at(70, 0)], TEN, period(70));
  expect(rates).toEqual([6, null, null, null, null, 30, 0]);
  expect(gapsOf(storm(gauge('a', rates)).times_h, rates)).toEqual([{ from_h: 1 / 6, to_h: 5 / 6 }]);
});

it('takes a late reading for what fell since the one before it', () => {
  expect(intensities([at(10, 0), at(30, 4)], TEN, period(30))).toEqual([0, 12, 12]);
});

it('means over the gauges that were heard, and over none where none was', () => {
  const two = storm(gauge('a', [6, null, 0, null]), gauge('b', [12, 18, null, null]));
  expect(meanOf(two)).toEqual([9, 18, 0, null]);
  expect(totalOf(two.times_h, [6, null, 6, 0])).toBeCloseTo(2, 9);
});

it('writes gauges as a scenario takes them: silent ones are left out, times that none measured are dry', () => {
  const rain = rainDocument(storm(gauge('a', [6, null, null]), gauge('b', [null, 12, null]), gauge('c', [null, null, null])));
  expect(rain).toEqual({
    gauges: {
      times_h: [0, 1 / 6, 2 / 6, 0.5],
      gauges: [
        { name: 'a', at: [108.5, 15.5], mm_per_h: [6, null, 0] },
        { name: 'b', at: [108.5, 15.5], mm_per_h: [null, 12, null] },
      ],
    },
  });
  expect(rainDocument(storm(gauge('c', [null])))).toBeUndefined();
});

it('writes rain without a place as a series that is the same everywhere', () => {
  expect(rainDocument(storm(gauge('', [6, null, 3], { at: undefined })))).toEqual({ series: { times_h: [0, 1 / 6, 2 / 6, 0.5], mm_per_h: [6, 0, 3] } });
});

it('puts a storm into the form, and reads it back from the scenario', () => {
  const draft = emptyDraft();
  draft.duration_h = 0.25;
  expect(takeStorm(draft, storm(gauge('a', [6, 12, 0])))).toBe(true);
  expect(draft).toMatchObject({ rain: 'gauges', start: START, duration_h: 0.5 });
  expect(documentOf(draft)).toMatchObject({ start: '2026-10-10T00:00:00Z', rain: { gauges: { gauges: [{ name: 'a', mm_per_h: [6, 12, 0] }] } } });
  expect(stormIn(draft)?.gauges[0]).toMatchObject({ name: 'a', at: [108.5, 15.5], mm_per_h: [6, 12, 0] });
  // A longer simulation stays as long as it is: the water runs off after the rain.
  draft.duration_h = 12;
  takeStorm(draft, storm(gauge('', [6, 12, 0], { at: undefined })));
  expect(documentOf(draft)).toMatchObject({ duration_h: 12, rain: { series: { mm_per_h: [6, 12, 0] } } });
});

it('reads a rain gauge with its place, and passes over one without', () => {
  const raw = {
    '@iot.id': 7, properties: { rules: { interval: 600, simulated: true } },
    Thing: { name: 'Trạm mưa A', properties: {}, Locations: [{ location: { type: 'Point', coordinates: [108.5, 15.5] } }] },
  };
  expect(gaugeOf(raw)).toEqual({ datastream: 7, name: 'Trạm mưa A', at: [108.5, 15.5], simulated: true, interval_ms: 600_000 });
  expect(gaugeOf({ ...raw, Thing: { name: 'x' } })).toBeUndefined();
});

it('counts readings that quality control ruled out, and does not take them', () => {
  const value = [
    { phenomenonTime: '2026-10-10T00:10:00Z', result: 1.5, resultQuality: { flag: 1 } },
    { phenomenonTime: '2026-10-10T00:20:00Z', result: 90, resultQuality: { flag: 4 } },
    { phenomenonTime: '2026-10-10T00:20:00Z/2026-10-10T00:30:00Z', result: 2, resultQuality: { flag: 3 } },
    { phenomenonTime: '2026-10-10T00:40:00Z', result: -1 },
    { phenomenonTime: '2026-10-10T00:50:00Z', result: null },
  ];
  expect(toldIn(value)).toEqual({ readings: [at(10, 1.5), at(30, 2)], refused: 2 });
});

it('takes intervals as long as the slowest gauge tells', () => {
  const one = (datastream: number, interval_ms: number): RainGauge => ({ datastream, name: String(datastream), at: [108.5, 15.5], simulated: false, interval_ms });
  const told = [{ readings: [at(10, 1), at(20, 1), at(30, 1), at(40, 1), at(50, 1), at(60, 1)], refused: 0 }, { readings: [at(60, 3)], refused: 1 }];
  const whole = assembled([one(1, TEN), one(2, 6 * TEN)], told, START, START + 60 * MINUTE_MS);
  expect(whole.times_h).toEqual([0, 1]);
  expect(whole.gauges.map(({ mm_per_h, refused }) => [mm_per_h, refused])).toEqual([[[6], 0], [[3], 1]]);
});

it('takes the gauges in and near the area, and all of them where none is', () => {
  const one = (name: string, lon: number): RainGauge => ({ datastream: 1, name, at: [lon, 15.5], simulated: false, interval_ms: TEN });
  const all = [one('in', 108.5), one('near', 108.75), one('far', 109.5)];
  expect(aroundArea(all, { bbox: [108.4, 15.4, 108.6, 15.6] }).map(({ name }) => name)).toEqual(['in', 'near']);
  expect(aroundArea(all, { bbox: [100, 10, 100.1, 10.1] }).length).toBe(3);
  expect(aroundArea(all, undefined).length).toBe(3);
});
