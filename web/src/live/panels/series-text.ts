/** A series in words and as a file. */

import { titled } from '../../i18n/index.ts';
import type { Datastream, Series, Station } from '../model.ts';

/** The lowest, highest and last value; `null` where there is none. */
export function extremes({ value, min, max }: Series): { low: number | null; high: number | null; last: number | null } {
  const known = (list: readonly (number | null)[]): number[] => list.filter((each) => each !== null);
  const [lows, highs, values] = [known(min), known(max), known(value)];
  const smallest = (list: readonly number[]): number | null => list.reduce<number | null>((a, b) => (a === null || b < a ? b : a), null);
  const greatest = (list: readonly number[]): number | null => list.reduce<number | null>((a, b) => (a === null || b > a ? b : a), null);
  return { low: smallest([...lows, ...values]), high: greatest([...highs, ...values]), last: values.at(-1) ?? null };
}

/** Instants are in UTC, numbers with a point: what programs read everywhere. */
export function csvOf(series: Series, station: Station, { property, unit }: Datastream): string {
  const isRolled = series.resolution !== 'raw';
  const name = `${titled(property)}${unit ? ` (${unit})` : ''}`;
  const head = ['time', name, ...(isRolled ? ['min', 'max'] : []), 'quality'];
  const rows = series.t.map((time, i) => [
    new Date(time * 1000).toISOString(),
    series.value[i] ?? '',
    ...(isRolled ? [series.min[i] ?? '', series.max[i] ?? ''] : []),
    series.grade[i] ?? '',
  ]);
  const comment = [`# ${titled(station.name)}`, station.simulated ? 'simulated / mô phỏng' : ''].filter(Boolean).join(', ');
  // The byte-order mark lets spreadsheets read Vietnamese.
  return `\ufeff${[[comment], head, ...rows].map((row) => row.map(quoted).join(',')).join('\r\n')}\r\n`;
}

/** RFC 4180; a text that a spreadsheet would take for a formula is marked as text. */
function quoted(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const safe = /^[=+@-]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
