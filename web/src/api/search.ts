import { getJson } from './http.ts';
import { bbox, list, record, text, title } from './read.ts';
import type { Hit } from './types.ts';

/** What was found; right after a start or an import the server may not have read all of it yet. */
export interface Found {
  readonly hits: readonly Hit[];
  readonly isWhole: boolean;
}

/** Asks the server for names, addresses and parcels; it folds accents and đ. */
export async function search(query: string, signal: AbortSignal): Promise<Found> {
  const near = new URLSearchParams({ q: query, limit: '10' });
  return foundIn(await getJson(`./search?${near.toString()}`, signal));
}

/** Reads the whole answer of `/search`. */
export function foundIn(raw: unknown): Found {
  return { hits: hitsOf(raw), isWhole: record(raw).ready !== false };
}

/** Reads the answer of `/search`: GeoJSON features, each with its collection and label. */
export function hitsOf(raw: unknown): Hit[] {
  const answer = record(raw);
  const rows = list(answer.features ?? answer.results ?? answer.hits);
  return rows.map(record).flatMap((row) => {
    const properties = { ...row, ...record(row.properties) };
    const collection = text(properties.collection);
    const id = text(row.id ?? properties.id);
    const label = text(properties.label ?? properties.title ?? properties.name);
    if (!collection || !id || !label) return [];
    const box = bbox(row.bbox);
    return [
      { collection, id, label, detail: title({ vi: properties.detail, en: properties.detail_en }), bbox: box, point: pointOf(row, box) },
    ];
  });
}

function pointOf(
  row: Readonly<Record<string, unknown>>,
  box: Hit['bbox'],
): readonly [number, number] | undefined {
  const geometry = record(row.geometry);
  const [lon, lat] = list(geometry.type === 'Point' ? geometry.coordinates : row.point).map(Number);
  if (lon !== undefined && lat !== undefined) return [lon, lat];
  return box ? [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2] : undefined;
}
