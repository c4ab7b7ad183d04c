import { expect, it } from 'vitest';

import { catalogueOf, homeOf, usualGrid } from './catalogue.ts';
import { codesOf } from './features.ts';
import { foundIn, hitsOf } from './search.ts';

// Shapes as gis-server answers, shortened.
const LANDING = { title: 'Tam Kỳ', dothi: { title: { vi: 'Tam Kỳ', en: 'Tam Ky' } }, links: [{ rel: 'self', href: 'http://x/?f=json' }] };
const COLLECTIONS = {
  collections: [
    {
      id: 'buildings',
      title: 'Công trình',
      extent: { spatial: { bbox: [[108.4, 15.5, 108.5, 15.6]] } },
      dothi: {
        theme: 'base',
        role: 'buildings',
        title: { vi: 'Công trình', en: 'Buildings' },
        zoom: [13, 22],
        geometry: 'polygon',
        synthetic: true,
        attribution: 'Dothi',
        source_crs: 'EPSG:5899',
        columns: { height: 'cao' },
        properties: [
          { name: 'cao', type: 'real', title: { vi: 'Chiều cao', en: 'Height' }, unit: 'm', unit_display: 'm' },
          { name: 'ma', type: 'text', title: { vi: 'Loại', en: 'Kind' }, code_list: 'building-use' },
        ],
      },
    },
    { id: 'terrain', dothi: { theme: 'base', role: 'terrain', source_crs: 'EPSG:4326' }, extent: {} },
    { title: 'without an identifier' },
  ],
};

it('reads the catalogue and forgives what is missing', () => {
  const catalogue = catalogueOf(LANDING, COLLECTIONS);
  expect(catalogue.title).toEqual({ vi: 'Tam Kỳ', en: 'Tam Ky' });
  expect(catalogue.hasTwin).toBe(false);
  expect(catalogue.collections.map(({ id }) => id)).toEqual(['buildings', 'terrain']);
  const [buildings] = catalogue.collections;
  expect(buildings?.columns).toEqual({ height: 'cao' });
  expect(buildings?.properties[1]?.codeList).toBe('building-use');
  expect(homeOf(catalogue.collections)).toEqual([108.4, 15.5, 108.5, 15.6]);
  expect(usualGrid(catalogue.collections, [5898, 5899])).toBe(5899);
});

it('shows the twin only when the server links it', () => {
  const links = [{ rel: 'alternate', href: 'http://x/dothi/3d' }];
  expect(catalogueOf({ links }, COLLECTIONS).hasTwin).toBe(true);
});

it('has alerts and replay only where the server links them', () => {
  const links = ['http://x/alerts/atom', 'http://x/dothi/replay/state?at={at}'].map((href) => ({ href }));
  expect(catalogueOf({ links }, COLLECTIONS)).toMatchObject({ hasAlerts: true, hasReplay: true, hasLive: false });
  expect(catalogueOf(LANDING, COLLECTIONS)).toMatchObject({ hasAlerts: false, hasReplay: false });
});

it('has live readings only where the server links them', () => {
  expect(catalogueOf(LANDING, COLLECTIONS).hasLive).toBe(false);
  for (const href of ['http://x/sensorthings/v1.1', 'http://x/dothi/live/latest']) {
    expect(catalogueOf({ links: [{ rel: 'service', href }] }, COLLECTIONS).hasLive).toBe(true);
  }
});

it.each([null, 'x', [], { collections: {} }])('takes %j as an empty catalogue', (answer) => {
  expect(catalogueOf(answer, answer).collections).toEqual([]);
});

it('takes the code that holds now before one that ended', () => {
  const codes = codesOf({
    codes: [
      { code: 'HNK', title: { vi: 'Mới', en: 'New' } },
      { code: 'HNK', title: { vi: 'Cũ', en: 'Old' }, valid_to: '2024-08-01' },
    ],
  });
  expect(codes.get('HNK')?.vi).toBe('Mới');
});

it('says whether a search has looked at everything', () => {
  expect(foundIn({ features: [], ready: false }).isWhole).toBe(false);
  expect(foundIn({ features: [], ready: true }).isWhole).toBe(true);
});

it('reads search answers with a point or a box', () => {
  const hits = hitsOf({
    features: [
      { id: 7, bbox: [1, 2, 3, 4], properties: { collection: 'roads', label: 'Nguyễn Trãi', detail: 'Đường', detail_en: 'Roads' } },
      { id: 'a', geometry: { type: 'Point', coordinates: [5, 6] }, properties: { collection: 'x', label: 'y' } },
      { id: 8, properties: {} },
    ],
  });
  expect(hits[0]?.detail).toEqual({ vi: 'Đường', en: 'Roads' });
  expect(hits.map(({ id, point }) => [id, point])).toEqual([['7', [2, 3]], ['a', [5, 6]]]);
});
