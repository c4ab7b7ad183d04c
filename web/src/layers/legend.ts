import type { LayerSpecification } from 'maplibre-gl';

import { list, record, text } from '../api/read.ts';
import type { Title } from '../i18n/index.ts';

/** One row of a legend, from the style's `dothi:legend`. */
export interface LegendRow {
  readonly title: Title;
  readonly swatch: Swatch;
}

export type Swatch =
  | { readonly kind: 'fill'; readonly color: string; readonly outline: string | undefined }
  | {
      readonly kind: 'line';
      readonly color: string;
      readonly casing: string | undefined;
      readonly width: number;
      readonly dash: boolean;
    }
  | { readonly kind: 'icon'; readonly name: string }
  | { readonly kind: 'text'; readonly color: string }
  | { readonly kind: 'circle'; readonly color: string; readonly outline: string | undefined }
  | { readonly kind: 'ramp'; readonly colors: readonly string[] };

/** The legend rows that a style layer declares. */
export function legendOf(layer: LayerSpecification): LegendRow[] {
  const rows = list(record(layer.metadata)['dothi:legend']);
  return rows.flatMap((row) => {
    const swatch = swatchOf(record(row), layer.type);
    return swatch ? [{ title: titleOf(record(row)), swatch }] : [];
  });
}

function titleOf(row: Readonly<Record<string, unknown>>): Title {
  return { vi: text(row.vi), en: text(row.en) };
}

function swatchOf(
  row: Readonly<Record<string, unknown>>,
  type: LayerSpecification['type'],
): Swatch | undefined {
  const outline = text(row.outline ?? row.stroke) || undefined;
  const ramp = list(row.ramp ?? row.colors).map(text).filter(Boolean);
  if (ramp.length > 1) return { kind: 'ramp', colors: ramp };
  const icon = text(row.icon);
  if (/^[a-z0-9-]+$/.test(icon)) return { kind: 'icon', name: icon };
  const line = text(row.line);
  if (line) return lineOf(row, line);
  const circle = text(row.circle ?? row.point);
  if (circle) return { kind: 'circle', color: circle, outline };
  const letters = text(row.text);
  if (letters) return { kind: 'text', color: letters };
  const color = text(row.color ?? row.fill);
  if (!color) return undefined;
  if (type === 'line') return lineOf(row, color);
  if (type === 'circle' || type === 'symbol') return { kind: 'circle', color, outline };
  return { kind: 'fill', color, outline };
}

function lineOf(row: Readonly<Record<string, unknown>>, color: string): Swatch {
  const width = Number(row.width ?? 3);
  const dash = row.dash !== undefined && row.dash !== false;
  const casing = text(row.casing) || undefined;
  return { kind: 'line', color, casing, width: Number.isFinite(width) ? Math.min(width, 8) : 3, dash };
}
