import type {
  LayerSpecification,
  Map as MapLibreMap,
  SourceSpecification,
  StyleSpecification,
} from 'maplibre-gl';

import type { Collection } from '../api/types.ts';
import { collectionOf } from '../layers/stack.ts';
import { sunAt, vietnamToday, type Sun } from './sun.ts';

/** How much heights are stretched when the terrain stands up. */
export const EXAGGERATION = 1.5;
const DEM_SOURCE = 'dothi-dem';
const TILTED_DEG = 55;

/** Adds what stands up to the style: buildings by their heights, where the style has none yet. */
export function withBuildings3d(
  style: StyleSpecification,
  collections: readonly Collection[],
): StyleSpecification {
  const layers = style.layers.flatMap((layer): LayerSpecification[] => {
    const collection = collections.find(({ id }) => id === collectionOf(layer));
    if (collection?.role !== 'buildings' || layer.type !== 'fill') return [layer];
    const has3d = style.layers.some(
      (each) => each.type === 'fill-extrusion' && collectionOf(each) === collection.id,
    );
    return has3d ? [layer] : [layer, extrusionOf(layer, collection)];
  });
  return { ...style, layers };
}

function extrusionOf(
  flat: Extract<LayerSpecification, { type: 'fill' }>,
  collection: Collection,
): LayerSpecification {
  const { height = 'height', storeys = 'storeys' } = collection.columns;
  const metres = (column: string): unknown => ['to-number', ['get', column], 0];
  return {
    id: `${flat.id}-3d`,
    type: 'fill-extrusion',
    source: flat.source,
    ...(flat['source-layer'] ? { 'source-layer': flat['source-layer'] } : {}),
    ...(flat.filter ? { filter: flat.filter } : {}),
    metadata: { 'dothi:collection': collection.id },
    minzoom: 14,
    layout: { visibility: 'none' },
    paint: {
      'fill-extrusion-color': '#e9e2d6',
      // A building without a height stands one storey (3.6 m, the usual of tube houses) each.
      'fill-extrusion-height': [
        'case',
        ['>', metres(height), 0],
        metres(height),
        ['*', 3.6, ['max', 1, metres(storeys)]],
      ] as never,
      'fill-extrusion-opacity': 0.92,
      'fill-extrusion-vertical-gradient': true,
    },
  };
}

/** The third dimension: buildings that stand up, terrain, sun and sky. */
export class Scene {
  private readonly map: MapLibreMap;
  private readonly dem: SourceSpecification | undefined;
  readonly hasBuildings: boolean;
  buildings3d = false;
  terrain = false;
  /** Hour of the day in Vietnam. */
  hour = 9;

  constructor(map: MapLibreMap, style: StyleSpecification, collections: readonly Collection[]) {
    this.map = map;
    this.hasBuildings = collections.some(({ role }) => role === 'buildings');
    // Its own copy of the source: relief and shading want tiles of different zooms.
    this.dem = Object.values(style.sources).find(({ type }) => type === 'raster-dem');
  }

  get hasTerrain(): boolean {
    return this.dem !== undefined;
  }

  /** Lets buildings stand up and tilts the camera, or lays both flat. */
  setBuildings3d(on: boolean, moveCamera = true): void {
    this.buildings3d = on;
    this.light();
    if (moveCamera) this.tilt();
  }

  /** Raises the terrain. */
  setTerrain(on: boolean, moveCamera = true): void {
    if (!this.dem) return;
    this.terrain = on;
    if (on && !this.map.getSource(DEM_SOURCE)) {
      this.map.addSource(DEM_SOURCE, this.dem);
    }
    this.map.setTerrain(on ? { source: DEM_SOURCE, exaggeration: EXAGGERATION } : null);
    this.light();
    if (moveCamera) this.tilt();
  }

  /** Sets the hour whose sun lights the buildings. */
  setHour(hour: number): void {
    this.hour = hour;
    this.light();
  }

  /** Where the sun stands over the map's centre at the chosen hour. */
  sun(): Sun {
    const { lng, lat } = this.map.getCenter();
    return sunAt(vietnamToday(new Date(), this.hour), lng, lat);
  }

  private tilt(): void {
    const flat = !this.buildings3d && !this.terrain;
    if (flat) this.map.easeTo({ pitch: 0, bearing: 0, duration: 700 });
    else if (this.map.getPitch() < 20) this.map.easeTo({ pitch: TILTED_DEG, bearing: -20, duration: 900 });
  }

  private light(): void {
    if (!this.buildings3d && !this.terrain) return;
    const { azimuthDeg, altitudeDeg } = this.sun();
    const low = Math.max(0, Math.min(1, altitudeDeg / 35));
    this.map.setLight({
      anchor: 'map',
      // Distance, azimuth, angle from the zenith; never below 12° so that roofs stay readable.
      position: [1.5, azimuthDeg, 90 - Math.max(12, altitudeDeg)],
      color: mixed([255, 196, 140], [255, 255, 250], low),
      intensity: 0.16 + 0.12 * low,
    });
    this.map.setSky({
      'sky-color': mixed([116, 140, 176], [126, 184, 224], low),
      'horizon-color': mixed([250, 206, 170], [226, 240, 246], low),
      'fog-color': mixed([246, 222, 204], [238, 244, 246], low),
      'sky-horizon-blend': 0.6,
      'horizon-fog-blend': 0.7,
      'fog-ground-blend': 0.9,
      'atmosphere-blend': 0,
    });
  }
}

function mixed(from: readonly number[], to: readonly number[], share: number): string {
  return `rgb(${from.map((part, i) => Math.round(part + ((to[i] ?? part) - part) * share)).join(',')})`;
}
