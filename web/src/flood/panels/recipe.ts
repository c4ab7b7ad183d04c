/** What the flood library is to have made beforehand: a station, its levels, the scenario of the form. */

import { titled } from '../../i18n/index.ts';
import { isDenied } from '../../live/rights.ts';
import { h } from '../../ui/dom.ts';
import { notify } from '../../ui/notice.ts';
import { choice, textField } from '../fields.ts';
import { reasonOf, type Flood } from '../flood.ts';
import { levelsIn, MEMBER, type Mark, type Recipe } from '../library.ts';
import { writeNumber } from '../numbers.ts';
import { documentOf, draftOf, type Draft } from '../scenario.ts';
import { w } from '../words.ts';
import { missingIn } from './form.ts';

/** Devices that tell a level. */
const ROLES = ['gauges', 'reservoirs'];

/** The form, and the way to fill it for a gauge and some of its levels. */
export interface RecipeForm {
  readonly element: HTMLElement;
  readonly fill: (gauge: Gauge, levels: readonly number[]) => void;
}

export function recipeForm(flood: Flood, done: () => void): RecipeForm {
  let [name, written] = ['', ''];
  let of: Mark['of'] = 'level';
  let datastream: number | undefined;
  const trouble = h('p', { class: 'flood-trouble', attrs: { role: 'alert' } });
  trouble.hidden = true;
  const say = (words: string): void => {
    trouble.textContent = words;
    trouble.hidden = !words;
  };
  const station = textField('library.station', '', (value) => { name = value; });
  const levels = textField('library.levels', '', (value) => { written = value; });
  const take = (gauge: Gauge | undefined): void => {
    datastream = gauge?.datastream;
    if (!gauge) return;
    name = gauge.name;
    write(station, gauge.name);
  };
  const gauges = gaugeSelect(flood, take);
  const kinds = choice<Mark['of']>('library.of', [['level', w('library.ofLevel')], ['release', w('library.ofRelease')]], of, (next) => {
    of = next;
    relabel(levels, w(of === 'level' ? 'library.levels' : 'library.releases'));
  });
  const submit = h('button', { class: 'action primary', attrs: { type: 'submit', 'data-do': 'prepare' } }, w('library.prepare'));
  const send = async (): Promise<void> => {
    const draft = await currentDraft(flood);
    const wanted = levelsIn(written);
    if (!name.trim()) { say(w('library.noStation')); return; }
    if (!wanted || (!wanted.length && datastream === undefined)) { say(w('library.noLevels')); return; }
    if (!draft || (of === 'level' && draft.tide === 'none')) { say(w('library.noTide')); return; }
    if (of === 'release' && !draft.rivers.length) { say(w('library.noInflow')); return; }
    const missing = missingIn(draft);
    if (missing) { say(missing); return; }
    submit.disabled = true;
    try {
      const recipe: Recipe = {
        station: name.trim(),
        ...(datastream === undefined ? {} : { datastream }),
        ...(wanted.length ? { levels: wanted.map((value) => ({ [MEMBER[of]]: value })) } : {}),
        // The library holds floods alone: here a scenario does not say what kind it is.
        scenario: Object.fromEntries(Object.entries(documentOf(draft)).filter(([name]) => name !== 'kind')),
      };
      const made = await flood.prepare(recipe);
      say('');
      notify(w('library.sent', { n: made.length }));
      done();
    } catch (error) {
      if (isDenied(error)) flood.deny(true);
      say(reasonOf(error));
    } finally {
      submit.disabled = false;
    }
  };
  const box = h(
    'div',
    { class: 'stack' },
    h('p', { class: 'muted small' }, w('library.addHint')),
    h(
      'form',
      {
        class: 'stack recipe',
        attrs: { novalidate: true },
        on: {
          submit: (event) => {
            event.preventDefault();
            void send().catch((error: unknown) => { say(reasonOf(error)); });
          },
        },
      },
      kinds,
      gauges.element,
      station,
      levels,
      trouble,
      h('div', { class: 'actions' }, submit),
    ),
  );
  const element = h('details', { class: 'recipe-details' }, h('summary', {}, w('library.open')), box);
  return {
    element,
    fill: (gauge, wanted) => {
      gauges.choose(gauge.datastream);
      take(gauge);
      written = wanted.map(writeNumber).join('; ');
      write(levels, written);
      element.open = true;
      element.scrollIntoView({ block: 'start' });
      submit.focus();
    },
  };
}

function relabel(field: HTMLElement, words: string): void {
  const label = field.querySelector('.kicker');
  if (label) label.textContent = words;
}

function write(field: HTMLElement, value: string): void {
  const input = field.querySelector('input');
  if (input) input.value = value;
}

/** The scenario of the form, else the example of the server. */
async function currentDraft(flood: Flood): Promise<Draft | undefined> {
  if (flood.draft) return flood.draft;
  const example = await flood.api.example();
  return example === undefined ? undefined : draftOf(example);
}

export interface Gauge {
  readonly name: string;
  readonly datastream: number;
}

/** The city's gauges, where it has live data. */
function gaugeSelect(flood: Flood, set: (gauge: Gauge | undefined) => void): { readonly element: HTMLElement; readonly choose: (datastream: number) => void } {
  const gauges = new Map<string, Gauge>();
  const select = h(
    'select',
    { on: { change: () => set(gauges.get(select.value)) } },
    h('option', { attrs: { value: '' } }, w('library.noGauge')),
  );
  const label = h('label', { class: 'field' }, h('span', { class: 'kicker' }, w('library.gauge')), select);
  label.hidden = true;
  const load = async (): Promise<void> => {
    const live = await flood.app.live?.open();
    const bbox = flood.app.home;
    if (!live || !bbox) return;
    const { things } = await live.api.latest({ roles: ROLES, bbox }, new AbortController().signal);
    for (const thing of things) {
      // A level is in metres; a gauge may tell a discharge or a voltage too.
      const level = thing.readings.find(({ unit }) => unit === 'm');
      if (!level) continue;
      const key = String(level.datastream);
      gauges.set(key, { name: titled(thing.name), datastream: level.datastream });
      select.append(h('option', { attrs: { value: key } }, titled(thing.name)));
    }
    label.hidden = !gauges.size;
  };
  // Without live data a level is written by hand.
  void load().catch(() => undefined);
  return { element: label, choose: (datastream) => { select.value = gauges.has(String(datastream)) ? String(datastream) : ''; } };
}
