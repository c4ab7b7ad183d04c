import { expect, it } from 'vitest';

import en from './en.json';
import vi from './vi.json';

const places = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map(([m]) => m).sort();

it('has the same keys in both languages, and none empty', () => {
  expect(Object.keys(en).sort()).toEqual(Object.keys(vi).sort());
  for (const catalogue of [vi, en]) {
    for (const [key, text] of Object.entries(catalogue)) expect(text, key).not.toBe('');
  }
});

it('has the same places to fill in both languages', () => {
  for (const [key, text] of Object.entries(vi)) {
    expect(places(en[key as keyof typeof en]), key).toEqual(places(text));
  }
});

it('shows the islands with their Vietnamese names in every language', () => {
  expect(en['islands.hoangSa']).toBe('Quần đảo Hoàng Sa');
  expect(en['islands.truongSa']).toBe('Quần đảo Trường Sa');
});
