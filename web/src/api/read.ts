/** What comes from outside is read with care: wrong shapes become empty ones. */

import type { Title } from '../i18n/index.ts';
import type { Bbox } from './types.ts';

/** A value as a record, empty when it is none: what comes from outside is read with care. */
export function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

/** A value as a list, empty when it is none. */
export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A value as text, empty when it is none. */
export function text(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
}

/** A value as a title in two languages; a plain text stands for both. */
export function title(value: unknown, otherwise = ''): Title {
  const plain = text(value);
  if (plain) return { vi: plain, en: plain };
  const pair = record(value);
  const vi = text(pair.vi) || text(pair.en) || otherwise;
  return { vi, en: text(pair.en) || vi };
}

/** Four finite numbers as a box. */
export function bbox(value: unknown): Bbox | undefined {
  const numbers = list(value).map(Number);
  const [west, south, east, north] = numbers.length === 6 ? [0, 1, 3, 4].map((i) => numbers[i]) : numbers;
  const edges = [west, south, east, north];
  if (numbers.length < 4 || !edges.every((edge) => edge !== undefined && Number.isFinite(edge))) {
    return undefined;
  }
  return edges as unknown as Bbox;
}
