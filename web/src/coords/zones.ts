/**
 * The plane grids of VN-2000.
 *
 * Source: EPSG registry 12.x as shipped with PROJ 9.6, the same table as `city::frame`. The codes
 * 6956–6959 are deprecated (false easting and northing swapped) and stay out.
 */
export interface Zone {
  /** EPSG code. */
  readonly epsg: number;
  /** Central meridian, degrees east. */
  readonly meridianDeg: number;
  /** Scale on the central meridian: 0.9999 for the 3° grids, 0.9996 for UTM. */
  readonly scale: number;
}

const TM3: readonly (readonly [number, number])[] = [
  [5896, 102],
  [9205, 103],
  [9206, 104],
  [9207, 104.5],
  [9208, 104.75],
  [5897, 105],
  [9209, 105.5],
  [9210, 105.75],
  [9211, 106],
  [9212, 106.25],
  [9213, 106.5],
  [9214, 107],
  [9215, 107.25],
  [9216, 107.5],
  [5899, 107.75],
  [5898, 108],
  [9217, 108.25],
  [9218, 108.5],
];

/** Every grid, the 3° ones from west to east, then UTM. */
export const ZONES: readonly Zone[] = [
  ...TM3.map(([epsg, meridianDeg]) => ({ epsg, meridianDeg, scale: 0.9999 })),
  { epsg: 3405, meridianDeg: 105, scale: 0.9996 },
  { epsg: 3406, meridianDeg: 111, scale: 0.9996 },
];

/** 107°45′, the grid of Quảng Nam, Đà Nẵng and the new Lâm Đồng. */
export const DEFAULT_EPSG = 5899;

/** How far from its central meridian a 3° grid is meant to be used, in degrees. */
const HALF_WIDTH_DEG = 1.5;

/** The grid with a code. */
export function zoneOf(epsg: number): Zone | undefined {
  return ZONES.find((zone) => zone.epsg === epsg);
}

/** The 3° zones proper, of national maps; the others are provinces' own. */
const NATIONAL = [5896, 5897, 5898];

/** The grid to start with at a longitude: the default where it reaches, else a national zone. */
export function zoneAt(lonDeg: number): Zone {
  const distance = (zone: Zone): number => Math.abs(zone.meridianDeg - lonDeg);
  const usual = zoneOf(DEFAULT_EPSG);
  if (usual && distance(usual) <= HALF_WIDTH_DEG) return usual;
  const national = ZONES.filter(({ epsg }) => NATIONAL.includes(epsg));
  return national.reduce((best, zone) => (distance(zone) < distance(best) ? zone : best));
}

/** A meridian as people write it: `107°45′`. */
export function meridianText(zone: Zone): string {
  const degrees = Math.floor(zone.meridianDeg);
  const minutes = Math.round((zone.meridianDeg - degrees) * 60);
  return `${degrees}°${String(minutes).padStart(2, '0')}′`;
}

/** A grid's name: `TM-3 107°45′`, `UTM 48N`. */
export function zoneName(zone: Zone): string {
  if (zone.scale === 0.9999) return `TM-3 ${meridianText(zone)}`;
  return zone.epsg === 3405 ? 'UTM 48N' : 'UTM 49N';
}
