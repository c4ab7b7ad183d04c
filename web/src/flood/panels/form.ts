/** A scenario, written by form. */

import type { Part } from '../../app.ts';
import { lang, titled } from '../../i18n/index.ts';
import { isDenied } from '../../live/rights.ts';
import { instantIn, localText } from '../../live/replay-bar.ts';
import { frameBox, isInSight } from '../../map/frame.ts';
import { drawOverlay } from '../../map/overlay.ts';
import { h, refill } from '../../ui/dom.ts';
import { icon } from '../../ui/icons.ts';
import { notify } from '../../ui/notice.ts';
import { formatNumber } from '../../coords/format.ts';
import { MOST_CELLS, cellsOf, secondsFor } from '../estimate.ts';
import { draw, type Drawing, type Hand } from '../draw.ts';
import { ENSEMBLE_WAYS, ensembleWay, membersOf } from '../ensemble.ts';
import { choice, numberField, textField } from '../fields.ts';
import { reasonOf, type Flood } from '../flood.ts';
import type { Summary } from '../model.ts';
import { featuresOf, isWhole } from '../works.ts';
import { documentOf, draftOf, edgesOf, emptyDraft, ringOf, type Draft } from '../scenario.ts';
import { spanText } from '../time.ts';
import { isWord, w, type Word } from '../words.ts';
import { areaFields } from './form-area.ts';
import { drainChoice, drainFile, hasFile } from './form-drains.ts';
import { rainFields, soilFields, tideFields } from './form-forcing.ts';
import { riverFields } from './form-rivers.ts';
import { workFields } from './form-works.ts';

/** What the parts of the form share. */
export interface Form {
  readonly flood: Flood;
  readonly draft: Draft;
  /** A number changed: what is reckoned from it is reckoned anew. */
  readonly changed: () => void;
  /** Another way was chosen: the form is drawn anew. */
  readonly rebuild: () => void;
  /** Gives up what is being drawn, and begins to draw something else. */
  readonly drawing: (stop: (() => void) | undefined) => void;
}

export function formPage(flood: Flood): Part {
  const root = h('div', { class: 'stack flood-form-room' });
  let stopDrawing: (() => void) | undefined;
  let form: Form | undefined;
  const size = h('div', { class: 'estimate', attrs: { 'aria-live': 'polite' } });
  let before: Summary | undefined;
  const changed = (): void => {
    if (!form) return;
    refill(size, ...estimate(form.draft, before));
    showArea(flood, form.draft);
  };
  const build = (): void => {
    flood.draft ??= emptyDraft();
    const { draft } = flood;
    const drawing = (stop: (() => void) | undefined): void => {
      stopDrawing?.();
      stopDrawing = stop;
    };
    form = { flood, draft, changed, rebuild: build, drawing };
    const active = document.activeElement?.getAttribute('data-choice');
    refill(root, ...content(form, size));
    if (active) root.querySelector<HTMLElement>(`[data-choice="${active}"]`)?.focus();
    changed();
  };
  if (flood.draft) build();
  else {
    refill(root, h('p', { class: 'muted' }, w('common.loading')));
    // A form that stands empty asks too much of who only wants to see what this does.
    void loadExample(flood).catch(() => undefined).finally(() => {
      if (!root.isConnected) return;
      build();
      const edges = flood.draft?.area && edgesOf(flood.draft.area);
      if (edges && !isInSight(flood.app.map, edges)) frameBox(flood.app.map, edges, 20, 13);
    });
  }
  void latestSummary(flood).then((found) => {
    before = found;
    changed();
  });
  return {
    element: root,
    dispose: () => {
      stopDrawing?.();
      drawOverlay(flood.app.map, 'measure', []);
    },
  };
}

async function loadExample(flood: Flood): Promise<void> {
  const example = await flood.api.example();
  if (example !== undefined) flood.draft = draftOf(example);
}

/** What of this city was run last, from which the time of the next run is reckoned. */
async function latestSummary(flood: Flood): Promise<Summary | undefined> {
  if (flood.results) return flood.results.summary;
  const last = flood.runs.find(({ status }) => status === 'successful');
  return last && (await flood.api.results(last.id).then(({ summary }) => summary, () => undefined));
}

function content(form: Form, size: HTMLElement): HTMLElement[] {
  const { flood, draft, changed, rebuild } = form;
  const trouble = h('p', { class: 'flood-trouble', attrs: { role: 'alert' } });
  trouble.hidden = true;
  const example = h(
    'button',
    {
      class: 'text-button',
      attrs: { type: 'button', 'data-do': 'example' },
      on: {
        click: () =>
          void loadExample(flood).then(
            () => {
              rebuild();
              notify(w('form.exampleLoaded'));
            },
            (error: unknown) => notify(reasonOf(error), 'warning'),
          ),
      },
    },
    icon('undo'),
    w('form.example'),
  );
  const run = h('button', { class: 'action primary', attrs: { type: 'submit', 'data-do': 'run' } }, w('form.run'));
  const submit = async (): Promise<void> => {
    const missing = missingIn(draft);
    trouble.hidden = !missing;
    trouble.textContent = missing;
    if (missing) return;
    run.disabled = true;
    try {
      await flood.execute(documentOf(draft));
      notify(w('form.sent'));
      flood.go('runs');
    } catch (error) {
      // Another page takes the place of the form, which keeps what was written.
      if (isDenied(error)) { flood.deny(true); return; }
      trouble.hidden = false;
      trouble.textContent = reasonOf(error);
      trouble.scrollIntoView({ block: 'nearest' });
    } finally {
      run.disabled = false;
    }
  };
  const title = textField('form.title', titled(draft.title), (value) => {
    draft.title = { vi: value, en: value };
  });
  return [
    h('p', { class: 'muted small' }, w('form.intro'), ' ', example),
    h(
      'form',
      {
        class: 'stack flood-form',
        attrs: { novalidate: true },
        on: {
          submit: (event) => {
            event.preventDefault();
            void submit();
          },
        },
      },
      title,
      section(w('area.title'), ...areaFields(form)),
      section(w('rain.title'), ...rainFields(form)),
      section(w('tide.title'), ...tideFields(form)),
      section(w('rivers.title'), ...riverFields(form)),
      section(w('works.title'), ...workFields(form)),
      section(w('soil.title'), ...soilFields(form)),
      section(
        w('run.title'),
        h(
          'div',
          { class: 'field-grid' },
          numberField('run.duration', w('unit.h'), draft.duration_h, (value) => { draft.duration_h = value; changed(); }),
          numberField('run.resolution', 'm', draft.resolution_m, (value) => { draft.resolution_m = value; changed(); }),
          choice('run.method', methods(draft.method), draft.method, (value) => { draft.method = value; changed(); }),
          choice('run.buildings', [['blocked', w('buildings.blocked')], ['ignored', w('buildings.ignored')]], draft.buildings, (value) => { draft.buildings = value; }),
          drainChoice(form),
          numberField('run.frames', w('unit.min'), draft.frames_min, (value) => { draft.frames_min = value; }),
          startField(draft),
          ensembleField(draft, changed),
        ),
        drainFile(form),
        h('p', { class: 'muted small' }, w('run.methodHint')),
        size,
      ),
      trouble,
      h('div', { class: 'run-bar' }, run),
    ),
  ];
}

export function section(name: string, ...children: (HTMLElement | null)[]): HTMLElement {
  return h('section', { class: 'flood-section' }, h('h3', {}, name), ...children);
}

/** The ways that are known here, and the one that a scenario came with. */
function methods(own: string): (readonly [string, string])[] {
  const known = ['hllc', 'local-inertia', 'muscl'];
  const usual = known.slice(0, 2);
  return [...usual, ...(usual.includes(own) ? [] : [own])].map((each) => {
    const word = `method.${each}`;
    return [each, isWord(word) ? w(word) : each] as const;
  });
}

/** How sure the result is to be told: the scenario alone, or with some that have more or less. */
function ensembleField(draft: Draft, changed: () => void): HTMLElement {
  const own = ensembleWay(draft.ensemble);
  const ways = (['none', ...ENSEMBLE_WAYS] as const).map((way) => [way, w(`ensemble.${way}`)] as const);
  const options = [...ways, ...(own === 'own' ? [[own, w('ensemble.own')] as const] : [])];
  const written = draft.ensemble;
  return choice('ensemble.title', options, own, (way) => {
    draft.ensemble = way === 'own' ? written : membersOf(way);
    changed();
  });
}

function startField(draft: Draft): HTMLElement {
  const input = h('input', {
    attrs: { type: 'datetime-local', value: draft.start === undefined ? '' : localText(draft.start) },
    on: {
      change: () => {
        const time = input.value ? instantIn(input.value) : NaN;
        draft.start = Number.isNaN(time) ? undefined : time;
      },
    },
  });
  return h('label', { class: 'field' }, h('span', { class: 'kicker' }, w('run.start')), input);
}

/** Takes something from the map: a hint stands there while it is drawn. */
export function drawHint({ flood, drawing, changed }: Form): { readonly element: HTMLElement; begin(kind: Drawing, word: Word, hand: Omit<Hand, 'onEnd'>): void } {
  const element = h('p', { class: 'muted small draw-hint', attrs: { role: 'status' } });
  element.hidden = true;
  return {
    element,
    begin: (kind, word, hand) => {
      const drawn = draw(flood.app, kind, {
        ...hand,
        onEnd: () => {
          element.hidden = true;
          changed();
        },
      });
      // A finger has no Enter.
      const done = (): HTMLElement => h('button', { class: 'text-button', attrs: { type: 'button' }, on: { click: () => drawn.finish() } }, icon('check'), w('draw.done'));
      drawing(() => drawn.stop());
      element.hidden = false;
      refill(element, w(word), ...(kind === 'polygon' || kind === 'line' ? [' ', done()] : []));
    },
  };
}

/** What must be there before the server is asked; the rest it says itself. */
export function missingIn(draft: Draft): string {
  if (!draft.area) return w('missing.area');
  if (!titled(draft.title).trim()) return w('missing.title');
  if (draft.rain === 'gauges' && draft.gauges === undefined) return w('missing.storm');
  if (!hasFile(draft)) return w('missing.swmm');
  const numbers: unknown[] = [];
  JSON.stringify(documentOf(draft), (_, value: unknown) => {
    if (typeof value === 'number' || value === undefined) numbers.push(value);
    return value;
  });
  if (numbers.some((each) => typeof each === 'number' && !Number.isFinite(each))) return w('missing.number');
  if (draft.rivers.some(({ at }) => !at)) return w('missing.river');
  if (!draft.works.every(isWhole)) return w('missing.work');
  return '';
}

function estimate(draft: Draft, before: Summary | undefined): HTMLElement[] {
  const { area, resolution_m, duration_h } = draft;
  if (!area || !resolution_m || !(resolution_m > 0)) return [h('p', { class: 'muted small' }, w('estimate.none'))];
  const cells = cellsOf(edgesOf(area), resolution_m);
  const tooMany = cells > MOST_CELLS;
  const one = before && duration_h ? secondsFor({ cells, cell_m: resolution_m, duration_h }, before) : undefined;
  // Members run one after the other.
  const seconds = one && before && (one * (1 + draft.ensemble.length)) / (1 + before.members);
  const row = (name: string, value: string): HTMLElement => h('div', {}, h('span', { class: 'kicker' }, name), h('strong', { class: 'number' }, value));
  return [
    h(
      'div',
      { class: 'estimate-row' },
      row(w('estimate.cells'), formatNumber(cells, 0, lang())),
      row(w('estimate.time'), seconds ? w('estimate.about', { time: spanText(seconds) }) : w('estimate.unknown')),
    ),
    h(
      'p',
      { class: tooMany ? 'warning-text small' : 'muted small' },
      tooMany ? w('estimate.tooMany', { most: formatNumber(MOST_CELLS, 0, lang()) }) : w(seconds ? 'estimate.from' : 'estimate.first'),
    ),
  ];
}

/** The area, the rivers and the structures of the form on the map. */
function showArea(flood: Flood, { area, rivers, works }: Draft): void {
  const features: GeoJSON.Feature[] = rivers.flatMap(({ at }) =>
    at ? [{ type: 'Feature', geometry: { type: 'Point', coordinates: [...at] }, properties: {} }] : [],
  );
  if (area) {
    const coordinates = ringOf(area).map((at) => [...at]);
    features.push({ type: 'Feature', geometry: { type: 'LineString', coordinates }, properties: {} });
    features.push({ type: 'Feature', geometry: { type: 'Polygon', coordinates: [coordinates] }, properties: {} });
  }
  features.push(...works.flatMap(featuresOf));
  drawOverlay(flood.app.map, 'measure', features);
}
