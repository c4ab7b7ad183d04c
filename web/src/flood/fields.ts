/** The fields of the form. */

import { h } from '../ui/dom.ts';
import { icon } from '../ui/icons.ts';
import { readNumber, readRows, writeNumber } from './numbers.ts';
import type { Row } from './scenario.ts';
import { w, type Word } from './words.ts';

/** A number with its unit. What cannot be read is marked, and becomes NaN. */
export function numberField(word: Word, unit: string, value: number | undefined, set: (value: number | undefined) => void): HTMLElement {
  const input = numberInput(value, set);
  return h('label', { class: 'field' }, h('span', { class: 'kicker' }, w(word)), h('span', { class: 'unit-box' }, input, h('span', { class: 'unit' }, unit)));
}

function numberInput(value: number | undefined, set: (value: number | undefined) => void, label?: string): HTMLInputElement {
  const input = h('input', {
    attrs: { type: 'text', inputmode: 'decimal', autocomplete: 'off', 'aria-label': label },
    on: {
      input: () => {
        const next = readNumber(input.value);
        input.setAttribute('aria-invalid', String(Number.isNaN(next)));
        set(next);
      },
    },
  });
  input.value = writeNumber(value);
  return input;
}

/** One of a few choices. */
export function choice<T extends string>(word: Word, options: readonly (readonly [T, string])[], value: T, set: (value: T) => void): HTMLElement {
  const select = h(
    'select',
    {
      on: {
        change: () => {
          const chosen = options.find(([each]) => each === select.value);
          if (chosen) set(chosen[0]);
        },
      },
    },
    ...options.map(([each, name]) => h('option', { attrs: { value: each } }, name)),
  );
  select.value = value;
  return h('label', { class: 'field' }, h('span', { class: 'kicker' }, w(word)), select);
}

export function textField(word: Word, value: string, set: (value: string) => void, list?: string): HTMLElement {
  const input = h('input', { attrs: { type: 'text', list, autocomplete: 'off' }, on: { input: () => set(input.value) } });
  input.value = value;
  return h('label', { class: 'field wide' }, h('span', { class: 'kicker' }, w(word)), input);
}

/** Two or three ways, of which one holds. */
export function segments<T extends string>(label: string, options: readonly (readonly [T, string])[], value: T, set: (value: T) => void): HTMLElement {
  return h(
    'div',
    { class: 'segments', attrs: { role: 'tablist', 'aria-label': label } },
    ...options.map(([each, name]) =>
      h('button', { attrs: { type: 'button', role: 'tab', 'aria-selected': String(each === value), 'data-choice': each }, on: { click: () => set(each) } }, name),
    ),
  );
}

export interface TableOptions {
  /** What it says, for a screen reader. */
  readonly label: string;
  readonly head: readonly [string, string];
  readonly rows: readonly Row[];
  readonly set: (rows: readonly Row[]) => void;
}

/** Times and values, to be written or pasted from a spreadsheet. */
export function rowTable({ label, head, rows, set }: TableOptions): HTMLElement {
  let current: Row[] = [...rows];
  const body = h('tbody');
  const change = (next: Row[], focus?: number): void => {
    current = next;
    set(current);
    fill();
    if (focus !== undefined) body.querySelectorAll<HTMLElement>('tr')[focus]?.querySelector('input')?.focus();
  };
  const fill = (): void => {
    body.replaceChildren(
      ...current.map((row, i) => {
        const put = (column: 0 | 1) => (value: number | undefined): void => {
          const old = current[i] ?? row;
          current[i] = column === 0 ? [value ?? NaN, old[1]] : [old[0], value ?? NaN];
          set(current);
        };
        return h(
          'tr',
          {},
          h('td', {}, numberInput(row[0], put(0), `${head[0]} ${i + 1}`)),
          h('td', {}, numberInput(row[1], put(1), `${head[1]} ${i + 1}`)),
          h(
            'td',
            {},
            h(
              'button',
              {
                class: 'icon-button small',
                attrs: { type: 'button', 'aria-label': w('table.remove', { n: i + 1 }), title: w('table.remove', { n: i + 1 }), disabled: current.length < 2 },
                on: { click: () => change(current.filter((_, each) => each !== i)) },
              },
              icon('close'),
            ),
          ),
        );
      }),
    );
  };
  const add = (): void => {
    const [last, before] = [current.at(-1), current.at(-2)];
    const step = last && before ? last[0] - before[0] : 1;
    change([...current, [Number(((last?.[0] ?? 0) + step).toFixed(4)), last?.[1] ?? 0]], current.length);
  };
  fill();
  return h(
    'div',
    {
      class: 'row-table',
      on: {
        paste: (event) => {
          const pasted = readRows(event.clipboardData?.getData('text') ?? '').flatMap(([hour, value]) =>
            hour === undefined || value === undefined ? [] : [[hour, value] as const],
          );
          // One number goes into its field as usual.
          if (!pasted.length) return;
          event.preventDefault();
          change(pasted);
        },
      },
    },
    h(
      'table',
      { attrs: { 'aria-label': label } },
      h('thead', {}, h('tr', {}, ...head.map((each) => h('th', { attrs: { scope: 'col' } }, each)), h('th', {}, h('span', { class: 'visually-hidden' }, w('table.change'))))),
      body,
    ),
    h('button', { class: 'text-button', attrs: { type: 'button' }, on: { click: add } }, icon('plus'), w('table.add')),
  );
}
