/** Things on the map: a symbol by kind, its value beside it, its colour by alarm and quality. */

import type { GeoJSONSource, LayerSpecification, Map as MapLibreMap, PointLike } from 'maplibre-gl';

import { titled } from '../i18n/index.ts';
import { FADE, freshness } from './age.ts';
import { chiefReading, type Thing } from './model.ts';
import { kindOf } from './roles.ts';
import { symbolFor } from './symbols.ts';
import { LOOKS, agoText, alarmText, resultText, toneOf } from './tone.ts';
import { w } from './words.ts';

const SOURCE = 'dothi-live';
const SYMBOLS = 'dothi-live-symbols';
/** How far from a symbol a finger may land. */
const REACH_PX = 6;
/** First zooms with a value and with a name beside the symbol. */
const VALUE_ZOOM = 10.5;
const NAME_ZOOM = 13;

export interface Moment {
  /** Epoch milliseconds. */
  readonly now: number;
  /** Whether the connection is lost. */
  readonly stale: boolean;
  /** The thing whose page is open. */
  readonly chosen: number | undefined;
}

/** Draws what a store holds. */
export class LiveLayer {
  private readonly map: MapLibreMap;
  private isThere = false;

  constructor(map: MapLibreMap) {
    this.map = map;
  }

  draw(things: Iterable<Thing>, moment: Moment): void {
    this.add();
    const zoom = this.map.getZoom();
    const seen = [...things].filter(({ role }) => kindOf(role).minZoom <= zoom);
    const features = seen.map((thing) => featureOf(this.map, thing, moment));
    void this.map.getSource<GeoJSONSource>(SOURCE)?.setData({ type: 'FeatureCollection', features });
  }

  remove(): void {
    if (!this.isThere) return;
    this.isThere = false;
    for (const { id } of layers()) this.map.removeLayer(id);
    this.map.removeSource(SOURCE);
  }

  /** The things under a point of the screen, topmost first. */
  at({ x, y }: { readonly x: number; readonly y: number }): number[] {
    if (!this.isThere) return [];
    const box: [PointLike, PointLike] = [[x - REACH_PX, y - REACH_PX], [x + REACH_PX, y + REACH_PX]];
    const found = this.map.queryRenderedFeatures(box, { layers: [SYMBOLS] });
    return [...new Set(found.map(({ properties }) => Number(properties.thing)))];
  }

  private add(): void {
    if (this.isThere) return;
    this.isThere = true;
    this.map.addSource(SOURCE, { type: 'geojson', data: { type: 'FeatureCollection', features: [] } });
    for (const layer of layers()) this.map.addLayer(layer);
  }
}

function featureOf(map: MapLibreMap, thing: Thing, { now, stale, chosen }: Moment): GeoJSON.Feature {
  const reading = chiefReading(thing);
  const tone = toneOf(reading);
  const kind = kindOf(thing.role);
  // What is wrong is read from farther away than what is as it should be.
  const isLabelled = tone !== 'unknown' && (LOOKS[tone].rank > LOOKS.normal.rank || map.getZoom() >= (kind.labelZoom ?? 0));
  const fresh = freshness(reading?.time, reading?.interval_s, now);
  const isOld = fresh === 'old' || fresh === 'silent';
  const age = isOld && reading?.time !== undefined ? agoText(reading.time, now) : '';
  // Without words the dashed rim tells that it is simulated.
  const notes = !isLabelled ? [] : [alarmIn(tone, reading ? alarmText(reading) : ''), age, thing.simulated ? w('mark.simulated') : ''];
  return {
    type: 'Feature',
    geometry: { type: 'Point', coordinates: [thing.place[0], thing.place[1]] },
    properties: {
      thing: thing.id,
      chosen: thing.id === chosen,
      icon: symbolFor(map, { role: thing.role, tone, simulated: thing.simulated, stale }),
      fade: stale ? 0.6 : FADE[fresh],
      halo: tone.startsWith('alarm') && !stale ? LOOKS[tone].fill : '',
      rank: LOOKS[tone].rank,
      size: (kind.size ?? 1) * (tone === 'unknown' ? 0.7 : 1),
      value: reading && isLabelled ? resultText(reading.result, reading.unit) : '',
      notes: notes.filter(Boolean).join(' · '),
      name: isLabelled ? titled(thing.name) : '',
    },
  };
}

const alarmIn = (tone: string, words: string): string => (tone.startsWith('alarm') ? words : '');

function layers(): LayerSpecification[] {
  const value = ['format', ['get', 'value'], { 'text-font': ['literal', ['Be Vietnam Pro SemiBold']] }];
  const small = { 'font-scale': 0.82 };
  const notes = ['case', ['==', ['get', 'notes'], ''], '', ['concat', '\n', ['get', 'notes']]];
  return [
    {
      id: 'dothi-live-halo',
      type: 'circle',
      source: SOURCE,
      filter: ['!=', ['get', 'halo'], ''],
      paint: {
        'circle-radius': 21,
        'circle-color': ['get', 'halo'],
        'circle-opacity': ['*', 0.26, ['get', 'fade']],
        'circle-stroke-width': 1,
        'circle-stroke-color': ['get', 'halo'],
        'circle-stroke-opacity': ['*', 0.5, ['get', 'fade']],
      },
    },
    {
      id: 'dothi-live-chosen',
      type: 'circle',
      source: SOURCE,
      filter: ['get', 'chosen'],
      paint: { 'circle-radius': 20, 'circle-opacity': 0, 'circle-stroke-width': 3.5, 'circle-stroke-color': '#d9480f' },
    },
    {
      id: 'dothi-live-values',
      type: 'symbol',
      source: SOURCE,
      minzoom: VALUE_ZOOM,
      layout: {
        'text-field': [
          'step', ['zoom'],
          [...value, notes, small],
          NAME_ZOOM,
          [...value, notes, small, ['case', ['==', ['get', 'name'], ''], '', ['concat', '\n', ['get', 'name']]], small],
        ] as never,
        'text-font': ['Be Vietnam Pro'],
        'text-size': 13,
        'text-anchor': 'left',
        'text-justify': 'left',
        'text-offset': [1.35, 0],
        'text-line-height': 1.15,
        'text-max-width': 14,
        'symbol-sort-key': ['-', 0, ['get', 'rank']],
      },
      paint: {
        'text-color': '#14282a',
        'text-halo-color': 'rgba(255,255,255,0.94)',
        'text-halo-width': 1.8,
        'text-opacity': ['max', 0.7, ['get', 'fade']],
      },
    },
    {
      id: SYMBOLS,
      type: 'symbol',
      source: SOURCE,
      layout: {
        'icon-image': ['get', 'icon'],
        'icon-size': ['interpolate', ['linear'], ['zoom'], 7, ['*', 0.6, ['get', 'size']], 11, ['*', 0.85, ['get', 'size']], 14, ['get', 'size']],
        'icon-allow-overlap': true,
        'icon-ignore-placement': true,
        'symbol-sort-key': ['get', 'rank'],
      },
      paint: { 'icon-opacity': ['get', 'fade'] },
    },
  ];
}
