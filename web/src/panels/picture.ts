/** The map as a picture for paper. */

import { Map as MapLibreMap } from 'maplibre-gl';

import type { Place } from '../app.ts';
import { isInternal } from '../api/http.ts';
import type { Bbox } from '../api/types.ts';
import { freeRoom } from '../map/frame.ts';
import { h } from '../ui/dom.ts';
import { formatScale } from '../coords/format.ts';
import { lang, t } from '../i18n/index.ts';
import { icon } from '../ui/icons.ts';
import { barText, metresPerPixel, roundLength } from './readout.ts';

/** Points of the picture to a CSS pixel: 2 gives 192 to the inch. */
const SHARPNESS = 2;
const PATIENCE_MS = 30_000;
export const PX_PER_MM = 96 / 25.4;
const PIXEL_M = 0.0254 / 96;
/** The scale bar is this long at most, CSS pixels. */
const BAR_PX = 180;

export interface PictureOptions {
  /** What is shown; the map's own view where it is left out. */
  readonly box?: Bbox | undefined;
  /** So much larger than on the screen, in zooms. */
  readonly closer?: number;
  /** What requests for what is internal carry. */
  readonly headers?: (() => Readonly<Record<string, string>>) | undefined;
}

export interface Picture {
  /** A data address. */
  readonly image: string;
  /** Of ground at its middle, to a CSS pixel. */
  readonly resolution_m: number;
  readonly center: Place;
}

/** The map as it is, drawn once more in the size of the page. */
export async function pictureOf(map: MapLibreMap, width_px: number, height_px: number, { box, closer = 0, headers }: PictureOptions = {}): Promise<Picture> {
  const holder = h('div', { class: 'print-canvas', attrs: { 'aria-hidden': 'true' } });
  holder.style.width = `${width_px}px`;
  holder.style.height = `${height_px}px`;
  document.body.append(holder);
  const copy = new MapLibreMap({
    container: holder,
    style: map.getStyle(),
    ...(box
      ? { bounds: [...box], fitBoundsOptions: { padding: 12 } }
      : { center: [...middleSeen(map)], zoom: map.getZoom() + closer, bearing: map.getBearing(), pitch: map.getPitch() }),
    interactive: false,
    attributionControl: false,
    fadeDuration: 0,
    pixelRatio: SHARPNESS,
    transformRequest: (address) => (isInternal(address) ? { url: address, headers: { ...headers?.() } } : { url: address }),
    canvasContextAttributes: { preserveDrawingBuffer: true, antialias: true },
  });
  // Symbols that the page has drawn itself are not in the style.
  copy.on('styleimagemissing', ({ id }) => {
    if (!map.hasImage(id) || copy.hasImage(id)) return;
    const image = map.getImage(id);
    copy.addImage(id, image.data, { pixelRatio: image.pixelRatio, sdf: image.sdf });
  });
  try {
    await new Promise<void>((resolve, reject) => {
      copy.once('idle', () => resolve());
      setTimeout(() => reject(new Error('the print took too long')), PATIENCE_MS);
    });
    const { lng, lat } = copy.getCenter();
    return { image: copy.getCanvas().toDataURL('image/png'), resolution_m: metresPerPixel(copy), center: [lng, lat] };
  } finally {
    copy.remove();
    holder.remove();
  }
}

/** Where north is on paper. */
export function northArrow(bearing: number): HTMLElement {
  const arrow = h('div', { class: 'print-north' }, icon('north'), h('span', {}, t('print.north')));
  arrow.style.transform = `rotate(${-bearing}deg)`;
  return arrow;
}

/** A bar of a round length, and the scale of the map on this paper. */
export function scaleOf({ resolution_m }: Picture): HTMLElement {
  const length = roundLength(BAR_PX * resolution_m);
  const bar = h('span', { class: 'scale-bar' }, barText(length));
  bar.style.width = `${length / resolution_m / PX_PER_MM}mm`;
  return h('div', { class: 'print-scale' }, bar, h('p', {}, `${t('print.scale')} ${formatScale(resolution_m / PIXEL_M, lang())}`));
}

/** The middle of what the panels leave free: that is what somebody looks at. */
function middleSeen(map: MapLibreMap): Place {
  const { top, right, bottom, left } = freeRoom(0);
  const { clientWidth, clientHeight } = map.getContainer();
  const { lng, lat } = map.unproject([(left + clientWidth - right) / 2, (top + clientHeight - bottom) / 2]);
  return [lng, lat];
}
