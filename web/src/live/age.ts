/** How old a reading is, measured by how often one is expected. */

import type { Lang } from '../i18n/index.ts';

/** Where a datastream does not say how often it reports. */
const USUAL_INTERVAL_S = 600;

/** Fresh; late by a few intervals; old; or so old that the device no longer reports. */
export type Freshness = 'fresh' | 'late' | 'old' | 'silent';

/** First ratio of age and interval at which a reading is no longer fresh, late, old. */
const LATE = 2.5;
const OLD = 6;
const SILENT = 24;

/** How fresh a reading is at an instant (epoch milliseconds). */
export function freshness(time: number | undefined, interval_s: number | undefined, now: number): Freshness {
  if (time === undefined) return 'silent';
  const ratio = (now - time) / 1000 / (interval_s ?? USUAL_INTERVAL_S);
  if (ratio <= LATE) return 'fresh';
  if (ratio <= OLD) return 'late';
  return ratio <= SILENT ? 'old' : 'silent';
}

/** Opacity of a symbol by its freshness. */
export const FADE: Readonly<Record<Freshness, number>> = { fresh: 1, late: 0.8, old: 0.6, silent: 0.42 };

const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
];

/** An age in words: "2 phút trước". Below five seconds it is `now`. */
export function ageText(age_ms: number, lang: Lang, now: string): string {
  const seconds = Math.round(age_ms / 1000);
  if (Math.abs(seconds) < 5) return now;
  const [unit, size] = UNITS.find(([, each]) => Math.abs(seconds) >= each) ?? (['second', 1] as const);
  return new Intl.RelativeTimeFormat(lang, { numeric: 'always' }).format(-Math.trunc(seconds / size), unit);
}

const ZONE = 'Asia/Ho_Chi_Minh';

/** A clock time in Vietnam; with the day where it is not the day of `now`. */
export function timeText(time: number, lang: Lang, now?: number, seconds = false): string {
  const locale = lang === 'vi' ? 'vi-VN' : 'en-GB';
  const day = (instant: number): string => new Date(instant).toLocaleDateString('en-CA', { timeZone: ZONE });
  const clock = new Date(time).toLocaleTimeString(locale, {
    timeZone: ZONE, hour: '2-digit', minute: '2-digit', ...(seconds ? { second: '2-digit' as const } : {}), hour12: false,
  });
  if (now !== undefined && day(now) === day(time)) return clock;
  const [year, month, date] = day(time).split('-');
  const isThisYear = now !== undefined && year === day(now).split('-')[0];
  return `${clock} ${date}/${month}${isThisYear ? '' : `/${year}`}`;
}

/** A length of time in words: `10 phút`, `1 giờ`. */
export function spanText(seconds: number, lang: Lang): string {
  const [unit, size] = UNITS.find(([, each]) => seconds >= each) ?? (['second', 1] as const);
  const amount = Math.round((seconds / size) * 10) / 10;
  return new Intl.NumberFormat(lang === 'vi' ? 'vi-VN' : 'en-GB', { style: 'unit', unit, unitDisplay: 'long' }).format(amount);
}
