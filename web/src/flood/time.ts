/** Times of a run in words. */

import { formatValue } from '../coords/format.ts';
import { lang } from '../i18n/index.ts';
import { timeText } from '../live/age.ts';
import { w } from './words.ts';

/** Hours of a scenario: `3 giờ 15 phút`. */
export function hoursText(hours: number): string {
  const minutes = Math.round(hours * 60);
  const [whole, rest] = [Math.floor(minutes / 60), minutes % 60];
  if (!whole) return w('time.minutes', { m: rest });
  return rest ? w('time.hoursMinutes', { h: whole, m: rest }) : w('time.hours', { h: whole });
}

/** An hour of a scenario: with the clock where it is known when it begins. */
export function momentText(hours: number, start: number | undefined): string {
  const after = hours === 0 ? w('time.begin') : w('time.after', { time: hoursText(hours) });
  return start === undefined ? after : `${timeText(start + hours * 3_600_000, lang())} (${after})`;
}

/** The same in a table: the clock, with the day where it is another one. */
export function shortMoment(hours: number, start: number | undefined): string {
  return start === undefined ? hoursText(hours) : timeText(start + hours * 3_600_000, lang(), start);
}

/** How long a run takes: `40 giây`, `12 phút`, `3,5 giờ`. */
export function spanText(seconds: number): string {
  if (seconds < 90) return w('time.seconds', { s: Math.max(1, Math.round(seconds)) });
  if (seconds < 5400) return w('time.minutes', { m: Math.round(seconds / 60) });
  return w('time.hours', { h: formatValue(seconds / 3600, lang(), 1) });
}
