/** The gauges of the forecast on the map, each with its level at the time that is looked at. */

import type { GeoJSONSource, LayerSpecification, Map as MapLibreMap } from 'maplibre-gl';

import { formatNumber } from '../../coords/format.ts';
import { lang } from '../../i18n/index.ts';
import { LOOKS } from '../../live/tone.ts';
import { OVERLAYS_START } from '../../map/apply.ts';
import { alarmsPassed, type Gauge } from './model.ts';

/** Named as the flood part's layers are, so that pictures of the water lie beneath it. */
const SOURCE = 'dothi-flood-gauges';
const LEFT_OUT = LOOKS.bad.fill;

export class Dots {
  private readonly map: MapLibreMap;

  constructor(map: MapLibreMap) {
    this.map = map;
  }

  /** Draws the gauges with their levels at one of the times. */
  draw(gauges: readonly Gauge[], lead: number): void {
    const { map } = this;
    if (!map.getSource(SOURCE)) {
      map.addSource(SOURCE, { type: 'geojson', data: { type: 'FeatureCollection', features: [] } });
      const above = map.getLayer(OVERLAYS_START) ? OVERLAYS_START : undefined;
      for (const layer of layers()) map.addLayer(layer, above);
    }
    const features = gauges.flatMap((gauge) => featureOf(gauge, lead) ?? []);
    void map.getSource<GeoJSONSource>(SOURCE)?.setData({ type: 'FeatureCollection', features });
  }

  clear(): void {
    for (const { id } of layers()) if (this.map.getLayer(id)) this.map.removeLayer(id);
    if (this.map.getSource(SOURCE)) this.map.removeSource(SOURCE);
  }
}

/** The colour of so many alarm levels that are reached. */
export function alarmColor(passed: number): string {
  const tone = (['normal', 'alarm1', 'alarm2', 'alarm3'] as const)[Math.min(3, passed)] ?? 'normal';
  return LOOKS[tone].fill;
}

function featureOf(gauge: Gauge, lead: number): GeoJSON.Feature | undefined {
  const level = gauge.band.middle[lead];
  if (!gauge.at) return undefined;
  const words = level === undefined ? gauge.name : `${formatNumber(level, 2, lang())} m`;
  const color = gauge.isLeftOut ? LEFT_OUT : alarmColor(alarmsPassed(gauge, level));
  return { type: 'Feature', geometry: { type: 'Point', coordinates: [...gauge.at] }, properties: { words, color } };
}

function layers(): LayerSpecification[] {
  return [
    {
      id: SOURCE, type: 'circle', source: SOURCE,
      paint: { 'circle-radius': 8, 'circle-color': ['get', 'color'], 'circle-stroke-color': '#ffffff', 'circle-stroke-width': 2.5 },
    },
    {
      id: `${SOURCE}-levels`, type: 'symbol', source: SOURCE,
      layout: {
        'text-field': ['get', 'words'], 'text-font': ['Be Vietnam Pro SemiBold'], 'text-size': 13,
        // Names of alerts stand around gauges, too: the level goes where there is room.
        'text-variable-anchor': ['bottom', 'right', 'left', 'top'], 'text-radial-offset': 0.9, 'text-max-width': 11,
      },
      paint: { 'text-color': '#14282a', 'text-halo-color': '#ffffff', 'text-halo-width': 1.8 },
    },
  ];
}
