import { expect, it } from 'vitest';

import { setLang } from '../i18n/index.ts';
import { readNumber, readRows, writeNumber } from './numbers.ts';

// The page's language stands in the document, which tests in Node do not have.
globalThis.document = { documentElement: { lang: '' } } as never;

it.each([
  ['1,5', 1.5],
  ['1.5', 1.5],
  ['1.234,5', 1234.5],
  ['1,234.5', 1234.5],
  [' −0,3 ', -0.3],
  ['.25', 0.25],
])('reads %s with either mark before the decimals', (text, value) => {
  expect(readNumber(text)).toBe(value);
});

it('tells an empty field from one that holds no number', () => {
  expect(readNumber('  ')).toBeUndefined();
  for (const text of ['mưa', '1,2,3', '--1', '1e5']) expect(readNumber(text), text).toBeNaN();
});

it('writes what it reads again, in both languages', () => {
  for (const language of ['vi', 'en'] as const) {
    setLang(language);
    for (const value of [0, -0.35, 12.42, 1000.125]) expect(readNumber(writeNumber(value))).toBe(value);
  }
  setLang('vi');
  expect(writeNumber(12.42)).toBe('12,42');
});

it('takes two columns that a spreadsheet copies, without their head', () => {
  expect(readRows('Giờ\tmm/h\r\n0\t10\r\n1,5\t32,4\r\n')).toEqual([[0, 10], [1.5, 32.4]]);
  expect(readRows('0;0,2\n6;0,8')).toEqual([[0, 0.2], [6, 0.8]]);
});
