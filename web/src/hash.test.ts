import { expect, it } from 'vitest';

import { formatHash, parseHash, type ViewState } from './hash.ts';

it('brings a view back from the address', () => {
  const view: ViewState = {
    camera: { zoom: 15.25, lat: 15.573612, lon: 108.474012, bearing: -20.5, pitch: 45 },
    layers: 'roads,planning-zones:60',
    lang: 'en',
    buildings3d: true,
    terrain: true,
    pin: [108.474, 15.5736],
    feature: ['parcels', 'a/b 1'],
    live: 'gauges,rain-gauges',
    station: 3,
    replay: '2026-11-20T00:00:00Z/2026-11-21T00:00:00Z/2026-11-20T06:30:00Z/600',
    alert: 'bđ 2/7',
  };
  expect(parseHash(formatHash(view))).toEqual(view);
});

it('leaves out what is as usual', () => {
  const camera = { zoom: 14, lat: 15.57, lon: 108.47, bearing: 0, pitch: 0 };
  expect(formatHash({ camera, lang: 'vi' })).toBe('#map=14/15.57/108.47');
});

it.each(['', '#', '#map=1/2', '#map=x/y/z', '#map=14/NaN/108', '#map=14/95/108', '#map=99/15/108', '#lang=xx', '#station=x', '#station=-1'])(
  'takes nothing from %s',
  (hash) => expect(parseHash(hash)).toEqual({}),
);
