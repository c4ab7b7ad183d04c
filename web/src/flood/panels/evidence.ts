/** What passed the structures of a run, and how the run stands to flood marks. */

import { formatNumber } from '../../coords/format.ts';
import { lang } from '../../i18n/index.ts';
import { h } from '../../ui/dom.ts';
import type { Summary } from '../model.ts';
import { shortMoment } from '../time.ts';
import { w } from '../words.ts';

export function evidenceTables({ structures, marks, start }: Summary): HTMLElement[] {
  const number = (value: number | undefined, digits: number): string => (value === undefined ? '–' : formatNumber(value, digits, lang()));
  const signed = (value: number | undefined): string => `${value !== undefined && value > 0 ? '+' : ''}${number(value, 2)}`;
  const tables: HTMLElement[] = [];
  if (structures.length) {
    const heads = [w('works.called'), w('structure.greatest'), w('structure.at'), w('structure.volume')];
    tables.push(table(w('structure.title'), heads, structures.map(({ name, greatest_m3_s, greatest_at_h, volume_m3 }) => [
      name, number(greatest_m3_s, 2), greatest_m3_s > 0 ? shortMoment(greatest_at_h, start) : '–', number(volume_m3, 0),
    ])));
  }
  if (marks) {
    const heads = [w('works.called'), w('mark.marked'), w('mark.modelled'), w('mark.error')];
    tables.push(
      table(w('mark.title'), heads, marks.marks.map(({ name, marked_m, modelled_m, error_m }) => [name, number(marked_m, 2), number(modelled_m, 2), error_m === undefined ? '–' : signed(error_m)])),
      h('p', { class: 'small muted' }, w('mark.facts', { n: marks.counted, bias: signed(marks.bias_m), rmse: number(marks.rmse_m, 2) })),
    );
  }
  return tables;
}

function table(caption: string, heads: readonly string[], rows: readonly (readonly string[])[]): HTMLElement {
  return h(
    'div',
    { class: 'table-room', attrs: { tabindex: 0, role: 'region', 'aria-label': caption } },
    h(
      'table',
      { class: 'plain-table compare-table' },
      h('caption', { class: 'kicker' }, caption),
      h('thead', {}, h('tr', {}, ...heads.map((each) => h('th', { attrs: { scope: 'col' } }, each)))),
      h('tbody', {}, ...rows.map(([name = '', ...cells]) => h('tr', {}, h('th', { attrs: { scope: 'row' } }, name), ...cells.map((each) => h('td', { class: 'number' }, each))))),
    ),
  );
}
