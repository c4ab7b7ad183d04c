/** What a reading looks like. Colour never stands alone: a badge says the same. */

import { formatValue } from '../coords/format.ts';
import { lang, t, titled } from '../i18n/index.ts';
import { ageText, freshness } from './age.ts';
import type { Grade, Reading, Result } from './model.ts';
import { isWord, w, type Word } from './words.ts';

export type Tone = 'normal' | 'suspect' | 'bad' | 'unknown' | 'alarm1' | 'alarm2' | 'alarm3' | 'alarm4';

interface Look {
  readonly fill: string;
  /** Colour of the sign on it. */
  readonly ink: string;
  /** What stands in the corner. */
  readonly badge: string;
  /** The greater, the further above others. */
  readonly rank: number;
}

export const LOOKS: Readonly<Record<Tone, Look>> = {
  unknown: { fill: '#8a9a9c', ink: '#ffffff', badge: '', rank: 0 },
  normal: { fill: '#0b7a75', ink: '#ffffff', badge: '', rank: 1 },
  bad: { fill: '#5c6b6e', ink: '#ffffff', badge: '×', rank: 2 },
  suspect: { fill: '#6352b8', ink: '#ffffff', badge: '?', rank: 3 },
  alarm1: { fill: '#f2b705', ink: '#2b2100', badge: 'I', rank: 4 },
  alarm2: { fill: '#e8590c', ink: '#ffffff', badge: 'II', rank: 5 },
  alarm3: { fill: '#c92a2a', ink: '#ffffff', badge: 'III', rank: 6 },
  alarm4: { fill: '#86198f', ink: '#ffffff', badge: 'III+', rank: 7 },
};
export const TONES = Object.keys(LOOKS) as Tone[];

/** How a reading is shown. A value that quality control ruled out raises no alarm. */
export function toneOf(reading: Reading | undefined): Tone {
  if (reading?.time === undefined) return 'unknown';
  if (reading.grade === 'bad' || reading.grade === 'missing') return 'bad';
  if (reading.alarm && reading.alarm.level > 0) return `alarm${Math.min(4, Math.ceil(reading.alarm.level)) as 1 | 2 | 3 | 4}`;
  return reading.grade === 'suspect' ? 'suspect' : 'normal';
}

/** A result with its unit. */
export function resultText(result: Result, unit: string): string {
  if (result === null) return '–';
  if (typeof result === 'boolean') return t(result ? 'common.yes' : 'common.no');
  if (typeof result === 'string') {
    const key = `result.${result}`;
    return isWord(key) ? w(key) : result;
  }
  const digits = Math.abs(result) >= 100 ? 0 : Math.abs(result) >= 10 ? 1 : 2;
  const number = formatValue(result, lang(), digits);
  return unit ? `${number}\u00a0${unit}` : number;
}

/** A quality in words, with the reasons. */
export function gradeText(grade: Grade, flags: readonly string[]): string {
  const reasons = flags.map((flag) => {
    const key = `flag.${flag}`;
    return isWord(key) ? w(key) : flag;
  });
  const name = w(`grade.${grade}`);
  return reasons.length ? `${name}: ${reasons.join('; ')}` : name;
}

/** A clock this far ahead is said to be so. */
const AHEAD_MS = 60_000;

/** How long ago something was. */
export function agoText(time: number, now: number): string {
  if (time - now > AHEAD_MS) return w('age.ahead');
  return ageText(Math.max(0, now - time), lang(), w('age.now'));
}

/** What a reading's age means, where it is not as it should be. */
export function freshText(reading: Reading, now: number): string {
  const fresh = freshness(reading.time, reading.interval_s, now);
  return fresh === 'fresh' || reading.time === undefined ? '' : w(`fresh.${fresh}`);
}

export function alarmText(reading: Reading): string {
  return reading.alarm ? titled(reading.alarm.title) : '';
}

/** The word for a tone. */
export function toneName(tone: Tone): string {
  return w(`tone.${tone}` satisfies Word);
}
