import type { LayerSpecification, StyleSpecification } from 'maplibre-gl';

import { withIslands, type CityPoint } from './islands.ts';

/**
 * The server's style document as the map draws it: addresses absolute, labels in fonts of ours,
 * both archipelagos named.
 */
export function prepareStyle(
  raw: StyleSpecification,
  base: string,
  city?: CityPoint,
): StyleSpecification {
  const drawn = {
    ...raw,
    sources: Object.fromEntries(
      Object.entries(raw.sources).map(([id, source]) => [id, withAbsoluteUrls(source, base)]),
    ),
    layers: raw.layers.map(withOurFont),
  };
  const style = withIslands(drawn, city);
  // Without glyphs the map draws letters from the page's fonts: no ranges to fetch, all of Vietnamese.
  delete style.glyphs;
  if (typeof style.sprite === 'string') style.sprite = absolute(style.sprite, base);
  return style;
}

function withAbsoluteUrls<S extends StyleSpecification['sources'][string]>(source: S, base: string): S {
  const copy = { ...source } as S & { url?: string; tiles?: string[]; data?: unknown };
  if (typeof copy.url === 'string') copy.url = absolute(copy.url, base);
  if (Array.isArray(copy.tiles)) copy.tiles = copy.tiles.map((tile) => absolute(tile, base));
  if (typeof copy.data === 'string') copy.data = absolute(copy.data, base);
  return copy;
}

/** An address resolved against the base, its `{z}` left as they are. */
export function absolute(address: string, base: string): string {
  return new URL(address, base).href.replaceAll('%7B', '{').replaceAll('%7D', '}');
}

function withOurFont(layer: LayerSpecification): LayerSpecification {
  if (layer.type !== 'symbol') return layer;
  const bold = /bold|medium/i.test(JSON.stringify(layer.layout?.['text-font'] ?? ''));
  const font = bold ? 'Be Vietnam Pro SemiBold' : 'Be Vietnam Pro';
  return { ...layer, layout: { ...layer.layout, 'text-font': [font] } };
}

/** Letters that a map of Vietnam needs, so that both font files are there before the first label. */
const LETTERS = 'AaĂăÂâĐđÊêƠơƯưẠạẢảẤấỆệỘộỰự 0123456789';

/** Loads the fonts of the labels; a map made before would cache letters of another font. */
export async function loadLabelFonts(): Promise<void> {
  const wanted = ["400 24px 'Be Vietnam Pro'", "600 24px 'Be Vietnam Pro SemiBold'"];
  await Promise.allSettled(wanted.map((font) => document.fonts.load(font, LETTERS)));
}
