import { expect, it } from 'vitest';

import { dimmed, scaled } from './opacity.ts';

it('scales numbers, zoom functions and expressions', () => {
  expect(scaled(0.8, 0.5)).toBe(0.4);
  expect(scaled(['interpolate', ['linear'], ['zoom'], 10, 0.2, 14, 1], 0.5)).toEqual(
    ['interpolate', ['linear'], ['zoom'], 10, 0.1, 14, 0.5],
  );
  expect(scaled(['step', ['zoom'], 0, 12, 1], 0.5)).toEqual(['step', ['zoom'], 0, 12, 0.5]);
  expect(scaled(['get', 'share'], 0.5)).toEqual(['*', ['get', 'share'], 0.5]);
  expect(
    scaled(['interpolate', ['linear'], ['zoom'], 10, ['get', 'a'], 14, 1], 0.5),
  ).toEqual(['interpolate', ['linear'], ['zoom'], 10, ['*', ['get', 'a'], 0.5], 14, 0.5]);
  expect(scaled({ stops: [[10, 0], [14, 1]] }, 0.5)).toEqual({ stops: [[10, 0], [14, 0.5]] });
});

it('knows what stands for the opacity of each type of layer', () => {
  expect(dimmed({ id: 'a', type: 'fill', source: 's', paint: { 'fill-opacity': 0.6 } }, 0.5)).toEqual([
    ['fill-opacity', 0.3],
  ]);
  expect(dimmed({ id: 'a', type: 'symbol', source: 's' }, 0.25)).toEqual([
    ['text-opacity', 0.25],
    ['icon-opacity', 0.25],
  ]);
  expect(dimmed({ id: 'a', type: 'hillshade', source: 's' }, 0.5)).toEqual([
    ['hillshade-exaggeration', 0.25],
  ]);
});
