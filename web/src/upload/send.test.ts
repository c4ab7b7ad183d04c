import { expect, test } from 'vitest';

import { layerOf } from './send.ts';

test('the name of a file suggests an identifier without accents and signs', () => {
  expect(layerOf('Thửa đất xã Tam Phú (2026).shp.zip')).toBe('thua-dat-xa-tam-phu-2026');
  expect(layerOf('ĐƯỜNG.geojson')).toBe('duong');
  expect(layerOf('___.gpkg')).toBe('');
});
