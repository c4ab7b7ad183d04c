import type { FitBoundsOptions, Map as MapLibreMap } from 'maplibre-gl';

import type { Bbox } from '../api/types.ts';
import { isPhone } from '../ui/dom.ts';

/** The room that the panels leave free, with a margin around what is to be seen. */
export function freeRoom(margin: number): Required<Exclude<FitBoundsOptions['padding'], number | undefined>> {
  const side = document.querySelector('.side')?.getBoundingClientRect().width ?? 364;
  // A sheet that is pulled up whole leaves no room: what is framed is seen once it is pulled down.
  const sheet = Math.min(document.querySelector('.sheet')?.getBoundingClientRect().height ?? 0, window.innerHeight / 2);
  return isPhone()
    ? { top: 64 + margin, right: 52 + margin, bottom: Math.max(130, sheet) + margin, left: margin }
    : { top: margin, right: 52 + margin, bottom: 56 + margin, left: side + 12 + margin };
}

/** Moves the camera so that a box is seen beside the panels. */
export function frameBox(map: MapLibreMap, box: Bbox, margin = 40, maxZoom = 18): void {
  map.fitBounds([box[0], box[1], box[2], box[3]], { padding: freeRoom(margin), maxZoom });
}

/** Whether a box is seen whole beside the panels. */
export function isInSight(map: MapLibreMap, box: Bbox): boolean {
  const { top, right, bottom, left } = freeRoom(0);
  const { clientWidth, clientHeight } = map.getContainer();
  const corners = [[box[0], box[1]], [box[0], box[3]], [box[2], box[1]], [box[2], box[3]]] as const;
  return corners.every(([lon, lat]) => {
    const { x, y } = map.project([lon, lat]);
    return x >= left && x <= clientWidth - right && y >= top && y <= clientHeight - bottom;
  });
}
