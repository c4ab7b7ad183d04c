import type { MapMouseEvent } from 'maplibre-gl';

import type { App, Part, Place } from '../app.ts';
import { formatLatLon, formatMetres, formatScale } from '../coords/format.ts';
import { distance } from '../geo/geodesic.ts';
import { lang, t } from '../i18n/index.ts';
import { h } from '../ui/dom.ts';
import { icon } from '../ui/icons.ts';
import { copyText } from '../ui/notice.ts';
import { zonePicker } from './zone-picker.ts';

/** Width of a pixel by the CSS definition, 96 to the inch: what a printed or usual screen has. */
const PIXEL_M = 0.0254 / 96;
const BAR_MAX_PX = 110;
const FAR_DEG = 4.5;

/** Metres on the ground below one pixel in the middle of the map. */
export function metresPerPixel(map: App['map']): number {
  const { x, y } = map.project(map.getCenter());
  const [west, east] = [map.unproject([x - 50, y]), map.unproject([x + 50, y])];
  return distance([west.lng, west.lat], [east.lng, east.lat]) / 100;
}

/** The longest round length (1, 2 or 5 times a power of ten) that is not above a limit. */
export function roundLength(limit: number): number {
  const power = 10 ** Math.floor(Math.log10(limit));
  return [5, 2, 1].map((factor) => factor * power).find((length) => length <= limit) ?? power;
}

/** A bar's length in words. */
export function barText(metres: number): string {
  return metres >= 1000 ? `${metres / 1000} km` : `${metres} m`;
}

/** Coordinates of the pointer in VN-2000 and WGS 84, scale and scale bar. */
export function readout(app: App): Part {
  const { map, state } = app;
  const x = h('span', { class: 'number' });
  const y = h('span', { class: 'number' });
  const wgs = h('span', { class: 'number' });
  const scale = h('span', { class: 'number' });
  const bar = h('span', { class: 'scale-bar', attrs: { role: 'img' } });
  let toGrid: typeof import('../coords/vn2000.ts').toGrid | undefined;
  let pointer: Place | undefined;

  const place = (): Place => {
    const { lng, lat } = map.getCenter();
    return pointer ?? [lng, lat];
  };
  const draw = (): void => {
    const at = place();
    wgs.textContent = formatLatLon(at[0], at[1]);
    const zone = state.get('zone');
    // Far from its meridian a grid has no meaning; two zones away it says nothing.
    const isFar = Math.abs(at[0] - zone.meridianDeg) > FAR_DEG;
    const grid = isFar ? undefined : toGrid?.(zone, at);
    x.textContent = grid ? formatMetres(grid[1]) : '–';
    y.textContent = grid ? formatMetres(grid[0]) : '–';
    element.title = t(pointer ? 'readout.pointer' : 'readout.centre');
  };
  const drawScale = (): void => {
    const resolution = metresPerPixel(map);
    const length = roundLength(BAR_MAX_PX * resolution);
    scale.textContent = formatScale(resolution / PIXEL_M, lang());
    bar.style.width = `${length / resolution}px`;
    bar.textContent = barText(length);
    bar.setAttribute('aria-label', t('readout.bar', { length: barText(length) }));
    if (!pointer) draw();
  };
  const move = (event: MapMouseEvent): void => {
    const { lng, lat } = event.lngLat.wrap();
    pointer = [lng, lat];
    draw();
  };
  const leave = (): void => {
    pointer = undefined;
    draw();
  };
  const copy = h(
    'button',
    {
      class: 'icon-button small',
      attrs: { type: 'button', 'aria-label': t('readout.copy'), title: t('readout.copy') },
      on: { click: () => void copyText(`${x.textContent} ${y.textContent}`) },
    },
    icon('copy'),
  );
  const element = h(
    'div',
    { class: 'readout' },
    h(
      'div',
      { class: 'coordinates' },
      zonePicker(app, true),
      h('span', { class: 'pair' }, h('i', {}, t('readout.north')), x),
      h('span', { class: 'pair' }, h('i', {}, t('readout.east')), y),
      copy,
      h('span', { class: 'pair wgs' }, h('i', {}, t('readout.wgs')), wgs),
    ),
    h('div', { class: 'scale' }, bar, scale),
  );

  map.on('mousemove', move);
  map.on('mouseout', leave);
  map.on('move', drawScale);
  const stopZone = state.on('zone', draw);
  drawScale();
  void import('../coords/vn2000.ts').then((module) => {
    toGrid = module.toGrid;
    draw();
  });
  return {
    element,
    dispose: () => {
      map.off('mousemove', move);
      map.off('mouseout', leave);
      map.off('move', drawScale);
      stopZone();
    },
  };
}
