import type { Collection } from '../api/types.ts';
import type { App } from '../app.ts';
import { t, titled } from '../i18n/index.ts';
import { frameBox } from '../map/frame.ts';
import type { LegendRow, Swatch } from '../layers/legend.ts';
import type { MapLayer } from '../layers/stack.ts';
import { h } from '../ui/dom.ts';
import { icon } from '../ui/icons.ts';
import { tileExport } from './tile-export.ts';

/** What opens below a layer's name: legend, opacity, where it lies and where it comes from. */
export function layerDetails(app: App, layer: MapLayer): HTMLElement {
  const { collection } = layer;
  const description = titled(collection.description);
  const box = collection.bbox;
  return h(
    'div',
    { class: 'details-inner' },
    description ? h('p', { class: 'muted' }, description) : null,
    legendList(layer.legend),
    opacitySlider(app, layer),
    h(
      'div',
      { class: 'row' },
      box &&
        h(
          'button',
          {
            class: 'text-button',
            attrs: { type: 'button' },
            on: { click: () => frameBox(app.map, box) },
          },
          icon('zoom'),
          t('layers.zoomTo'),
        ),
    ),
    downloads(app, collection),
    collection.attribution
      ? h('p', { class: 'muted small' }, t('feature.source', { source: collection.attribution }))
      : null,
  );
}

/** The whole layer as a file, in each format that the server writes. */
function downloads(app: App, collection: Collection): HTMLElement | null {
  const { id, downloads: formats } = collection;
  if (!formats.length) return null;
  const links = formats.map((format) => {
    const href = `./collections/${encodeURIComponent(id)}/items?f=${format}`;
    return h('a', { class: 'text-button', attrs: { href, download: '' } }, DOWNLOADS[format] ?? format);
  });
  return h(
    'details',
    { class: 'downloads' },
    h('summary', {}, t('layers.download')),
    h('div', { class: 'row' }, ...links),
    app.catalogue.hasProcesses ? tileExport(collection) : null,
  );
}

const DOWNLOADS: Readonly<Record<string, string>> = {
  csv: 'CSV',
  fgb: 'FlatGeobuf',
  gpkg: 'GeoPackage',
  shp: 'Shapefile',
  kml: 'KML',
  kmz: 'KMZ',
  dxf: 'DXF',
  xlsx: 'Excel',
};

/** A legend as a list of swatches with words; nothing for an empty one. */
export function legendList(rows: readonly LegendRow[]): HTMLElement | null {
  if (!rows.length) return null;
  return h(
    'ul',
    { class: 'legend' },
    ...rows.map((row) => h('li', {}, swatch(row.swatch), h('span', {}, titled(row.title)))),
  );
}

function swatch(look: Swatch): HTMLElement {
  const element = h('span', { class: `swatch ${look.kind}`, attrs: { 'aria-hidden': 'true' } });
  const { style } = element;
  switch (look.kind) {
    case 'fill':
      style.background = look.color;
      style.borderColor = look.outline ?? 'rgb(0 0 0 / 18%)';
      break;
    case 'circle':
      style.background = look.color;
      style.borderColor = look.outline ?? '#fff';
      break;
    case 'icon':
      style.backgroundImage = `url("./sprites/dothi/${look.name}.svg")`;
      break;
    case 'line':
      style.setProperty('--line', look.color);
      style.setProperty('--width', `${Math.max(2, look.width)}px`);
      style.setProperty('--casing', look.casing ?? 'transparent');
      element.classList.toggle('dash', look.dash);
      break;
    case 'text':
      style.color = look.color;
      element.textContent = 'Aa';
      break;
    case 'ramp':
      style.background = `linear-gradient(90deg, ${look.colors.join(',')})`;
      break;
  }
  return element;
}

function opacitySlider(app: App, layer: MapLayer): HTMLElement {
  const { id } = layer.collection;
  const value = h('output', { class: 'muted' });
  const slider = h('input', {
    attrs: {
      type: 'range',
      min: 0,
      max: 100,
      step: 5,
      'aria-label': t('layers.opacityOf', { name: titled(layer.collection.title) }),
    },
    on: {
      input: () => {
        app.stack.setOpacity(id, Number(slider.value) / 100);
        value.textContent = `${slider.value} %`;
      },
    },
  });
  slider.value = String(Math.round(app.stack.opacity(id) * 100));
  value.textContent = `${slider.value} %`;
  return h('label', { class: 'opacity' }, h('span', {}, t('layers.opacity')), slider, value);
}
