/** Numbers as people here write them: a comma before the decimals, a point is understood too. */

import { lang } from '../i18n/index.ts';

/** Reads a number; `undefined` for an empty text, NaN for what is none. */
export function readNumber(text: string): number | undefined {
  const plain = text.replace(/[\s\u00a0]/g, '').replace('−', '-');
  if (!plain) return undefined;
  const last = Math.max(plain.lastIndexOf(','), plain.lastIndexOf('.'));
  const isGrouped = plain.includes(',') && plain.includes('.');
  // With both marks the later one stands before the decimals: `1.234,5`.
  const head = isGrouped ? plain.slice(0, last).replace(/[.,]/g, '') : plain.slice(0, last);
  const canonical = last < 0 ? plain : `${head}.${plain.slice(last + 1)}`;
  return /^[-+]?(\d+\.?\d*|\.\d+)$/.test(canonical) ? Number(canonical) : NaN;
}

/** Writes a number so that it can be edited: no groups, as many digits as it needs. */
export function writeNumber(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return '';
  const plain = String(Number(value.toFixed(6)));
  return lang() === 'vi' ? plain.replace('.', ',') : plain;
}

/** Rows of numbers from text such as a spreadsheet copies: columns by tab, semicolon or spaces. */
export function readRows(text: string): number[][] {
  const rows = text.split(/\r?\n/).map((line) => line.trim()).filter(Boolean);
  const read = rows.map((line) => line.split(/[\t;]|\s+/).filter(Boolean).map((cell) => readNumber(cell) ?? NaN));
  return read.filter((row) => row.length > 0 && row.every(Number.isFinite));
}
