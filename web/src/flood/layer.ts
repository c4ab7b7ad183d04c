/** Runs on the map: pictures of the water, and what it hits. */

import type { GeoJSONSource, LayerSpecification, Map as MapLibreMap } from 'maplibre-gl';

import type { App } from '../app.ts';
import { isInternal } from '../api/http.ts';
import type { Bbox } from '../api/types.ts';
import { bearer } from '../live/rights.ts';
import { OVERLAYS_START } from '../map/apply.ts';

/** Frames that are kept on the map: that of now, and the next ones, so that they come without a gap. */
const AHEAD = 3;
const PICTURE = 'dothi-flood-';
const THINGS = 'dothi-flood-things';
/** The server answers any zoom; finer tiles than these show nothing new of cells of metres. */
const ZOOMS = { minzoom: 6, maxzoom: 19 } as const;

/** What a picture is made of: an address of tiles, and where there are some. */
export interface Picture {
  readonly tiles: string;
  readonly bbox: Bbox | undefined;
}

/** What vector results show. */
export type Things = 'roads' | 'manholes' | 'ways' | 'facilities' | 'buildings' | 'area' | 'deepest';

export class FloodLayer {
  private readonly app: App;
  /** Addresses of the tiles that are on the map, by the number of their source. */
  private readonly pictures = new Map<string, number>();
  private count = 0;
  private shown = '';
  opacity = 1;

  constructor(app: App) {
    this.app = app;
    // The list of layers puts its own order anew; the water then goes back to its place.
    app.stack.onChange(() => this.place());
  }

  /** Shows a picture, and has the next ones ready. */
  show(picture: Picture, next: readonly Picture[] = []): void {
    const { map } = this.app;
    const wanted = [picture, ...next.slice(0, AHEAD)];
    for (const [tiles, number] of this.pictures) {
      const isWanted = wanted.some((each) => each.tiles === tiles);
      // The picture before stays until the new one is there.
      if (isWanted || tiles === this.shown) continue;
      this.pictures.delete(tiles);
      removePicture(map, number);
    }
    for (const each of wanted) this.add(each);
    const before = this.shown;
    this.shown = picture.tiles;
    this.paint(before);
  }

  /** Whether the tiles of a picture have come. */
  isReady({ tiles }: Picture): boolean {
    const number = this.pictures.get(tiles);
    return number !== undefined && this.app.map.isSourceLoaded(`${PICTURE}${number}`);
  }

  setOpacity(opacity: number): void {
    this.opacity = opacity;
    this.paint(this.shown);
  }

  /** Takes all pictures and things away. */
  clear(): void {
    for (const number of this.pictures.values()) removePicture(this.app.map, number);
    this.pictures.clear();
    this.shown = '';
    for (const { id } of thingLayers()) if (this.app.map.getLayer(id)) this.app.map.removeLayer(id);
    if (this.app.map.getSource(THINGS)) this.app.map.removeSource(THINGS);
    this.things.clear();
  }

  private readonly things = new Map<Things, readonly GeoJSON.Feature[]>();

  /** Whether anything of a kind is drawn. */
  has(kind: Things): boolean {
    return (this.things.get(kind)?.length ?? 0) > 0;
  }

  /** Draws features of a kind; none takes them away. */
  draw(kind: Things, features: readonly GeoJSON.Feature[]): void {
    const { map } = this.app;
    this.things.set(kind, features.map((each) => ({ ...each, properties: { ...each.properties, kind } })));
    if (!map.getSource(THINGS)) {
      map.addSource(THINGS, { type: 'geojson', data: { type: 'FeatureCollection', features: [] } });
      const above = map.getLayer(OVERLAYS_START) ? OVERLAYS_START : undefined;
      for (const layer of thingLayers()) map.addLayer(layer, above);
    }
    const all = [...this.things.values()].flat();
    void map.getSource<GeoJSONSource>(THINGS)?.setData({ type: 'FeatureCollection', features: all });
  }

  private add({ tiles, bbox }: Picture): void {
    if (this.pictures.has(tiles)) return;
    this.count += 1;
    this.pictures.set(tiles, this.count);
    const id = `${PICTURE}${this.count}`;
    this.app.map.addSource(id, {
      type: 'raster', tiles: [tiles], tileSize: 512, ...ZOOMS, ...(bbox ? { bounds: [...bbox] } : {}),
    });
    // What is to come loads while nobody sees it.
    const paint = { 'raster-opacity': 0, 'raster-fade-duration': 0, 'raster-resampling': 'nearest' as const, 'raster-opacity-transition': { duration: 0 } };
    this.app.map.addLayer({ id, type: 'raster', source: id, paint }, this.above());
  }

  /** The picture of now is seen; that before only while the new one's tiles are coming. */
  private paint(before: string): void {
    const { map } = this.app;
    for (const [tiles, number] of this.pictures) {
      const isSeen = tiles === this.shown || tiles === before;
      map.setPaintProperty(`${PICTURE}${number}`, 'raster-opacity', isSeen ? this.opacity : 0);
    }
    if (before === this.shown || !before) return;
    const drop = (): void => {
      const number = this.pictures.get(before);
      if (number !== undefined && this.shown !== before) map.setPaintProperty(`${PICTURE}${number}`, 'raster-opacity', 0);
    };
    if (this.isReady({ tiles: this.shown, bbox: undefined })) drop();
    else map.once('idle', drop);
  }

  private place(): void {
    const above = this.above();
    for (const number of this.pictures.values()) {
      const id = `${PICTURE}${number}`;
      if (this.app.map.getLayer(id)) this.app.map.moveLayer(id, above);
    }
  }

  /** The first of the labels and of what stands up, which stay above the water. */
  private above(): string | undefined {
    const order = this.app.map.getLayersOrder();
    const end = order.indexOf(OVERLAYS_START);
    const own = order.slice(0, end < 0 ? order.length : end).filter((id) => !id.startsWith(PICTURE));
    const isGround = (id: string): boolean => {
      const type = this.app.map.getLayer(id)?.type;
      return type !== 'symbol' && type !== 'fill-extrusion';
    };
    return own[own.findLastIndex(isGround) + 1] ?? (end < 0 ? undefined : OVERLAYS_START);
  }
}

/** Tiles of runs and of the nowcast are internal: they are asked for with the token of who is on duty. */
export function allowTiles(map: MapLibreMap): void {
  const isOurs = (address: string): boolean => address.startsWith(`${location.origin}/`) && isInternal(address);
  map.setTransformRequest((address) => (isOurs(address) ? { url: address, headers: { ...bearer() } } : { url: address }));
}

function removePicture(map: MapLibreMap, number: number): void {
  const id = `${PICTURE}${number}`;
  if (map.getLayer(id)) map.removeLayer(id);
  if (map.getSource(id)) map.removeSource(id);
}

/** Layers of a style that belong to runs. */
export function isFloodLayer(id: string): boolean {
  return id.startsWith(PICTURE);
}

function thingLayers(): LayerSpecification[] {
  const of = (kind: Things): ['==', ['get', string], string] => ['==', ['get', 'kind'], kind];
  const small = { 'text-font': ['Be Vietnam Pro SemiBold'], 'text-size': 12, 'text-offset': [0, 1.1], 'text-anchor': 'top', 'text-max-width': 12 } as const;
  const depth = ['step', ['coalesce', ['get', 'depth_m'], 0], '#9aa7a8', 0.05, '#7fbdf0', 0.3, '#3f93dd', 0.5, '#1d63bd', 1, '#45207f'];
  return [
    { id: 'dothi-flood-things-area', type: 'line', source: THINGS, filter: of('area'), paint: { 'line-color': '#0b4f8a', 'line-width': 2, 'line-dasharray': [3, 2] } },
    { id: 'dothi-flood-things-buildings', type: 'fill', source: THINGS, filter: ['all', of('buildings'), ['==', ['geometry-type'], 'Polygon']], paint: { 'fill-color': depth as never, 'fill-outline-color': '#0b2a4a' } },
    { id: 'dothi-flood-things-ways', type: 'line', source: THINGS, filter: of('ways'), layout: { 'line-cap': 'round', 'line-join': 'round' }, paint: { 'line-color': '#12854a', 'line-width': 3, 'line-dasharray': [1.5, 1.5] } },
    { id: 'dothi-flood-things-roads-halo', type: 'line', source: THINGS, filter: of('roads'), layout: { 'line-cap': 'round', 'line-join': 'round' }, paint: { 'line-color': '#ffffff', 'line-width': 6 } },
    { id: 'dothi-flood-things-roads', type: 'line', source: THINGS, filter: of('roads'), layout: { 'line-cap': 'round', 'line-join': 'round' }, paint: { 'line-color': '#c92a2a', 'line-width': 3.5 } },
    {
      id: 'dothi-flood-things-facilities', type: 'circle', source: THINGS, filter: of('facilities'),
      paint: { 'circle-radius': 7, 'circle-color': ['case', ['get', 'wet'], '#c92a2a', '#0b7a75'], 'circle-stroke-color': '#ffffff', 'circle-stroke-width': 2 },
    },
    {
      id: 'dothi-flood-things-names', type: 'symbol', source: THINGS, minzoom: 13.5, filter: of('facilities'),
      layout: { ...small, 'text-field': ['get', 'name'] } as never, paint: { 'text-color': '#14282a', 'text-halo-color': '#ffffff', 'text-halo-width': 1.6 },
    },
    {
      id: 'dothi-flood-things-manholes', type: 'circle', source: THINGS, filter: of('manholes'),
      paint: { 'circle-radius': ['interpolate', ['linear'], ['get', 'returned_m3'], 0, 4, 200, 10], 'circle-color': '#d9480f', 'circle-stroke-color': '#ffffff', 'circle-stroke-width': 1.5 },
    },
    {
      id: 'dothi-flood-things-manhole-names', type: 'symbol', source: THINGS, minzoom: 16, filter: of('manholes'),
      layout: { ...small, 'text-field': ['get', 'name'] } as never, paint: { 'text-color': '#8a2d08', 'text-halo-color': '#ffffff', 'text-halo-width': 1.6 },
    },
    {
      id: 'dothi-flood-things-deepest', type: 'circle', source: THINGS, filter: of('deepest'),
      paint: { 'circle-radius': 6, 'circle-color': '#45207f', 'circle-stroke-color': '#ffffff', 'circle-stroke-width': 2 },
    },
    {
      id: 'dothi-flood-things-deepest-name', type: 'symbol', source: THINGS, filter: of('deepest'),
      layout: { ...small, 'text-field': ['get', 'name'] } as never, paint: { 'text-color': '#45207f', 'text-halo-color': '#ffffff', 'text-halo-width': 1.8 },
    },
  ];
}
