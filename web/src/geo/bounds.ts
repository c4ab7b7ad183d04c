import type { Bbox } from '../api/types.ts';

/** The box around a geometry; absent when it has no coordinates. */
export function boundsOf(geometry: GeoJSON.Geometry): Bbox | undefined {
  const box: [number, number, number, number] = [Infinity, Infinity, -Infinity, -Infinity];
  const visit = (part: unknown): void => {
    if (!Array.isArray(part)) return;
    const [x, y] = part as unknown[];
    if (typeof x === 'number' && typeof y === 'number') {
      box[0] = Math.min(box[0], x);
      box[1] = Math.min(box[1], y);
      box[2] = Math.max(box[2], x);
      box[3] = Math.max(box[3], y);
    } else part.forEach(visit);
  };
  if (geometry.type === 'GeometryCollection') {
    for (const each of geometry.geometries) if ('coordinates' in each) visit(each.coordinates);
  } else visit(geometry.coordinates);
  return box[0] <= box[2] ? box : undefined;
}
