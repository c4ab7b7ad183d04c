/** A second map over the first, cut at a line that can be moved: one run left of it, another right. */

import { Map as MapLibreMap, type RasterTileSource, type StyleSpecification } from 'maplibre-gl';

import type { App } from '../app.ts';
import { h } from '../ui/dom.ts';
import { isFloodLayer, type Picture } from './layer.ts';
import { w } from './words.ts';

const STEP = 0.02;

export interface Swipe {
  /** Shows another picture on the right. */
  show(picture: Picture): void;
  stop(): void;
}

/** Begins to compare; `transform` gives requests the rights that they need. */
export function swipe(app: App, picture: Picture, names: readonly [string, string], opacity: number, headers: () => Readonly<Record<string, string>>): Swipe {
  const { map } = app;
  const container = h('div', { class: 'swipe-map', attrs: { 'aria-hidden': 'true' } });
  const handle = h('div', {
    class: 'swipe-handle',
    attrs: { role: 'slider', tabindex: 0, 'aria-label': w('compare.handle'), 'aria-valuemin': 0, 'aria-valuemax': 100 },
  });
  const [left, right] = names.map((name, i) => h('span', { class: `swipe-name ${i ? 'right' : 'left'}` }, name));
  handle.append(...[left, right].filter((each) => each !== undefined));
  map.getContainer().after(container, handle);
  const other = new MapLibreMap({
    container,
    style: styleWith(map.getStyle(), picture, opacity),
    center: map.getCenter(),
    zoom: map.getZoom(),
    bearing: map.getBearing(),
    pitch: map.getPitch(),
    interactive: false,
    attributionControl: false,
    pixelRatio: map.getPixelRatio(),
    maxPitch: 80,
    maxZoom: 22,
    transformRequest: (address) => ({ url: address, ...(address.includes('/jobs/') ? { headers: { ...headers() } } : {}) }),
  });
  // Symbols that the first map was given by hand are not in a style.
  other.on('styleimagemissing', () => undefined);
  const follow = (): void => {
    other.jumpTo({ center: map.getCenter(), zoom: map.getZoom(), bearing: map.getBearing(), pitch: map.getPitch() });
  };
  map.on('move', follow);
  let share = 0.5;
  const put = (next: number): void => {
    share = Math.min(0.98, Math.max(0.02, next));
    const percent = `${(share * 100).toFixed(2)}%`;
    container.style.clipPath = `inset(0 0 0 ${percent})`;
    handle.style.left = percent;
    handle.setAttribute('aria-valuenow', String(Math.round(share * 100)));
  };
  const pull = (event: PointerEvent): void => put(event.clientX / window.innerWidth);
  handle.addEventListener('pointerdown', (event) => {
    event.preventDefault();
    handle.setPointerCapture(event.pointerId);
    handle.addEventListener('pointermove', pull);
  });
  handle.addEventListener('pointerup', () => handle.removeEventListener('pointermove', pull));
  handle.addEventListener('keydown', (event) => {
    const step = { ArrowLeft: -STEP, ArrowRight: STEP }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    put(share + step);
  });
  // The middle of what the panels leave free.
  const side = document.querySelector('.side')?.getBoundingClientRect().right ?? 0;
  put(side > 0 && side < window.innerWidth * 0.6 ? (side + window.innerWidth) / 2 / window.innerWidth : 0.5);
  return {
    show: (next) => {
      other.getSource<RasterTileSource>('dothi-flood-other')?.setTiles([next.tiles]);
    },
    stop: () => {
      map.off('move', follow);
      other.remove();
      container.remove();
      handle.remove();
    },
  };
}

/** The map's style with another picture of water in the place of its own. */
function styleWith(style: StyleSpecification, { tiles, bbox }: Picture, opacity: number): StyleSpecification {
  const first = style.layers.findIndex(({ id }) => isFloodLayer(id));
  const isPlain = (id: string): boolean => !isFloodLayer(id) && !id.startsWith('dothi-live') && !id.startsWith('dothi-alerts');
  const [below, above] = [style.layers.slice(0, first), style.layers.slice(first)].map((part) => part.filter(({ id }) => isPlain(id)));
  const picture = {
    id: 'dothi-flood-other',
    type: 'raster' as const,
    source: 'dothi-flood-other',
    paint: { 'raster-opacity': opacity, 'raster-fade-duration': 0, 'raster-resampling': 'nearest' as const },
  };
  return {
    ...style,
    sources: {
      ...style.sources,
      'dothi-flood-other': { type: 'raster', tiles: [tiles], tileSize: 512, minzoom: 6, maxzoom: 19, ...(bbox ? { bounds: [...bbox] } : {}) },
    },
    layers: [...(below ?? []), picture, ...(above ?? [])],
  };
}
