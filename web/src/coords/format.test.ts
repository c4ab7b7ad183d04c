import { expect, it } from 'vitest';

import { formatArea, formatLength, formatScale } from './format.ts';

it('writes lengths and areas in the marks of the language', () => {
  expect(formatLength(12.345, 'vi')).toBe('12,35 m');
  expect(formatLength(1234.5, 'vi')).toBe('1,235 km');
  expect(formatLength(1234.5, 'en')).toBe('1.235 km');
  expect(formatArea(250.26, 'vi')).toBe('250,3 m²');
  expect(formatArea(12345, 'vi')).toBe('12.345 m² (1,235 ha)');
});

it('rounds a scale to two figures', () => {
  expect(formatScale(4987, 'en')).toBe('1:5,000');
  expect(formatScale(123456, 'vi')).toBe('1:120.000');
});
