import type { Title } from '../i18n/index.ts';

/** The rooms of the layer list, in the order of `city::layer::Theme::ALL`. */
export const THEMES = [
  'planning',
  'land',
  'infrastructure',
  'transport',
  'environment',
  'live',
  'base',
] as const;
export type Theme = (typeof THEMES)[number];

export type Bbox = readonly [west: number, south: number, east: number, north: number];

/** A layer as `/collections` describes it. */
export interface Collection {
  readonly id: string;
  readonly title: Title;
  readonly description: Title;
  readonly theme: Theme;
  readonly role: string;
  readonly zoom: readonly [number, number];
  /** Shape of the features; absent for rasters. */
  readonly geometry: string | undefined;
  readonly attribution: string;
  readonly synthetic: boolean;
  readonly bbox: Bbox | undefined;
  /** System of the source, such as `EPSG:5899`. */
  readonly sourceCrs: string;
  /** Role attribute → column. */
  readonly columns: Readonly<Record<string, string>>;
  /** The columns, in order. */
  readonly properties: readonly Column[];
  /** Formats in which the whole can be taken away, by their names in `f=`. */
  readonly downloads: readonly string[];
}

/** One column that the caller may see. */
export interface Column {
  readonly name: string;
  readonly title: Title;
  /** As `city::PropertyType`: bool, integer, real, text, date, instant. */
  readonly type: string;
  /** How people write the unit of its numbers. */
  readonly unit: string | undefined;
  readonly codeList: string | undefined;
}

export interface Feature {
  readonly collection: string;
  readonly id: string;
  readonly geometry: GeoJSON.Geometry | null;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** One answer of `/search`. */
export interface Hit {
  readonly collection: string;
  readonly id: string;
  readonly label: string;
  /** What it is, for people. */
  readonly detail: Title;
  readonly point: readonly [number, number] | undefined;
  readonly bbox: Bbox | undefined;
}
