import { expect, it } from 'vitest';

import { valueText } from './values.ts';

const codes = new Map([['ODT', { vi: 'Đất ở tại đô thị', en: 'Urban housing land' }]]);

it('shows units, codes in words, dates and years as people write them', () => {
  expect(valueText(12.5, { type: 'real', unit: 'm' }, undefined, 'vi')).toBe('12,5\u00a0m');
  expect(valueText(12345, { type: 'integer', unit: 'm²' }, undefined, 'vi')).toBe('12.345\u00a0m²');
  expect(valueText(1998, { type: 'integer', unit: undefined }, undefined, 'vi')).toBe('1998');
  expect(valueText('ODT', { type: 'text', unit: undefined }, codes, 'vi')).toBe('Đất ở tại đô thị (ODT)');
  expect(valueText('2025-07-01', { type: 'date', unit: undefined }, undefined, 'vi')).toBe('01/07/2025');
  expect(valueText(true, { type: 'bool', unit: undefined }, undefined, 'vi')).toBe('Có');
});

it.each([null, undefined, '', '  '])('shows nothing for %s', (value) => {
  expect(valueText(value, { type: 'text', unit: undefined }, undefined, 'vi')).toBeUndefined();
});
