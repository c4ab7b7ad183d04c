/** Takes an area, a line or a place from clicks on the map. */

import type { MapMouseEvent } from 'maplibre-gl';

import type { App, Place } from '../app.ts';
import { drawOverlay } from '../map/overlay.ts';
import type { Area } from './scenario.ts';

export type Drawing = 'box' | 'polygon' | 'line' | 'place';

export interface Hand {
  /** What was drawn; a drawing that is given up says nothing. */
  onArea?(area: Area): void;
  onLine?(line: readonly Place[]): void;
  onPlace?(at: Place): void;
  /** It has ended, one way or the other. */
  onEnd(): void;
}

/** What is being drawn. */
export interface Drawn {
  /** Gives it up. */
  stop(): void;
  /** Takes it as it is, where it has points enough. */
  finish(): void;
}

/** Draws until it is done, or Escape is pressed. */
export function draw(app: App, kind: Drawing, hand: Hand): Drawn {
  const { map, state } = app;
  let points: Place[] = [];
  const show = (pointer?: Place): void => {
    const path = pointer ? [...points, pointer] : points;
    const [first, second] = path;
    const ring = kind === 'box' && first && second ? corners(first, second) : path;
    const features: GeoJSON.Feature[] = points.map((at) => feature({ type: 'Point', coordinates: [...at] }));
    const [start] = ring;
    const isArea = kind !== 'line';
    if (start && isArea && ring.length > 2) features.push(feature({ type: 'Polygon', coordinates: [[...ring, start].map((at) => [...at])] }));
    if (start && ring.length > 1) features.push(feature({ type: 'LineString', coordinates: [...ring, ...(isArea ? [start] : [])].map((at) => [...at]) }));
    drawOverlay(map, 'measure', features);
  };
  const finish = (): void => {
    const [first, second] = points;
    if (kind === 'box' && first && second) {
      const [[west, south], [east, north]] = [
        [Math.min(first[0], second[0]), Math.min(first[1], second[1])],
        [Math.max(first[0], second[0]), Math.max(first[1], second[1])],
      ] as const;
      hand.onArea?.({ bbox: [west, south, east, north] });
    } else if (kind === 'polygon') hand.onArea?.({ polygon: points });
    else if (kind === 'line') hand.onLine?.(points);
    stop();
  };
  const click = (event: MapMouseEvent): void => {
    const { lng, lat } = event.lngLat.wrap();
    if (kind === 'place') {
      hand.onPlace?.([lng, lat]);
      stop();
      return;
    }
    const last = points.at(-1);
    // The second click of a double click sets no second point.
    if (last?.[0] === lng && last[1] === lat) return;
    points = [...points, [lng, lat]];
    show();
    if (kind === 'box' && points.length === 2) finish();
  };
  /** Whether a double click or Enter ends it. */
  const isEnough = (): boolean => (kind === 'polygon' && points.length >= 3) || (kind === 'line' && points.length >= 2);
  const move = (event: MapMouseEvent): void => {
    if (points.length) show([event.lngLat.lng, event.lngLat.lat]);
  };
  const double = (event: MapMouseEvent): void => {
    event.preventDefault();
    if (isEnough()) finish();
  };
  const key = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') stop();
    else if (event.key === 'Enter' && isEnough()) finish();
  };
  let isOver = false;
  const stop = (): void => {
    if (isOver) return;
    isOver = true;
    map.off('click', click);
    map.off('mousemove', move);
    map.off('dblclick', double);
    window.removeEventListener('keydown', key);
    map.getCanvas().classList.remove('measuring');
    map.doubleClickZoom.enable();
    drawOverlay(map, 'measure', []);
    // The click that ended it must not choose a feature too.
    setTimeout(() => state.set('busy', false));
    hand.onEnd();
  };
  state.set('busy', true);
  map.doubleClickZoom.disable();
  map.getCanvas().classList.add('measuring');
  map.on('click', click);
  map.on('mousemove', move);
  map.on('dblclick', double);
  window.addEventListener('keydown', key);
  return { stop, finish: () => { if (isEnough()) finish(); } };
}

function corners(a: Place, b: Place): Place[] {
  return [a, [b[0], a[1]], b, [a[0], b[1]]];
}

function feature(geometry: GeoJSON.Geometry): GeoJSON.Feature {
  return { type: 'Feature', geometry, properties: {} };
}
