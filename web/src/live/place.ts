import type { Place } from '../app.ts';
import { list, record } from '../api/read.ts';

/** A point of GeoJSON. */
export function placeOf(geometry: unknown): Place | undefined {
  const { type, coordinates } = record(geometry);
  const [lon, lat] = type === 'Point' ? list(coordinates).map(Number) : [];
  return lon !== undefined && lat !== undefined && Number.isFinite(lon + lat) ? [lon, lat] : undefined;
}
