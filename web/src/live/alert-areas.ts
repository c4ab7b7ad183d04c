/** The areas of active alerts on the map. */

import type { GeoJSONSource, LayerSpecification, Map as MapLibreMap } from 'maplibre-gl';

import { boundsOf } from '../geo/bounds.ts';
import { titled } from '../i18n/index.ts';
import type { Alert, Severity } from './model.ts';

const SOURCE = 'dothi-alerts';

/** By CAP severity. */
export const SEVERITY_COLORS: Readonly<Record<Severity, string>> = {
  extreme: '#86198f',
  severe: '#c92a2a',
  moderate: '#e8590c',
  minor: '#b98900',
  unknown: '#5c6b6e',
};

/** Draws alerts, below the stations where these are drawn. */
export class AlertAreas {
  private readonly map: MapLibreMap;

  constructor(map: MapLibreMap) {
    this.map = map;
  }

  draw(alerts: readonly Alert[]): void {
    const features = alerts.flatMap((alert): GeoJSON.Feature[] => {
      if (!alert.area || alert.state === 'cleared') return [];
      const color = SEVERITY_COLORS[alert.severity];
      const properties = { id: alert.id, color, name: '' };
      const area: GeoJSON.Feature = { type: 'Feature', geometry: alert.area, properties };
      const box = boundsOf(alert.area);
      if (!box) return [area];
      // The name hangs from the northern rim: in the middle stand the stations.
      const geometry: GeoJSON.Point = { type: 'Point', coordinates: [(box[0] + box[2]) / 2, box[3]] };
      return [area, { type: 'Feature', geometry, properties: { ...properties, name: titled(alert.headline) } }];
    });
    if (!this.map.getSource(SOURCE)) {
      if (!features.length) return;
      this.add();
    }
    void this.map.getSource<GeoJSONSource>(SOURCE)?.setData({ type: 'FeatureCollection', features });
  }

  /** The alert whose area lies under a point of the screen; only its rim counts where it is large. */
  at({ x, y }: { readonly x: number; readonly y: number }): string | undefined {
    if (!this.map.getLayer('dothi-alerts-line')) return undefined;
    const found = this.map.queryRenderedFeatures([[x - 4, y - 4], [x + 4, y + 4]], { layers: ['dothi-alerts-line', 'dothi-alerts-name'] });
    const id: unknown = found[0]?.properties.id;
    return typeof id === 'string' ? id : undefined;
  }

  private add(): void {
    this.map.addSource(SOURCE, { type: 'geojson', data: { type: 'FeatureCollection', features: [] } });
    const above = this.map.getLayer('dothi-live-halo') ? 'dothi-live-halo' : undefined;
    for (const layer of layers()) this.map.addLayer(layer, above);
  }
}

function layers(): LayerSpecification[] {
  return [
    { id: 'dothi-alerts-fill', type: 'fill', source: SOURCE, paint: { 'fill-color': ['get', 'color'], 'fill-opacity': 0.13 } },
    {
      id: 'dothi-alerts-line',
      type: 'line',
      source: SOURCE,
      layout: { 'line-join': 'round' },
      paint: { 'line-color': ['get', 'color'], 'line-width': 2.5, 'line-dasharray': [3, 1.5] },
    },
    {
      id: 'dothi-alerts-point',
      type: 'circle',
      source: SOURCE,
      filter: ['all', ['==', ['geometry-type'], 'Point'], ['==', ['get', 'name'], '']],
      paint: { 'circle-radius': 24, 'circle-color': ['get', 'color'], 'circle-opacity': 0.13, 'circle-stroke-color': ['get', 'color'], 'circle-stroke-width': 2 },
    },
    {
      id: 'dothi-alerts-name',
      type: 'symbol',
      source: SOURCE,
      minzoom: 10,
      filter: ['!=', ['get', 'name'], ''],
      layout: {
        'text-field': ['get', 'name'],
        'text-font': ['Be Vietnam Pro SemiBold'],
        'text-size': 12.5,
        'text-max-width': 16,
        'text-anchor': 'top',
        'text-offset': [0, 0.4],
      },
      paint: { 'text-color': ['get', 'color'], 'text-halo-color': '#ffffff', 'text-halo-width': 1.8 },
    },
  ];
}
