import { expect, test } from 'vitest';

import { inputsOf } from './tile-export.ts';

test('a layer that is drawn from close up is exported with its closest tiles', () => {
  expect(inputsOf({ id: 'roads', zoom: [5, 22] }, 'pmtiles')).toEqual({ collections: ['roads'], format: 'pmtiles' });
  expect(inputsOf({ id: 'parcels', zoom: [15, 22] }, 'mbtiles')).toEqual({ collections: ['parcels'], format: 'mbtiles', maxZoom: 16 });
});
