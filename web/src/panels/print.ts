import { Map as MapLibreMap } from 'maplibre-gl';

import type { App, Part } from '../app.ts';
import type { Bbox } from '../api/types.ts';
import { formatMetres, formatScale } from '../coords/format.ts';
import { zoneName } from '../coords/zones.ts';
import { lang, t, titled } from '../i18n/index.ts';
import { h, refill } from '../ui/dom.ts';
import { icon } from '../ui/icons.ts';
import { notify } from '../ui/notice.ts';
import { attributionsOf, showsSynthetic } from './attribution.ts';
import { legendList } from './layer-details.ts';
import { barText, metresPerPixel, roundLength } from './readout.ts';

/** Millimetres of the map's frame on A4, inside margins of 10 mm. */
const FRAMES = {
  landscape: { width: 277, height: 150 },
  portrait: { width: 190, height: 205 },
} as const;
type Orientation = keyof typeof FRAMES;

const PX_PER_MM = 96 / 25.4;
const LEGEND_MM = 62;
/** Points of the picture to a CSS pixel: 2 gives 192 to the inch. */
const SHARPNESS = 2;
const PIXEL_M = 0.0254 / 96;
const PATIENCE_MS = 30_000;

interface Wanted {
  readonly title: string;
  readonly note: string;
  readonly orientation: Orientation;
  readonly legend: boolean;
}

/** Makes an A4 page of what the map shows. */
export function printPanel(app: App): Part {
  const title = h('input', { attrs: { type: 'text', value: titled(app.catalogue.title), id: 'print-name' } });
  const note = h('input', { attrs: { type: 'text', id: 'print-note' } });
  const legend = h('input', { attrs: { type: 'checkbox', checked: true } });
  const wide = h('input', { attrs: { type: 'radio', name: 'orientation', checked: true } });
  const tall = h('input', { attrs: { type: 'radio', name: 'orientation' } });
  const go = h(
    'button',
    { class: 'action primary', attrs: { type: 'submit' } },
    icon('print'),
    h('span', {}, t('print.go')),
  );
  const submit = async (): Promise<void> => {
    const label = go.querySelector('span');
    go.disabled = true;
    if (label) label.textContent = t('print.making');
    try {
      await print(app, {
        title: title.value,
        note: note.value,
        orientation: wide.checked ? 'landscape' : 'portrait',
        legend: legend.checked,
      });
    } catch {
      notify(t('print.failed'), 'warning');
    }
    go.disabled = false;
    if (label) label.textContent = t('print.go');
  };
  const form = h(
    'form',
    {
      class: 'stack',
      on: {
        submit: (event) => {
          event.preventDefault();
          void submit();
        },
      },
    },
    h('label', { class: 'stack tight' }, t('print.name'), title),
    h('label', { class: 'stack tight' }, t('print.note'), note),
    h(
      'fieldset',
      {},
      h('legend', {}, t('print.orientation')),
      h('label', {}, wide, t('print.landscape')),
      h('label', {}, tall, t('print.portrait')),
    ),
    h('label', { class: 'check' }, legend, t('print.legend')),
    go,
  );
  return { element: h('section', { class: 'view' }, form) };
}

async function print(app: App, wanted: Wanted): Promise<void> {
  const frame = FRAMES[wanted.orientation];
  const width_mm = frame.width - (wanted.legend ? LEGEND_MM : 0);
  const picture = await pictureOf(app.map, width_mm * PX_PER_MM, frame.height * PX_PER_MM);
  const page = await pageOf(app, wanted, picture, width_mm, frame.height);
  document.querySelector('.print-root')?.remove();
  const sheet = h('style', {}, `@page { size: A4 ${wanted.orientation}; margin: 10mm; }`);
  const root = h('div', { class: `print-root ${wanted.orientation}` }, sheet, page);
  document.body.append(root);
  const image = root.querySelector('img');
  await image?.decode();
  window.addEventListener('afterprint', () => root.remove(), { once: true });
  window.print();
}

interface PictureOptions {
  /** What is shown; the map's own view where it is left out. */
  readonly box?: Bbox | undefined;
  /** What requests for results of runs carry. */
  readonly headers?: () => Readonly<Record<string, string>>;
}

/** The map as it is, drawn once more in the size of the page. */
export async function pictureOf(map: MapLibreMap, width_px: number, height_px: number, { box, headers }: PictureOptions = {}): Promise<string> {
  const holder = h('div', { class: 'print-canvas', attrs: { 'aria-hidden': 'true' } });
  holder.style.width = `${width_px}px`;
  holder.style.height = `${height_px}px`;
  document.body.append(holder);
  const copy = new MapLibreMap({
    container: holder,
    style: map.getStyle(),
    ...(box
      ? { bounds: [...box], fitBoundsOptions: { padding: 12 } }
      : { center: map.getCenter(), zoom: map.getZoom(), bearing: map.getBearing(), pitch: map.getPitch() }),
    interactive: false,
    attributionControl: false,
    fadeDuration: 0,
    pixelRatio: SHARPNESS,
    transformRequest: (address) => (address.includes('/jobs/') ? { url: address, headers: { ...headers?.() } } : { url: address }),
    canvasContextAttributes: { preserveDrawingBuffer: true, antialias: true },
  });
  try {
    await new Promise<void>((resolve, reject) => {
      copy.once('idle', () => resolve());
      setTimeout(() => reject(new Error('the print took too long')), PATIENCE_MS);
    });
    return copy.getCanvas().toDataURL('image/png');
  } finally {
    copy.remove();
    holder.remove();
  }
}

async function pageOf(
  app: App,
  wanted: Wanted,
  picture: string,
  width_mm: number,
  height_mm: number,
): Promise<HTMLElement> {
  const image = h('img', { attrs: { src: picture, alt: '' } });
  image.style.width = `${width_mm}mm`;
  image.style.height = `${height_mm}mm`;
  return h(
    'article',
    { class: 'print-page' },
    h(
      'header',
      {},
      h('h1', {}, wanted.title),
      wanted.note ? h('p', {}, wanted.note) : null,
      showsSynthetic(app) ? h('p', { class: 'print-synthetic' }, t('print.synthetic')) : null,
    ),
    h(
      'div',
      { class: 'print-main' },
      h('div', { class: 'print-map' }, image, northArrow(app.map.getBearing())),
      wanted.legend ? printedLegend(app) : null,
    ),
    await footer(app),
  );
}

function northArrow(bearing: number): HTMLElement {
  const arrow = h('div', { class: 'print-north' }, icon('north'), h('span', {}, t('print.north')));
  arrow.style.transform = `rotate(${-bearing}deg)`;
  return arrow;
}

function printedLegend(app: App): HTMLElement {
  const parts = app.stack.visibleFromTop.flatMap((id) => {
    const layer = app.stack.layers.get(id);
    const list = layer && layer.minZoom <= app.map.getZoom() ? legendList(layer.legend) : null;
    return layer && list ? [h('section', {}, h('h3', {}, titled(layer.collection.title)), list)] : [];
  });
  return h('div', { class: 'print-legend' }, h('h2', {}, t('layers.legend')), ...parts);
}

async function footer(app: App): Promise<HTMLElement> {
  const resolution = metresPerPixel(app.map);
  const length = roundLength(180 * resolution);
  const bar = h('span', { class: 'scale-bar' }, barText(length));
  bar.style.width = `${length / resolution / PX_PER_MM}mm`;
  const { toGrid } = await import('../coords/vn2000.ts');
  const zone = app.state.get('zone');
  const { lng, lat } = app.map.getCenter();
  const [east, north] = toGrid(zone, [lng, lat]);
  const today = new Date().toLocaleDateString(lang() === 'vi' ? 'vi-VN' : 'en-GB', { timeZone: 'Asia/Ho_Chi_Minh' });
  const footer = h('footer', {});
  const crs = t('print.crs', { zone: zoneName(zone), x: formatMetres(north, 0), y: formatMetres(east, 0) });
  refill(
    footer,
    h('div', {}, bar, h('p', {}, `${t('print.scale')} ${formatScale(resolution / PIXEL_M, lang())}`)),
    h('div', {}, h('p', {}, crs), h('p', {}, `${t('print.sources')}: ${attributionsOf(app).join(' · ')}`)),
    h('div', {}, h('p', {}, `${t('print.date')}: ${today}`), h('p', {}, t('print.reference'))),
  );
  return footer;
}
