/** Rivers and releases of reservoirs: a place on the map, and discharges over time. */

import { formatLatLon } from '../../coords/format.ts';
import { h } from '../../ui/dom.ts';
import { icon } from '../../ui/icons.ts';
import { numberField, rowTable, textField } from '../fields.ts';
import { linePicture } from '../preview.ts';
import type { River } from '../scenario.ts';
import { w } from '../words.ts';
import { drawHint, type Form } from './form.ts';

export function riverFields(form: Form): HTMLElement[] {
  const { draft, rebuild } = form;
  const add = (): void => {
    const name = w('rivers.name', { n: draft.rivers.length + 1 });
    draft.rivers.push({ name, at: undefined, radius_m: undefined, rows: [[0, 0], [2, 50], [6, 0]] });
    rebuild();
  };
  return [
    ...(draft.rivers.length ? [] : [h('p', { class: 'muted small' }, w('rivers.none'))]),
    ...draft.rivers.map((river, i) => riverBox(form, river, i)),
    h('button', { class: 'text-button', attrs: { type: 'button', 'data-do': 'river' }, on: { click: add } }, icon('plus'), w('rivers.add')),
  ];
}

function riverBox(form: Form, river: River, i: number): HTMLElement {
  const { draft, rebuild } = form;
  const hint = drawHint(form);
  const picture = h('div', { class: 'forcing' });
  const show = (): void => picture.replaceChildren(...[linePicture(river.rows, draft.duration_h)].filter((each) => each !== null));
  show();
  const pick = (): void => {
    hint.begin('place', 'rivers.pickHint', {
      onPlace: (at) => {
        river.at = at;
        rebuild();
      },
    });
  };
  const remove = (): void => {
    draft.rivers.splice(i, 1);
    rebuild();
  };
  return h(
    'div',
    { class: 'river stack tight' },
    h(
      'div',
      { class: 'river-head' },
      textField('rivers.called', river.name, (value) => { river.name = value; }),
      h('button', { class: 'icon-button', attrs: { type: 'button', 'aria-label': w('rivers.remove'), title: w('rivers.remove') }, on: { click: remove } }, icon('close')),
    ),
    h(
      'div',
      { class: 'actions' },
      h('button', { class: 'action', attrs: { type: 'button' }, on: { click: pick } }, icon('target'), w(river.at ? 'rivers.move' : 'rivers.pick')),
      h('span', { class: 'small number muted' }, river.at ? formatLatLon(river.at[0], river.at[1], 5) : ''),
    ),
    hint.element,
    rowTable({
      label: w('rivers.discharge'),
      head: [w('table.hour'), w('rivers.m3s')],
      rows: river.rows,
      set: (rows) => { river.rows = rows; show(); },
    }),
    picture,
    h('div', { class: 'field-grid' }, numberField('rivers.radius', 'm', river.radius_m, (value) => { river.radius_m = value; })),
  );
}
