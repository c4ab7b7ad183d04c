import { getJson } from './http.ts';
import { bbox, list, record, text, title } from './read.ts';
import { titled, type Title } from '../i18n/index.ts';
import { THEMES, type Bbox, type Collection, type Column, type Theme } from './types.ts';

/** What the served data folder holds. */
export interface Catalogue {
  /** Name of the data, such as the city's. */
  readonly title: Title;
  readonly collections: readonly Collection[];
  /** Whether the 3D twin is there. */
  readonly hasTwin: boolean;
  /** Whether live readings are there. */
  readonly hasLive: boolean;
  /** Whether alerts are there. */
  readonly hasAlerts: boolean;
  /** Whether the past can be played again. */
  readonly hasReplay: boolean;
  /** Whether the server simulates. */
  readonly hasProcesses: boolean;
}

/** Fetches the landing page and the list of collections. */
export async function fetchCatalogue(): Promise<Catalogue> {
  const [landing, answer] = await Promise.all([getJson('./?f=json'), getJson('./collections?f=json')]);
  return catalogueOf(landing, answer);
}

/** Reads `/` and `/collections`. */
export function catalogueOf(landing: unknown, answer: unknown): Catalogue {
  const links = [...list(record(landing).links), ...list(record(answer).links)];
  const leadsTo = (path: RegExp): boolean => links.some((link) => path.test(text(record(link).href)));
  return {
    title: title(record(record(landing).dothi).title ?? record(landing).title),
    collections: list(record(answer).collections).flatMap((each) => {
      const collection = collectionOf(record(each));
      return collection ? [collection] : [];
    }),
    hasTwin: leadsTo(/\/3d\/?$/),
    hasLive: leadsTo(/\/(live\/latest|sensorthings\/v1\.1)\/?$/),
    hasAlerts: leadsTo(/\/alerts(\/atom)?(\?|$)/),
    hasReplay: leadsTo(/\/replay(\/\w+)?(\?|$)/),
    hasProcesses: leadsTo(/\/processes\/?$/),
  };
}

function collectionOf(raw: Readonly<Record<string, unknown>>): Collection | undefined {
  const id = text(raw.id);
  const own = record(raw.dothi);
  if (!id) return undefined;
  const zoom = list(own.zoom).map(Number);
  const extent = list(record(record(raw.extent).spatial).bbox)[0];
  const theme = text(own.theme);
  return {
    id,
    title: title(own.title ?? raw.title, id),
    description: title(own.description ?? raw.description),
    theme: THEMES.find((each) => each === theme) ?? ('base' satisfies Theme),
    role: text(own.role) || 'other',
    zoom: [zoom[0] ?? 0, zoom[1] ?? 22],
    geometry: text(own.geometry) || undefined,
    attribution: text(own.attribution ?? raw.attribution),
    synthetic: own.synthetic === true,
    bbox: bbox(extent),
    sourceCrs: text(own.source_crs),
    downloads: downloadsOf(list(raw.links).map(record)),
    properties: list(own.properties).map(record).map(columnOf),
    columns: Object.fromEntries(
      Object.entries(record(own.columns)).map(([attribute, column]) => [attribute, text(column)]),
    ),
  };
}

/** What is streamed whole, and what the server offers as files. */
function downloadsOf(links: readonly Readonly<Record<string, unknown>>[]): readonly string[] {
  const named = links.flatMap(({ rel, href }) => {
    const format = /[?&]f=(\w+)$/.exec(text(href))?.[1];
    return format && (rel === 'enclosure' || (rel === 'items' && WHOLE.includes(format))) ? [format] : [];
  });
  return [...new Set(named)];
}

/** Streamed formats that hold every feature without `limit`. */
const WHOLE: readonly string[] = ['csv', 'fgb'];

function columnOf(raw: Readonly<Record<string, unknown>>): Column {
  const name = text(raw.name);
  return {
    name,
    title: title(raw.title, name),
    type: text(raw.type),
    unit: text(raw.unit_display ?? raw.unit) || undefined,
    codeList: text(raw.code_list) || undefined,
  };
}

/**
 * The VN-2000 grid that most layers came in, by EPSG code: the one that this city's officers use.
 */
export function usualGrid(collections: readonly Collection[], grids: readonly number[]): number | undefined {
  const counts = new Map<number, number>();
  for (const { sourceCrs } of collections) {
    const code = Number(/^EPSG:(\d+)$/.exec(sourceCrs)?.[1]);
    if (grids.includes(code)) counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
}

/** A layer's name; where several are called the same, with its identifier. */
export function nameIn(collections: readonly Collection[], { id, title: own }: Collection): string {
  const name = titled(own);
  const isShared = collections.some((other) => other.id !== id && titled(other.title) === name);
  return isShared ? `${name} (${id})` : name;
}

/** The smallest box around the collections; absent when none has one. */
export function extentOf(collections: readonly Collection[]): Bbox | undefined {
  const boxes = collections.flatMap(({ bbox: box }) => (box ? [box] : []));
  const [first, ...rest] = boxes;
  if (!first) return undefined;
  return rest.reduce<Bbox>(
    (all, box) => [
      Math.min(all[0], box[0]),
      Math.min(all[1], box[1]),
      Math.max(all[2], box[2]),
      Math.max(all[3], box[3]),
    ],
    first,
  );
}

/** Where a map of these collections opens: the built-up part, not the whole of a terrain sheet. */
export function homeOf(collections: readonly Collection[]): Bbox | undefined {
  const urban = collections.filter(({ role }) => role === 'buildings');
  return extentOf(urban) ?? extentOf(collections.filter(({ role }) => role === 'roads')) ?? extentOf(collections);
}
