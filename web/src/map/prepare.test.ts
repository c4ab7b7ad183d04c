import type { StyleSpecification } from 'maplibre-gl';
import { expect, it } from 'vitest';

import { absolute, prepareStyle } from './prepare.ts';

const RAW: StyleSpecification = {
  version: 8,
  glyphs: 'https://fonts.example/{fontstack}/{range}.pbf',
  sources: {
    base: { type: 'vector', tiles: ['./tiles/WebMercatorQuad/{z}/{y}/{x}?collections=a,b'] },
    islands: { type: 'geojson', data: { type: 'FeatureCollection', features: [] } },
  },
  layers: [
    { id: 'a', type: 'fill', source: 'base', 'source-layer': 'a' },
    {
      id: 'names',
      type: 'symbol',
      source: 'base',
      'source-layer': 'b',
      filter: ['has', 'name'],
      layout: { 'text-field': ['get', 'name'], 'text-font': ['Be Vietnam Pro Medium', 'Other'] },
    },
    { id: 'islands.name', type: 'symbol', source: 'islands' },
  ],
};

it('asks only the server it came from, and for no glyphs', () => {
  const style = prepareStyle(RAW, 'https://gis.example/dothi/');
  expect(style.glyphs).toBeUndefined();
  expect(style.sources.base).toMatchObject({
    tiles: ['https://gis.example/dothi/tiles/WebMercatorQuad/{z}/{y}/{x}?collections=a,b'],
  });
  expect(absolute('/x/{z}', 'https://gis.example/dothi/')).toBe('https://gis.example/x/{z}');
});

it('names both archipelagos once, in Vietnamese, and lets no other label over their waters', () => {
  const style = prepareStyle(RAW, 'https://gis.example/');
  expect(style.sources.islands).toBeUndefined();
  const drawn = JSON.stringify(style.sources['dothi-islands']);
  expect(drawn).toContain('Quần đảo Hoàng Sa');
  expect(drawn).toContain('Quần đảo Trường Sa');
  const names = style.layers.find(({ id }) => id === 'names');
  expect(JSON.stringify(names)).toContain('"within"');
  expect(style.layers.at(-1)?.id).toBe('dothi-archipelagos');
});
