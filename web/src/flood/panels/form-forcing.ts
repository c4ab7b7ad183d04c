/** Rain, levels at the edge, and what the ground takes in. */

import { h } from '../../ui/dom.ts';
import { choice, numberField, rowTable, segments, textField } from '../fields.ts';
import { barPicture, linePicture, rainBars, tidePoints } from '../preview.ts';
import type { Draft } from '../scenario.ts';
import { w, type Word } from '../words.ts';
import type { Form } from './form.ts';
import { stormFields } from './form-storm.ts';

/** Soils with what they conduct, suck and can hold (Rawls, Brakensiek and Miller 1983), fairly moist. */
const SOILS: readonly [Word, number, number, number][] = [
  ['soil.sand', 117.8, 49.5, 0.3],
  ['soil.sandyLoam', 10.9, 110.1, 0.25],
  ['soil.loam', 3.4, 88.9, 0.22],
  ['soil.clayLoam', 1, 208.8, 0.15],
  ['soil.clay', 0.3, 316.3, 0.1],
];

/** A longer table is folded. */
const MOST_ROWS = 24;

export function rainFields(form: Form): (HTMLElement | null)[] {
  const { draft, rebuild } = form;
  const picture = h('div', { class: 'forcing' });
  const show = (): void => picture.replaceChildren(...[barPicture(rainBars(draft), draft.duration_h)].filter((each) => each !== null));
  show();
  const { design } = draft;
  const set = (name: 'total_mm' | 'duration_h' | 'begin_h') => (value: number | undefined): void => {
    design[name] = value;
    show();
  };
  const kinds = segments<Draft['rain']>(
    w('rain.title'),
    [
      ['none', w('rain.none')], ['design', w('rain.design')], ['series', w('rain.series')],
      ['gauges', w('rain.past')],
    ],
    draft.rain,
    (value) => { draft.rain = value; rebuild(); },
  );
  if (draft.rain === 'none') return [kinds];
  if (draft.rain === 'gauges') return [kinds, ...stormFields(form)];
  if (draft.rain === 'design') {
    return [
      kinds,
      h(
        'div',
        { class: 'field-grid' },
        numberField('rain.total', 'mm', design.total_mm, set('total_mm')),
        numberField('rain.lasts', w('unit.h'), design.duration_h, set('duration_h')),
        numberField('rain.begins', w('unit.h'), design.begin_h, set('begin_h')),
        choice('rain.shape', [['triangular', w('shape.triangular')], ['uniform', w('shape.uniform')]], design.shape, (value) => {
          design.shape = value;
          show();
        }),
      ),
      picture,
    ];
  }
  const rows = rowTable({
    label: w('rain.series'),
    head: [w('rain.from'), w('rain.rate')],
    rows: draft.rainRows,
    set: (next) => { draft.rainRows = next; show(); },
  });
  return [
    kinds,
    // A storm of the past has hundreds of rows: they are there for who wants to change one.
    draft.rainRows.length > MOST_ROWS ? h('details', { class: 'recipe-details' }, h('summary', {}, w('rain.rows', { n: draft.rainRows.length })), rows) : rows,
    h('div', { class: 'field-grid' }, numberField('rain.end', w('unit.h'), draft.rainEnd_h, (value) => { draft.rainEnd_h = value; show(); })),
    h('p', { class: 'muted small' }, w('table.paste')),
    picture,
  ];
}

export function tideFields({ draft, rebuild }: Form): (HTMLElement | null)[] {
  const picture = h('div', { class: 'forcing' });
  const show = (): void => picture.replaceChildren(...[linePicture(tidePoints(draft), draft.duration_h)].filter((each) => each !== null));
  show();
  const { wave } = draft;
  const set = (name: keyof Draft['wave']) => (value: number | undefined): void => {
    wave[name] = value;
    show();
  };
  const kinds = segments<Draft['tide']>(
    w('tide.title'),
    [['none', w('tide.none')], ['wave', w('tide.wave')], ['series', w('tide.series')]],
    draft.tide,
    (value) => { draft.tide = value; rebuild(); },
  );
  const initial = numberField('tide.initial', 'm', draft.initial_level_m, (value) => { draft.initial_level_m = value; });
  if (draft.tide === 'none') return [kinds, h('div', { class: 'field-grid' }, initial)];
  const curve = draft.tide === 'wave'
    ? h(
        'div',
        { class: 'field-grid' },
        numberField('tide.mean', 'm', wave.mean_m, set('mean_m')),
        numberField('tide.amplitude', 'm', wave.amplitude_m, set('amplitude_m')),
        numberField('tide.period', w('unit.h'), wave.period_h, set('period_h')),
        numberField('tide.high', w('unit.h'), wave.high_water_h, set('high_water_h')),
      )
    : rowTable({
        label: w('tide.series'),
        head: [w('table.hour'), w('tide.level')],
        rows: draft.tideRows,
        set: (rows) => { draft.tideRows = rows; show(); },
      });
  return [
    kinds,
    curve,
    picture,
    textField('tide.datum', draft.datum, (value) => { draft.datum = value; }),
    h(
      'div',
      { class: 'field-grid' },
      numberField('tide.offset', 'm', draft.offset_m, (value) => { draft.offset_m = value; }),
      initial,
    ),
    h('p', { class: 'muted small' }, w('tide.hint')),
  ];
}

export function soilFields({ draft, rebuild }: Form): (HTMLElement | null)[] {
  const { green_ampt } = draft;
  const kinds = segments<Draft['infiltration']>(
    w('soil.title'),
    [['none', w('soil.none')], ['curve-number', w('soil.curveNumber')], ['green-ampt', w('soil.greenAmpt')]],
    draft.infiltration,
    (value) => { draft.infiltration = value; rebuild(); },
  );
  if (draft.infiltration === 'none') return [kinds, h('p', { class: 'muted small' }, w('soil.noneHint'))];
  if (draft.infiltration === 'curve-number') {
    return [kinds, h('div', { class: 'field-grid' }, numberField('soil.number', '1–100', draft.curve_number, (value) => { draft.curve_number = value; }))];
  }
  const own = SOILS.findIndex(([, conductivity]) => conductivity === green_ampt.conductivity_mm_h);
  const options = [['-1', w('soil.own')] as const, ...SOILS.map(([word], i) => [String(i), w(word)] as const)];
  return [
    kinds,
    h(
      'div',
      { class: 'field-grid' },
      choice('soil.kind', options, String(own), (value) => {
        const soil = SOILS[Number(value)];
        if (!soil) return;
        [green_ampt.conductivity_mm_h, green_ampt.suction_mm, green_ampt.moisture_deficit] = [soil[1], soil[2], soil[3]];
        rebuild();
      }),
      numberField('soil.conductivity', 'mm/h', green_ampt.conductivity_mm_h, (value) => { green_ampt.conductivity_mm_h = value; }),
      numberField('soil.suction', 'mm', green_ampt.suction_mm, (value) => { green_ampt.suction_mm = value; }),
      numberField('soil.deficit', '0–1', green_ampt.moisture_deficit, (value) => { green_ampt.moisture_deficit = value; }),
    ),
  ];
}
