/** Where to simulate. */

import type { Place } from '../../app.ts';
import { list, record, text } from '../../api/read.ts';
import { formatValue } from '../../coords/format.ts';
import { lang, titled } from '../../i18n/index.ts';
import { frameBox } from '../../map/frame.ts';
import { h, refill } from '../../ui/dom.ts';
import { icon, type IconName } from '../../ui/icons.ts';
import { notify } from '../../ui/notice.ts';
import type { Drawing } from '../draw.ts';
import { sidesOf } from '../estimate.ts';
import { edgesOf, type Area } from '../scenario.ts';
import { place } from '../wire.ts';
import { w, type Word } from '../words.ts';
import { drawHint, type Form } from './form.ts';

/** More units than a select can be searched in are not offered. */
const MOST_UNITS = 200;
/** A scenario's ring needs no more corners; thousands of them would only slow the form. */
const MOST_CORNERS = 400;

export function areaFields(form: Form): (HTMLElement | null)[] {
  const { draft, flood, rebuild } = form;
  const hint = drawHint(form);
  const take = (area: Area, moves: boolean): void => {
    draft.area = area;
    if (moves) frameBox(flood.app.map, edgesOf(area), 20);
    rebuild();
  };
  const begin = (kind: Drawing, word: Word): void => hint.begin(kind, word, { onArea: (area) => take(area, false) });
  const button = (name: IconName, word: Word, what: string, run: () => void): HTMLElement =>
    h('button', { class: 'chip', attrs: { type: 'button', 'data-do': what }, on: { click: run } }, icon(name), w(word));
  return [
    h(
      'div',
      { class: 'chips' },
      button('area', 'area.box', 'box', () => begin('box', 'area.boxHint')),
      button('parcel', 'area.polygon', 'polygon', () => begin('polygon', 'area.polygonHint')),
      button('zoom', 'area.view', 'view', () => {
        const bounds = flood.app.map.getBounds();
        take({ bbox: [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()] }, false);
      }),
    ),
    unitSelect(form, (area) => take(area, true)),
    hint.element,
    summary(form),
  ];
}

function summary({ draft, flood }: Form): HTMLElement {
  const { area } = draft;
  if (!area) return h('p', { class: 'warning-text small' }, w('area.none'));
  const [width, height] = sidesOf(edgesOf(area)).map((each) => formatValue(each / 1000, lang(), 2));
  return h(
    'p',
    { class: 'small area-summary' },
    w('polygon' in area ? 'area.polygonSize' : 'area.size', { width: width ?? '', height: height ?? '' }),
    ' ',
    h('button', { class: 'text-button', attrs: { type: 'button' }, on: { click: () => frameBox(flood.app.map, edgesOf(area), 20) } }, icon('zoom'), w('area.show')),
  );
}

/** A commune or another unit of the city as the area. */
function unitSelect({ flood }: Form, take: (area: Area) => void): HTMLElement | null {
  const layer = flood.app.catalogue.collections.find(({ role, geometry }) => role === 'communes' && geometry === 'polygon');
  if (!layer) return null;
  const areas = new Map<string, Area>();
  const select = h(
    'select',
    {
      on: {
        change: () => {
          const area = areas.get(select.value);
          if (area) take(area);
        },
      },
    },
    h('option', { attrs: { value: '' } }, w('area.choose')),
  );
  void flood.api.features(layer.id, MOST_UNITS).then(
    (features) => {
      const column = layer.columns.name ?? 'name';
      const named = features.flatMap((each, i) => {
        const { properties, geometry } = record(each);
        const area = largestRing(geometry);
        if (!area) return [];
        areas.set(String(i), area);
        return [[String(i), text(record(properties)[column]) || String(i + 1)] as const];
      });
      named.sort(([, a], [, b]) => a.localeCompare(b, 'vi'));
      refill(select, h('option', { attrs: { value: '' } }, w('area.choose')), ...named.map(([key, name]) => h('option', { attrs: { value: key } }, name)));
    },
    () => notify(w('area.noUnits', { layer: titled(layer.title) }), 'warning'),
  );
  return h('label', { class: 'field' }, h('span', { class: 'kicker' }, titled(layer.title)), select);
}

/** The outer ring of the largest part, with fewer corners where it has very many. */
export function largestRing(geometry: unknown): Area | undefined {
  const { type, coordinates } = record(geometry);
  const polygons = type === 'Polygon' ? [coordinates] : type === 'MultiPolygon' ? list(coordinates) : [];
  const rings = polygons.map((each) => list(list(each)[0]).flatMap((at): Place[] => {
    const found = place(list(at).slice(0, 2));
    return found ? [found] : [];
  }));
  const size = (ring: readonly Place[]): number => {
    const [west, south, east, north] = edgesOf({ polygon: ring });
    return (east - west) * (north - south);
  };
  const [largest] = rings.filter((ring) => ring.length >= 4).sort((a, b) => size(b) - size(a));
  if (!largest) return undefined;
  const open = largest.slice(0, -1);
  const every = Math.ceil(open.length / MOST_CORNERS);
  return { polygon: open.filter((_, i) => i % every === 0) };
}

