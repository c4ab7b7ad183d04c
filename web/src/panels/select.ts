import type { MapGeoJSONFeature, MapMouseEvent, PointLike } from 'maplibre-gl';

import type { App, Chosen } from '../app.ts';
import { collectionOf } from '../layers/stack.ts';
import { drawOverlay } from '../map/overlay.ts';

/** How far from a thin line or a small point a click may land, in pixels. */
const REACH_PX = 5;

/** Shows features in the side panel, the first of them open. */
export function chooseFeature(app: App, chosen: readonly Chosen[]): void {
  app.state.set('chosen', chosen);
  app.open('feature');
  app.state.set('current', chosen[0]);
}

/** Lets clicks choose features, and the pointer show where there are some. */
export function enableSelection(app: App): void {
  const { map } = app;
  map.on('click', (event) => {
    if (app.state.get('busy') || event.defaultPrevented || app.live?.takes(event.point)) return;
    const { lng, lat } = event.lngLat.wrap();
    if (app.flood?.takes([lng, lat])) return;
    const chosen = featuresAt(app, event);
    if (chosen.length) chooseFeature(app, chosen);
    else clearSelection(app);
  });
  map.on('mousemove', (event) => {
    if (app.state.get('busy')) return;
    const isOver = !map.isMoving() && (app.live?.isOver(event.point) === true || featuresAt(app, event).length > 0);
    map.getCanvas().style.cursor = isOver ? 'pointer' : '';
  });
  map.on('contextmenu', (event) => {
    const { lng, lat } = event.lngLat.wrap();
    app.state.set('place', [lng, lat]);
    app.state.set('pin', [lng, lat]);
    app.open('place');
  });
}

/** Forgets what was chosen. */
export function clearSelection(app: App): void {
  if (!app.state.get('current')) return;
  app.state.set('chosen', []);
  app.state.set('current', undefined);
  drawOverlay(app.map, 'selection', []);
  app.open('layers');
}

/** What lies under the pointer, topmost first, each feature once. */
function featuresAt(app: App, { point }: MapMouseEvent): Chosen[] {
  const box: [PointLike, PointLike] = [
    [point.x - REACH_PX, point.y - REACH_PX],
    [point.x + REACH_PX, point.y + REACH_PX],
  ];
  // What the click hits exactly goes before what it only nearly hits; areas are never nearly hit.
  const near = app.map.queryRenderedFeatures(box).filter(({ geometry }) => !geometry.type.includes('Polygon'));
  const found = [...near, ...app.map.queryRenderedFeatures(point)];
  const seen = new Map<string, Chosen>();
  for (const feature of found) {
    const chosen = chosenOf(feature);
    if (chosen) seen.set(`${chosen.collection} ${chosen.id}`, chosen);
  }
  return [...seen.values()];
}

function chosenOf(feature: MapGeoJSONFeature): Chosen | undefined {
  const collection = collectionOf(feature.layer);
  const id: unknown = feature.properties._id ?? feature.id;
  if (!collection || (typeof id !== 'string' && typeof id !== 'number')) return undefined;
  return { collection, id: String(id) };
}
