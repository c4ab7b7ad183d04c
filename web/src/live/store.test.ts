import { expect, it } from 'vitest';

import type { Heard, Reading, Thing } from './model.ts';
import { LiveStore } from './store.ts';

const reading = (time: number | undefined, result: number): Reading => ({
  datastream: 7, property: { vi: 'Mực nước', en: 'Level' }, unit: 'm', result, time, grade: 'good', flags: [], alarm: undefined, interval_s: 600,
});
const thing = (id: number, readings: readonly Reading[]): Thing => ({
  id, place: [108, 15], name: { vi: 'a', en: 'a' }, role: 'gauges', layer: '', feature: '', simulated: false, readings,
});
const heard = (of: number, time: number, result: number): Heard => ({ thing: of, datastream: 7, time, result, grade: 'good', flags: [], alarm: undefined });
const resultOf = (store: LiveStore, id: number): unknown => store.thing(id)?.readings[0]?.result;

it('keeps the newest value, and late data changes nothing', () => {
  const store = new LiveStore();
  store.reset({ seq: 1, things: [thing(1, [reading(1000, 1)])] });
  expect(store.hear([heard(1, 2000, 2)])).toBe(true);
  expect(store.hear([heard(1, 1500, 9)])).toBe(false);
  expect(resultOf(store, 1)).toBe(2);
  expect(store.latest).toBe(2000);
});

it('takes a revision of the value that stands', () => {
  const store = new LiveStore();
  store.reset({ seq: 1, things: [thing(1, [reading(1000, 1)])] });
  store.hear([heard(1, 1000, 1.1)]);
  expect(resultOf(store, 1)).toBe(1.1);
});

it('is not set back by a snapshot that was made before an event', () => {
  const store = new LiveStore();
  store.reset({ seq: 1, things: [thing(1, [reading(1000, 1)]), thing(2, [reading(1000, 5)])] });
  store.hear([heard(1, 3000, 3)]);
  store.take({ seq: 2, things: [thing(1, [reading(2000, 2)])] });
  expect(resultOf(store, 1)).toBe(3);
  // What the snapshot no longer has is gone.
  expect(store.size).toBe(1);
});

it('passes over things outside the view', () => {
  const store = new LiveStore();
  store.reset({ seq: 1, things: [thing(1, [reading(undefined, 0)])] });
  expect(store.hear([heard(99, 2000, 2)])).toBe(false);
  expect(store.hear([heard(1, 2000, 2)])).toBe(true);
});

it('goes back in time only when it is reset', () => {
  const store = new LiveStore();
  store.reset({ seq: 1, things: [thing(1, [reading(5000, 5)])] });
  store.reset({ seq: 1, things: [thing(1, [reading(1000, 1)])] });
  expect(resultOf(store, 1)).toBe(1);
  expect(store.latest).toBe(1000);
});
