import { describe, expect, it } from 'vitest';

import { fromGrid } from '../coords/vn2000.ts';
import { zoneAt } from '../coords/zones.ts';
import { distance, pathLength, planeArea } from './geodesic.ts';

describe('measuring', () => {
  it('agrees with the length of a degree of the meridian on WGS 84', () => {
    // 0° to 1° of latitude: 110 574.3886 m (meridian arc series, GRS80/WGS84 tables).
    expect(distance([108, 0], [108, 1])).toBeCloseTo(110574.3886, 3);
    // One degree along the equator is a/57.29578.
    expect(distance([108, 0], [109, 0])).toBeCloseTo((6378137 * Math.PI) / 180, 6);
  });

  it('adds the legs of a path and takes a point as nothing', () => {
    expect(pathLength([[108, 0]])).toBe(0);
    expect(pathLength([[108, 0], [108, 1], [108, 0]])).toBeCloseTo(2 * 110574.3886, 3);
    expect(distance([108.4, 15.5], [108.4, 15.5])).toBe(0);
  });

  it('gives the area of a square hectare far from the origin without losing digits', () => {
    const square: [number, number][] = [
      [577000, 1722000],
      [577100, 1722000],
      [577100, 1722100],
      [577000, 1722100],
    ];
    expect(planeArea(square)).toBe(10000);
    expect(planeArea([...square, [577000, 1722000]])).toBe(10000);
  });

  it('measures a side laid out on the grid as the scale of the grid says', () => {
    const zone = zoneAt(108.474);
    const side = distance(fromGrid(zone, [577000, 1722000]), fromGrid(zone, [577100, 1722000]));
    // 77 km from the meridian k = 0.9999·(1 + 77²/(2·6378²)) = 0.999973; 0.5 mm for the datum scale.
    expect(Math.abs(side - 100 / 0.999973)).toBeLessThan(0.0005);
  });
});
