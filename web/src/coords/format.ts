/** Numbers and coordinates as people read them. */

import type { Lang } from '../i18n/index.ts';

const LOCALE: Record<Lang, string> = { vi: 'vi-VN', en: 'en-GB' };

/** A number with a fixed count of digits after the point, in the language's own marks. */
export function formatNumber(value: number, digits: number, lang: Lang): string {
  return value.toLocaleString(LOCALE[lang], {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

/** A number with as many digits as it needs, up to a limit. */
export function formatValue(value: number, lang: Lang, maxDigits = 3): string {
  return value.toLocaleString(LOCALE[lang], { maximumFractionDigits: maxDigits });
}

/** A grid coordinate without group marks, so that it can be copied: `1722531.70`. */
export function formatMetres(value: number, digits = 2): string {
  return value.toFixed(digits);
}

/** Latitude, longitude in decimal degrees, as other maps and phones read them. */
export function formatLatLon(lon: number, lat: number, digits = 6): string {
  return `${lat.toFixed(digits)}, ${lon.toFixed(digits)}`;
}

/** A length: metres below a kilometre, else kilometres. */
export function formatLength(metres: number, lang: Lang): string {
  if (metres < 1000) return `${formatNumber(metres, metres < 100 ? 2 : 1, lang)} m`;
  return `${formatNumber(metres / 1000, metres < 100_000 ? 3 : 1, lang)} km`;
}

/** An area in square metres, and from 1000 m² in hectares too. */
export function formatArea(squareMetres: number, lang: Lang): string {
  const m2 = `${formatNumber(squareMetres, squareMetres < 1000 ? 1 : 0, lang)} m²`;
  if (squareMetres < 1000) return m2;
  if (squareMetres >= 1e8) return `${formatNumber(squareMetres / 1e6, 2, lang)} km²`;
  return `${m2} (${formatNumber(squareMetres / 1e4, squareMetres < 1e5 ? 3 : 2, lang)} ha)`;
}

/** A map scale: `1:5 000`, rounded to two figures. */
export function formatScale(denominator: number, lang: Lang): string {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(denominator)) - 1);
  return `1:${formatNumber(Math.round(denominator / unit) * unit, 0, lang)}`;
}
