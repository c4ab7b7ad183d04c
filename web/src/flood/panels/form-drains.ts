/** The drains of a scenario: none, those of the layers, or a SWMM 5 file. */

import { record, text } from '../../api/read.ts';
import { DEFAULT_EPSG, ZONES, zoneName } from '../../coords/zones.ts';
import { h } from '../../ui/dom.ts';
import { icon } from '../../ui/icons.ts';
import { notify } from '../../ui/notice.ts';
import { choice } from '../fields.ts';
import { reasonOf } from '../flood.ts';
import type { Draft } from '../scenario.ts';
import { contentsOf } from '../swmm.ts';
import { w } from '../words.ts';
import type { Form } from './form.ts';

/** The server takes documents of 8 MiB unless told otherwise; a town's network has less than one. */
const MOST_BYTES = 6_000_000;

type Source = 'none' | 'layers' | 'swmm';

/** What the drains are known from. */
export function drainChoice(form: Form): HTMLElement {
  const { draft } = form;
  const source = sourceOf(draft);
  const options = (['none', 'layers', 'swmm'] as const).map((each) => [each, w(`drainsOf.${each}`)] as const);
  return choice<Source>('run.drains', options, source, (next) => {
    if (next === source) return;
    draft.drains = next === 'none' ? undefined : { from: next === 'layers' ? { layers: {} } : { swmm: { inp: '', crs: `EPSG:${DEFAULT_EPSG}` } } };
    form.rebuild();
  });
}

/** Whether a file was chosen, where the drains are to come from one. */
export const hasFile = (draft: Draft): boolean => sourceOf(draft) !== 'swmm' || text(swmmOf(draft).inp).trim() !== '';

function sourceOf({ drains }: Draft): Source {
  if (drains === undefined) return 'none';
  return 'swmm' in record(record(drains).from) ? 'swmm' : 'layers';
}

const swmmOf = ({ drains }: Draft): Readonly<Record<string, unknown>> => record(record(record(drains).from).swmm);

/** A file, and the grid of its coordinates, where the drains come from one. */
export function drainFile(form: Form): HTMLElement | null {
  const { draft } = form;
  if (sourceOf(draft) !== 'swmm') return null;
  const own = swmmOf(draft);
  const put = (inp: string, crs: string): void => {
    draft.drains = { ...record(draft.drains), from: { swmm: { inp, crs } } };
  };
  const crs = text(own.crs);
  const zones = [...ZONES.map((zone) => [`EPSG:${zone.epsg}`, `VN-2000 ${zoneName(zone)}`] as const), ['OGC:CRS84', w('swmm.degrees')] as const];
  const known = zones.some(([code]) => code === crs) ? zones : [...zones, [crs, crs] as const];
  // The browser's own button speaks the browser's language.
  const input = h('input', { class: 'visually-hidden', attrs: { type: 'file', accept: '.inp,text/plain', 'data-do': 'swmm-file' } });
  input.addEventListener('change', () => {
    const file = input.files?.[0];
    if (!file) return;
    if (file.size > MOST_BYTES) { notify(w('swmm.tooLarge', { most: MOST_BYTES / 1e6 }), 'warning'); return; }
    file.text().then((inp) => {
      if (contentsOf(inp).links === 0) { notify(w('swmm.nothing', { name: file.name }), 'warning'); return; }
      put(inp, text(swmmOf(draft).crs));
      form.rebuild();
    }, (error: unknown) => notify(reasonOf(error), 'warning'));
  });
  const inp = text(own.inp);
  return h(
    'div',
    { class: 'stack tight' },
    h('div', { class: 'actions storm-file' }, h('label', { class: 'action' }, icon('open'), w('swmm.choose'), input), h('span', { class: 'small', attrs: { 'aria-live': 'polite' } }, inp ? told(inp) : '')),
    choice('swmm.crs', known, crs, (next) => put(text(swmmOf(draft).inp), next)),
    h('p', { class: 'muted small' }, w('swmm.hint')),
  );
}

function told(inp: string): string {
  const { nodes, links, places } = contentsOf(inp);
  return places ? w('swmm.told', { nodes, links }) : w('swmm.noPlaces', { nodes, links });
}
