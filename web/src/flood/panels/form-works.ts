/** Levees and pumps, drawn on the map. */

import type { Place } from '../../app.ts';
import { formatLatLon, formatLength } from '../../coords/format.ts';
import { lang } from '../../i18n/index.ts';
import { h } from '../../ui/dom.ts';
import { icon } from '../../ui/icons.ts';
import { sidesOf } from '../estimate.ts';
import { numberField, textField } from '../fields.ts';
import { crestOf, setCrest, setLine, type Breach, type Levee, type Pump, type Work } from '../works.ts';
import { w, type Word } from '../words.ts';
import { drawHint, type Form } from './form.ts';

export function workFields(form: Form): HTMLElement[] {
  const { draft, rebuild } = form;
  const put = (work: Work): void => {
    draft.works.push(work);
    rebuild();
  };
  const named = (word: Word): string => w(word, { n: draft.works.length + 1 });
  const levee = (): void => put({ kind: 'levee', name: named('works.leveeName'), line: [], crests: [], breach: undefined });
  const pump = (): void => put({ kind: 'pump', name: named('works.pumpName'), from: undefined, to: undefined, m3_s: 1, starts_at_m: undefined, stops_at_m: undefined });
  const add = (word: Word, what: string, run: () => void): HTMLElement =>
    h('button', { class: 'text-button', attrs: { type: 'button', 'data-do': what }, on: { click: run } }, icon('plus'), w(word));
  return [
    ...(draft.works.length ? [] : [h('p', { class: 'muted small' }, w('works.none'))]),
    ...draft.works.map((work, i) => workBox(form, work, i)),
    h('div', { class: 'actions' }, add('works.addLevee', 'levee', levee), add('works.addPump', 'pump', pump)),
  ];
}

function workBox(form: Form, work: Work, i: number): HTMLElement {
  const { draft, rebuild } = form;
  const remove = h(
    'button',
    {
      class: 'icon-button',
      attrs: { type: 'button', 'aria-label': w('works.remove'), title: w('works.remove') },
      on: { click: () => { draft.works.splice(i, 1); rebuild(); } },
    },
    icon('close'),
  );
  if (work.kind === 'other') {
    return h('div', { class: 'river work stack tight' }, h('div', { class: 'river-head' }, h('p', {}, h('strong', {}, work.name), ' ', h('span', { class: 'muted small' }, w('works.other'))), remove));
  }
  return h(
    'div',
    { class: 'river work stack tight' },
    h('div', { class: 'river-head' }, textField('works.called', work.name, (value) => { work.name = value; }), remove),
    ...(work.kind === 'levee' ? leveeFields(form, work) : pumpFields(form, work)),
  );
}

function leveeFields(form: Form, levee: Levee): HTMLElement[] {
  const { rebuild } = form;
  const hint = drawHint(form);
  const drawLine = (): void => hint.begin('line', 'works.lineHint', { onLine: (line) => { setLine(levee, line); rebuild(); } });
  const box = h('input', {
    attrs: { type: 'checkbox', checked: levee.breach !== undefined },
    on: {
      change: () => {
        levee.breach = box.checked ? { at: undefined, begins_h: 1, grows_h: 0.5, width_m: 20, bottom_m: undefined } : undefined;
        rebuild();
      },
    },
  });
  return [
    h(
      'div',
      { class: 'actions' },
      h('button', { class: 'action', attrs: { type: 'button', 'data-do': 'levee-line' }, on: { click: drawLine } }, icon('ruler'), w(levee.line.length ? 'works.redraw' : 'works.draw')),
      h('span', { class: 'small number muted' }, levee.line.length ? w('works.length', { n: levee.line.length, length: formatLength(lengthOf(levee.line), lang()) }) : ''),
    ),
    hint.element,
    h('div', { class: 'field-grid' }, numberField('works.crest', 'm', crestOf(levee), (value) => setCrest(levee, value))),
    h('label', { class: 'check' }, box, w('works.breach')),
    ...(levee.breach ? breachFields(form, levee.breach) : []),
  ];
}

function breachFields(form: Form, breach: Breach): HTMLElement[] {
  const set = (name: 'begins_h' | 'grows_h' | 'width_m' | 'bottom_m') => (value: number | undefined): void => { breach[name] = value; };
  return [
    ...placeField(form, 'works.breachAt', breach.at, (at) => { breach.at = at; }),
    h(
      'div',
      { class: 'field-grid' },
      numberField('works.begins', w('unit.h'), breach.begins_h, set('begins_h')),
      numberField('works.grows', w('unit.h'), breach.grows_h, set('grows_h')),
      numberField('works.width', 'm', breach.width_m, set('width_m')),
      numberField('works.bottom', 'm', breach.bottom_m, set('bottom_m')),
    ),
  ];
}

function pumpFields(form: Form, pump: Pump): HTMLElement[] {
  return [
    ...placeField(form, 'works.from', pump.from, (at) => { pump.from = at; }),
    ...placeField(form, 'works.to', pump.to, (at) => { pump.to = at; }),
    h('p', { class: 'muted small' }, w('works.toHint')),
    h(
      'div',
      { class: 'field-grid' },
      numberField('works.m3s', 'm³/s', pump.m3_s, (value) => { pump.m3_s = value; }),
      numberField('works.starts', 'm', pump.starts_at_m, (value) => { pump.starts_at_m = value; }),
      numberField('works.stops', 'm', pump.stops_at_m, (value) => { pump.stops_at_m = value; }),
    ),
  ];
}

/** A place that is picked on the map. */
function placeField(form: Form, word: Word, at: Place | undefined, set: (at: Place) => void): HTMLElement[] {
  const hint = drawHint(form);
  const pick = (): void => hint.begin('place', 'works.pickHint', { onPlace: (found) => { set(found); form.rebuild(); } });
  return [
    h(
      'div',
      { class: 'actions' },
      h('button', { class: 'action', attrs: { type: 'button' }, on: { click: pick } }, icon('target'), w(word)),
      h('span', { class: 'small number muted' }, at ? formatLatLon(at[0], at[1], 5) : ''),
    ),
    hint.element,
  ];
}

/** Length of a line on the ground, m; of pieces so short that a plane is enough. */
function lengthOf(line: readonly Place[]): number {
  return line.slice(1).reduce((sum, [lon, lat], i) => {
    const [before_lon, before_lat] = line[i] ?? [lon, lat];
    const [width, height] = sidesOf([Math.min(lon, before_lon), Math.min(lat, before_lat), Math.max(lon, before_lon), Math.max(lat, before_lat)]);
    return sum + Math.hypot(width, height);
  }, 0);
}
