import type { CodeTitles } from '../api/features.ts';
import type { Column } from '../api/types.ts';
import { formatNumber, formatValue } from '../coords/format.ts';
import { t, titled, type Lang } from '../i18n/index.ts';

/** An attribute's value in words; `undefined` when there is nothing to show. */
export function valueText(
  value: unknown,
  column: Pick<Column, 'type' | 'unit'>,
  codes: CodeTitles | undefined,
  lang: Lang,
): string | undefined {
  if (value === null || value === undefined || value === '') return undefined;
  if (typeof value === 'boolean') return t(value ? 'common.yes' : 'common.no');
  if (typeof value === 'number') {
    const meaning = codes?.get(String(value));
    return meaning ? `${titled(meaning)} (${value})` : numberText(value, column, lang);
  }
  if (typeof value !== 'string') return JSON.stringify(value);
  const text = value.trim();
  if (!text) return undefined;
  const meaning = codes?.get(text);
  if (meaning) {
    const words = titled(meaning);
    return words === text ? text : `${words} (${text})`;
  }
  if (/date|instant/.test(column.type)) return dateText(text, lang) ?? text;
  return text;
}

function numberText(value: number, { type, unit }: Pick<Column, 'type' | 'unit'>, lang: Lang): string {
  // A whole number without a unit is as likely a year or a code as a count: no group marks.
  const plain = type === 'integer' && !unit && Math.abs(value) < 10_000;
  const number = plain ? String(value) : Number.isInteger(value) ? formatNumber(value, 0, lang) : formatValue(value, lang);
  return [number, unitText(unit, lang)].filter(Boolean).join('\u00a0');
}

function unitText(unit: string | undefined, lang: Lang): string {
  return unit === 'người' && lang === 'en' ? 'people' : (unit ?? '');
}

/** A civil date or an instant, in Vietnam's time. */
function dateText(text: string, lang: Lang): string | undefined {
  const day = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (day) return `${day[3]}/${day[2]}/${day[1]}`;
  const instant = new Date(text);
  if (Number.isNaN(instant.getTime())) return undefined;
  return instant.toLocaleString(lang === 'vi' ? 'vi-VN' : 'en-GB', {
    timeZone: 'Asia/Ho_Chi_Minh',
    dateStyle: 'short',
    timeStyle: 'short',
  });
}

/** A link when the text is one, else nothing. */
export function asLink(text: string): string | undefined {
  return /^https?:\/\/\S+$/i.test(text) ? text : undefined;
}
