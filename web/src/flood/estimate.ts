/** How large a run would be, and about how long it would take. */

import type { Bbox } from '../api/types.ts';
import type { Summary } from './model.ts';

/** The server refuses more cells (`gis_server::flood::plane`). */
export const MOST_CELLS = 20e6;
/** Metres to a degree of latitude: enough for a count of cells. */
const DEGREE_M = 111_320;

/** Width and height of a box, m. */
export function sidesOf([west, south, east, north]: Bbox): readonly [width_m: number, height_m: number] {
  const shrink = Math.cos((((south + north) / 2) * Math.PI) / 180);
  return [(east - west) * DEGREE_M * shrink, (north - south) * DEGREE_M];
}

/** How many cells cover a box: those outside of a polygon are there, though nothing happens in them. */
export function cellsOf(box: Bbox, cell_m: number): number {
  const [width_m, height_m] = sidesOf(box);
  return Math.ceil(width_m / cell_m) * Math.ceil(height_m / cell_m);
}

/** What of a run decides how long it takes. */
export interface Size {
  readonly cells: number;
  readonly cell_m: number;
  readonly duration_h: number;
}

/**
 * Seconds that a run would take, reckoned from one that was run here: the time goes with the cells and
 * with the steps, and steps are as much shorter as the cells are (Courant, Friedrichs and Lewy).
 */
export function secondsFor(size: Size, before: Summary): number | undefined {
  const { cells, cell_m, duration_h, wall_s } = before;
  if (!(cells > 0 && cell_m > 0 && duration_h > 0 && wall_s > 0)) return undefined;
  return wall_s * (size.cells / cells) * (size.duration_h / duration_h) * (cell_m / size.cell_m);
}
