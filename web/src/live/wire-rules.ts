/** Results, quality and rules as SensorThings writes them here. */

import { list, record, text, title } from '../api/read.ts';
import { formatLatLon } from '../coords/format.ts';
import { placeOf } from './place.ts';
import type { Grade, Result, Rules, Threshold } from './model.ts';

/** A result; a point is shown as its coordinates, other lists and objects as their JSON. */
export function resultOf(value: unknown): Result {
  if (value === null || value === undefined) return null;
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value === 'boolean' || typeof value === 'string') return value;
  const place = placeOf(record(value).geometry ?? value);
  return place ? formatLatLon(place[0], place[1], 5) : JSON.stringify(value);
}

const GRADES: Readonly<Record<string, Grade>> = {
  '1': 'good',
  '2': 'unchecked',
  '3': 'suspect',
  '4': 'bad',
  '9': 'missing',
  good: 'good',
  suspect: 'suspect',
  bad: 'bad',
  missing: 'missing',
};

/** A quality by QARTOD's number or by its name; what is not known counts as not checked. */
export function gradeOf(value: unknown): Grade {
  return GRADES[text(value)] ?? 'unchecked';
}

/** Reads `resultQuality` of an observation. */
export function qualityOf(value: unknown): { readonly grade: Grade; readonly flags: readonly string[] } {
  const raw = record(value);
  return { grade: gradeOf(raw.flag ?? raw.name), flags: list(raw.failed).map(text).filter(Boolean) };
}

/** Reads `properties.rules` of a datastream. */
export function rulesOf(value: unknown): Rules {
  const raw = record(value);
  const [low, high] = list(raw.expected);
  const bound = (side: unknown): number | undefined => (typeof side === 'number' ? side : undefined);
  return {
    interval_s: bound(raw.interval),
    expected: [bound(low), bound(high)],
    accuracy: bound(raw.accuracy),
    thresholds: list(raw.thresholds).flatMap((each) => thresholdOf(record(each)) ?? []),
    simulated: raw.simulated === true,
  };
}

function thresholdOf(raw: Readonly<Record<string, unknown>>): Threshold | undefined {
  const { level, value } = raw;
  if (typeof level !== 'number' || typeof value !== 'number') return undefined;
  return {
    level,
    value,
    title: title(raw.title, String(level)),
    direction: raw.direction === 'below' ? 'below' : 'above',
    source: text(raw.source),
  };
}
