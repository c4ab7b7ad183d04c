import { expect, it } from 'vitest';

import { ageText, freshness, spanText, timeText } from './age.ts';

const NOW = Date.UTC(2026, 10, 21, 5);

it.each([
  [10, 600, 'fresh'],
  [25, 600, 'fresh'],
  [40, 600, 'late'],
  [120, 600, 'old'],
  [600, 600, 'silent'],
  [40, 3600, 'fresh'],
  [20, undefined, 'fresh'],
] as const)('%i minutes are, at an interval of %s s, %s', (minutes, interval, expected) => {
  expect(freshness(NOW - minutes * 60_000, interval, NOW)).toBe(expected);
});

it('takes what never came as silent', () => expect(freshness(undefined, 600, NOW)).toBe('silent'));

it('says ages in both languages', () => {
  expect(ageText(2000, 'vi', 'vừa xong')).toBe('vừa xong');
  expect(ageText(125_000, 'vi', '')).toBe('2 phút trước');
  expect(ageText(7_500_000, 'en', '')).toBe('2 hours ago');
  expect(spanText(600, 'vi')).toBe('10 phút');
});

it('says times in Vietnam, the day only where it is another', () => {
  expect(timeText(NOW, 'vi', NOW)).toBe('12:00');
  expect(timeText(NOW - 13 * 3_600_000, 'vi', NOW)).toBe('23:00 20/11');
  expect(timeText(NOW, 'vi')).toBe('12:00 21/11/2026');
});
