/** What moves through the city, such as buses: an arrow along its heading. */

import type { GeoJSONSource, LayerSpecification, Map as MapLibreMap } from 'maplibre-gl';

import type { Vehicle } from './model.ts';

const SOURCE = 'dothi-live-vehicles';
const ARROW = 'dothi-live-arrow';
/** One that has said nothing for so long is no longer there. */
const GONE_MS = 10 * 60_000;
const FADED_MS = 2 * 60_000;

/** Keeps vehicles by their identifiers and draws them. */
export class Vehicles {
  private readonly map: MapLibreMap;
  private known = new Map<number, Vehicle>();
  private isThere = false;

  constructor(map: MapLibreMap) {
    this.map = map;
  }

  /** Takes over new positions; those of the others stay. */
  hear(vehicles: readonly Vehicle[]): void {
    for (const vehicle of vehicles) {
      const before = this.known.get(vehicle.thing);
      if ((before?.time ?? -Infinity) > (vehicle.time ?? Infinity)) continue;
      // A position may come without what does not change.
      this.known.set(vehicle.thing, { ...vehicle, name: vehicle.name || (before?.name ?? ''), simulated: vehicle.simulated || (before?.simulated ?? false) });
    }
  }

  draw(now: number, stale: boolean): void {
    this.add();
    const features = [...this.known.values()].flatMap((vehicle): GeoJSON.Feature[] => {
      const age = now - (vehicle.time ?? now);
      if (age > GONE_MS) return [];
      return [{
        type: 'Feature',
        geometry: { type: 'Point', coordinates: [vehicle.place[0], vehicle.place[1]] },
        properties: {
          thing: vehicle.thing,
          name: vehicle.name,
          heading: vehicle.heading ?? 0,
          fade: stale || age > FADED_MS ? 0.45 : 1,
        },
      }];
    });
    void this.map.getSource<GeoJSONSource>(SOURCE)?.setData({ type: 'FeatureCollection', features });
  }

  remove(): void {
    this.known.clear();
    if (!this.isThere) return;
    this.isThere = false;
    this.map.removeLayer(ARROW);
    this.map.removeSource(SOURCE);
  }

  /** The things under a point of the screen. */
  at({ x, y }: { readonly x: number; readonly y: number }): number[] {
    if (!this.isThere) return [];
    const found = this.map.queryRenderedFeatures([[x - 5, y - 5], [x + 5, y + 5]], { layers: [ARROW] });
    return found.map(({ properties }) => Number(properties.thing));
  }

  private add(): void {
    if (this.isThere) return;
    this.isThere = true;
    if (!this.map.hasImage(ARROW)) {
      const picture = arrow();
      if (picture) this.map.addImage(ARROW, picture, { pixelRatio: 2 });
    }
    this.map.addSource(SOURCE, { type: 'geojson', data: { type: 'FeatureCollection', features: [] } });
    // Stations that warn stand above buses.
    this.map.addLayer(layer(), this.map.getLayer('dothi-live-halo') ? 'dothi-live-halo' : undefined);
  }
}

function layer(): LayerSpecification {
  return {
    id: ARROW,
    type: 'symbol',
    source: SOURCE,
    layout: {
      'icon-image': ARROW,
      'icon-rotate': ['get', 'heading'],
      'icon-rotation-alignment': 'map',
      'icon-allow-overlap': true,
      'icon-ignore-placement': true,
      'icon-size': ['interpolate', ['linear'], ['zoom'], 10, 0.6, 15, 1],
      'text-field': ['step', ['zoom'], '', 14, ['get', 'name']],
      'text-font': ['Be Vietnam Pro'],
      'text-size': 11,
      'text-anchor': 'top',
      'text-offset': [0, 1],
      'text-optional': true,
    },
    paint: {
      'icon-opacity': ['get', 'fade'],
      'text-color': '#243c8f',
      'text-halo-color': '#ffffff',
      'text-halo-width': 1.5,
    },
  };
}

function arrow(): ImageData | undefined {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 52;
  const pen = canvas.getContext('2d');
  if (!pen) return undefined;
  pen.scale(2, 2);
  pen.lineJoin = 'round';
  const shape = new Path2D('M13 3 20.5 22 13 18 5.5 22Z');
  pen.strokeStyle = '#ffffff';
  pen.lineWidth = 4;
  pen.stroke(shape);
  pen.fillStyle = '#3451b2';
  pen.fill(shape);
  return pen.getImageData(0, 0, canvas.width, canvas.height);
}
