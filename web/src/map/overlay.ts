import type { GeoJSONSource, LayerSpecification, Map as MapLibreMap } from 'maplibre-gl';

const EMPTY: GeoJSON.FeatureCollection = { type: 'FeatureCollection', features: [] };
const SELECT = '#d9480f';
const DRAW = '#0b7285';

/** What the page itself draws above the data. */
export type Overlay = 'selection' | 'measure' | 'locate';

/** Adds the sources and layers that the page draws on; all empty. */
export function addOverlays(map: MapLibreMap): void {
  for (const name of ['selection', 'measure', 'locate'] satisfies Overlay[]) {
    map.addSource(`dothi-${name}`, { type: 'geojson', data: EMPTY });
  }
  for (const layer of layers()) map.addLayer(layer);
}

/** Replaces what an overlay shows. */
export function drawOverlay(map: MapLibreMap, overlay: Overlay, features: GeoJSON.Feature[]): void {
  const source = map.getSource<GeoJSONSource>(`dothi-${overlay}`);
  void source?.setData({ type: 'FeatureCollection', features });
}

function layers(): LayerSpecification[] {
  const selection = { source: 'dothi-selection' } as const;
  const measure = { source: 'dothi-measure' } as const;
  return [
    {
      id: 'dothi-selection-fill',
      type: 'fill',
      ...selection,
      filter: ['==', ['geometry-type'], 'Polygon'],
      paint: { 'fill-color': SELECT, 'fill-opacity': 0.22 },
    },
    {
      id: 'dothi-selection-halo',
      type: 'line',
      ...selection,
      layout: { 'line-join': 'round', 'line-cap': 'round' },
      paint: { 'line-color': '#ffffff', 'line-width': 6, 'line-opacity': 0.85 },
    },
    {
      id: 'dothi-selection-line',
      type: 'line',
      ...selection,
      layout: { 'line-join': 'round', 'line-cap': 'round' },
      paint: { 'line-color': SELECT, 'line-width': 3 },
    },
    {
      id: 'dothi-selection-point',
      type: 'circle',
      ...selection,
      filter: ['==', ['geometry-type'], 'Point'],
      paint: {
        'circle-radius': 9,
        'circle-color': SELECT,
        'circle-opacity': 0.25,
        'circle-stroke-color': SELECT,
        'circle-stroke-width': 3,
      },
    },
    {
      id: 'dothi-measure-fill',
      type: 'fill',
      ...measure,
      filter: ['==', ['geometry-type'], 'Polygon'],
      paint: { 'fill-color': DRAW, 'fill-opacity': 0.15 },
    },
    {
      id: 'dothi-measure-halo',
      type: 'line',
      ...measure,
      filter: ['==', ['geometry-type'], 'LineString'],
      layout: { 'line-join': 'round', 'line-cap': 'round' },
      paint: { 'line-color': '#ffffff', 'line-width': 5, 'line-opacity': 0.8 },
    },
    {
      id: 'dothi-measure-line',
      type: 'line',
      ...measure,
      filter: ['==', ['geometry-type'], 'LineString'],
      layout: { 'line-join': 'round', 'line-cap': 'round' },
      paint: { 'line-color': DRAW, 'line-width': 2.5, 'line-dasharray': [2, 1.2] },
    },
    {
      id: 'dothi-measure-point',
      type: 'circle',
      ...measure,
      filter: ['==', ['geometry-type'], 'Point'],
      paint: {
        'circle-radius': 4.5,
        'circle-color': '#ffffff',
        'circle-stroke-color': DRAW,
        'circle-stroke-width': 2.5,
      },
    },
    {
      id: 'dothi-locate-accuracy',
      type: 'fill',
      source: 'dothi-locate',
      filter: ['==', ['geometry-type'], 'Polygon'],
      paint: { 'fill-color': '#1c7ed6', 'fill-opacity': 0.14 },
    },
    {
      id: 'dothi-locate-point',
      type: 'circle',
      source: 'dothi-locate',
      filter: ['==', ['geometry-type'], 'Point'],
      paint: {
        'circle-radius': 7,
        'circle-color': '#1c7ed6',
        'circle-stroke-color': '#ffffff',
        'circle-stroke-width': 3,
      },
    },
  ];
}
