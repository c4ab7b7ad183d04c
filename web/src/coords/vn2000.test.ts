import { describe, expect, it } from 'vitest';

import { fromGrid, toGrid } from './vn2000.ts';
import { DEFAULT_EPSG, ZONES, meridianText, zoneAt, zoneOf, type Zone } from './zones.ts';

// Check points of ../shared/reference/vietnam.md, computed with PROJ 9.6 (EPSG:6960).
const CHECK_POINTS: [string, number, number, number, number, number][] = [
  ['Hội An', 15.8801, 108.338, 5899, 562773.12, 1756400.984],
  ['Tam Kỳ', 15.5736, 108.474, 5899, 577453.963, 1722531.703],
  ['Quảng Ngãi', 15.1205, 108.7923, 5898, 584963.145, 1672422.425],
  ['Gia Nghĩa', 11.9975, 107.6908, 9218, 411686.575, 1326918.428],
  ['Gia Nghĩa', 11.9975, 107.6908, 5899, 493358.551, 1326789.225],
];

function zone(epsg: number): Zone {
  const found = zoneOf(epsg);
  if (!found) throw new Error(`no zone ${epsg}`);
  return found;
}

describe('VN-2000', () => {
  it.each(CHECK_POINTS)('%s agrees with PROJ to the millimetre', (_, lat, lon, epsg, e, n) => {
    const [east, north] = toGrid(zone(epsg), [lon, lat]);
    // The check points are printed to the millimetre: half of one is their rounding, 0.1 mm ours.
    expect(Math.abs(east - e)).toBeLessThan(0.0006);
    expect(Math.abs(north - n)).toBeLessThan(0.0006);
  });

  it.each(CHECK_POINTS)('%s comes back to where it was', (_, lat, lon, epsg) => {
    const [lonBack, latBack] = fromGrid(zone(epsg), toGrid(zone(epsg), [lon, lat]));
    // 1e-8° is a millimetre.
    expect(Math.abs(lonBack - lon)).toBeLessThan(1e-8);
    expect(Math.abs(latBack - lat)).toBeLessThan(1e-8);
  });

  it('starts with the default zone in Tam Kỳ and with 105°00′ in Cần Thơ', () => {
    expect(zoneAt(108.474).epsg).toBe(DEFAULT_EPSG);
    expect(meridianText(zoneAt(105.785))).toBe('105°00′');
  });

  it('leaves the deprecated codes out', () => {
    expect(ZONES.some((row) => row.epsg >= 6956 && row.epsg <= 6959)).toBe(false);
  });
});
