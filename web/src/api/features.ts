import { getJson, url } from './http.ts';
import { list, record, text, title } from './read.ts';
import type { Feature } from './types.ts';

/** The public address of a feature. */
export function featureUrl(collection: string, id: string): string {
  return url(`collections/${encodeURIComponent(collection)}/items/${encodeURIComponent(id)}`);
}

/** Fetches one feature with all attributes that the caller may see. */
export async function fetchFeature(
  collection: string,
  id: string,
  signal?: AbortSignal,
): Promise<Feature> {
  const path = `./collections/${encodeURIComponent(collection)}/items/${encodeURIComponent(id)}?f=geojson`;
  const raw = record(await getJson(path, signal));
  return {
    collection,
    id,
    geometry: (raw.geometry ?? null) as GeoJSON.Geometry | null,
    properties: record(raw.properties),
  };
}

/** What codes of a list mean, by code. */
export type CodeTitles = ReadonlyMap<string, ReturnType<typeof title>>;

const codeLists = new Map<string, Promise<CodeTitles>>();

/** A code list; asked for once. Empty when the server has none of that name. */
export function fetchCodes(id: string): Promise<CodeTitles> {
  return once(codeLists, id, async () =>
    codesOf(await getJson(`./codelists/${encodeURIComponent(id)}?f=json`)),
  ).catch(() => new Map());
}

/** Reads a code list. Where a code stands several times, the row without an end wins. */
export function codesOf(raw: unknown): CodeTitles {
  const rows = list(record(raw).codes).map(record);
  const ended = (row: Readonly<Record<string, unknown>>): number => (row.valid_to ? 0 : 1);
  const sorted = [...rows].sort((a, b) => ended(a) - ended(b));
  return new Map(sorted.map((row) => [text(row.code), title(row.title, text(row.code))]));
}

function once<V>(
  known: Map<string, Promise<V>>,
  key: string,
  ask: () => Promise<V>,
): Promise<V> {
  let answer = known.get(key);
  if (!answer) {
    answer = ask();
    known.set(key, answer);
    // A failure is not kept: the next look asks again.
    answer.catch(() => known.delete(key));
  }
  return answer;
}
