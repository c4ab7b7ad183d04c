import type { LayerSpecification, StyleSpecification } from 'maplibre-gl';
import { describe, expect, it } from 'vitest';

import type { Collection } from '../api/types.ts';
import { legendOf } from './legend.ts';
import { Stack, drawOrder, longestInOrder, reordered } from './stack.ts';

const collection = (id: string): Collection => ({
  id,
  title: { vi: id, en: id },
  description: { vi: '', en: '' },
  theme: 'base',
  role: id,
  zoom: [0, 22],
  geometry: 'polygon',
  attribution: '',
  synthetic: false,
  bbox: undefined,
  sourceCrs: 'EPSG:5899',
  downloads: [],
  columns: {},
  properties: [],
});
const metadata = (id: string) => ({ 'dothi:collection': id });

const STYLE: StyleSpecification = {
  version: 8,
  sources: { s: { type: 'vector' } },
  layers: [
    { id: 'background', type: 'background' },
    { id: 'zones', type: 'fill', source: 's', 'source-layer': 'z', metadata: metadata('zones'), minzoom: 10 },
    {
      id: 'parcels',
      type: 'line',
      source: 's',
      'source-layer': 'p',
      metadata: { ...metadata('parcels'), 'dothi:legend': [{ vi: 'Thửa', en: 'Parcel', color: '#123456' }] },
      layout: { visibility: 'none' },
    },
    { id: 'roads', type: 'line', source: 's', 'source-layer': 'r', metadata: metadata('roads') },
    { id: 'road-names', type: 'symbol', source: 's', 'source-layer': 'r', metadata: metadata('roads') },
    { id: 'nobody', type: 'fill', source: 's', 'source-layer': 'x', metadata: metadata('gone') },
  ],
};

const stackOf = (): Stack => new Stack(STYLE, ['zones', 'parcels', 'roads'].map(collection));

describe('the stack of layers', () => {
  it('groups style layers by collection and takes visibility and legend from the style', () => {
    const stack = stackOf();
    expect([...stack.layers.keys()]).toEqual(['zones', 'parcels', 'roads']);
    expect(stack.visibleFromTop).toEqual(['roads', 'zones']);
    expect(stack.layers.get('parcels')?.legend).toEqual([
      { title: { vi: 'Thửa', en: 'Parcel' }, swatch: { kind: 'line', color: '#123456', casing: undefined, width: 3, dash: false } },
    ]);
    expect(stack.layers.get('zones')?.minZoom).toBe(10);
    expect(stack.toText()).toBe('');
  });

  it('shows the sign that a legend names, and its colour where the name is none', () => {
    const row = { vi: 'Trường', en: 'School', circle: '#c98a3a' };
    const layerOf = (icon: string) => ({ type: 'symbol', metadata: { 'dothi:legend': [{ ...row, icon }] } }) as unknown as LayerSpecification;
    expect(legendOf(layerOf('school'))[0]?.swatch).toEqual({ kind: 'icon', name: 'school' });
    expect(legendOf(layerOf('../x"'))[0]?.swatch).toEqual({ kind: 'circle', color: '#c98a3a', outline: undefined });
  });

  it('moves a layer past the next one that is on, and keeps labels above shapes', () => {
    const stack = stackOf();
    stack.step('zones', 1);
    expect(stack.visibleFromTop).toEqual(['zones', 'roads']);
    expect(drawOrder(STYLE, stack)).toEqual(['background', 'parcels', 'roads', 'zones', 'road-names', 'nobody']);
    stack.step('zones', 1);
    expect(stack.visibleFromTop).toEqual(['zones', 'roads']);
    stack.reset();
    expect(drawOrder(STYLE, stack)).toEqual(STYLE.layers.map(({ id }) => id));
  });

  it('goes into the address and comes back', () => {
    const stack = stackOf();
    stack.setVisible('parcels', true);
    stack.setOpacity('parcels', 0.6);
    stack.place('roads', 'zones', 'below');
    const text = stack.toText();
    const other = stackOf();
    other.fromText(text);
    expect(text).toBe('parcels:60,zones,roads');
    expect(other.toText()).toBe(text);
    expect(other.visibleFromTop).toEqual(stack.visibleFromTop);
  });

  it('passes over what it does not know', () => {
    const stack = stackOf();
    stack.fromText('nowhere,roads:900');
    expect(stack.isChanged).toBe(false);
    stack.fromText('-');
    expect(stack.visibleFromTop).toEqual([]);
    expect(stack.toText()).toBe('-');
  });

  it('tells what was moved by what kept its order', () => {
    expect(longestInOrder(['a', 'd', 'b', 'c'], ['a', 'b', 'c', 'd'])).toEqual(['a', 'b', 'c']);
    expect(longestInOrder(['b', 'a'], ['a', 'b'])).toHaveLength(1);
  });

  it('switches only the overlay of what is also part of the ground', () => {
    const style = structuredClone(STYLE);
    const overlay = { ...metadata('zones'), 'dothi:group': 'overlay' };
    style.layers[1] = { ...STYLE.layers[1], metadata: { ...metadata('zones'), 'dothi:group': 'basemap' } } as never;
    style.layers.push({ id: 'official', type: 'fill', source: 's', 'source-layer': 'z', metadata: overlay, layout: { visibility: 'none' } });
    const stack = new Stack(style, [collection('zones')]);
    expect(stack.layers.get('zones')?.styleLayers.map(({ id }) => id)).toEqual(['official']);
    expect(stack.isVisible('zones')).toBe(false);
  });

  it('reorders some and leaves the others where they are', () => {
    expect(reordered(['a', 'b', 'c', 'd'], ['d', 'b'])).toEqual(['a', 'd', 'c', 'b']);
  });
});
