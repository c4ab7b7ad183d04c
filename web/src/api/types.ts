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
  /** Role attribute → column. */
  readonly columns: Readonly<Record<string, string>>;
}

/** One column, as `/collections/{id}/schema` describes it. */
export interface Column {
  readonly name: string;
  readonly title: Title;
  readonly type: string;
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
  readonly detail: string;
  readonly point: readonly [number, number] | undefined;
  readonly bbox: Bbox | undefined;
}
