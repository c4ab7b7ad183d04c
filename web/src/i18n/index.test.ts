import { expect, it } from 'vitest';

import en from './en.json';
import floodEn from './flood.en.json';
import floodVi from './flood.vi.json';
import liveEn from './live.en.json';
import liveVi from './live.vi.json';
import vi from './vi.json';

const places = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map(([m]) => m).sort();

type Words = Readonly<Record<string, string>>;
const PAIRS: [string, Words, Words][] = [['page', vi, en], ['live part', liveVi, liveEn], ['flood part', floodVi, floodEn]];

it.each(PAIRS)('has the same keys in both languages, and none empty: %s', (_name, ours, theirs) => {
  expect(Object.keys(theirs).sort()).toEqual(Object.keys(ours).sort());
  for (const catalogue of [ours, theirs]) {
    for (const [key, text] of Object.entries(catalogue)) expect(text, key).not.toBe('');
  }
});

it.each(PAIRS)('has the same places to fill in both languages: %s', (_name, ours, theirs) => {
  for (const [key, text] of Object.entries(ours)) expect(places(theirs[key] ?? ''), key).toEqual(places(text));
});

it('shows the islands with their Vietnamese names in every language', () => {
  expect(en['islands.hoangSa']).toBe('Quần đảo Hoàng Sa');
  expect(en['islands.truongSa']).toBe('Quần đảo Trường Sa');
});
