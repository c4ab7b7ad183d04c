/** Legends of runs in words. */

import { formatValue } from '../coords/format.ts';
import { lang } from '../i18n/index.ts';
import { h } from '../ui/dom.ts';
import { DIFFERENCE_STEPS } from './difference.ts';
import type { Step } from './model.ts';
import { w, type Word } from './words.ts';

const HAZARDS: readonly Word[] = ['hazard.1', 'hazard.2', 'hazard.3', 'hazard.4'];

/** The unit in which an output is. */
export function unitOf(output: string): string {
  if (/^(arrival|duration)/.test(output)) return w('unit.h');
  if (output === 'max-speed') return 'm/s';
  if (output === 'max-depth-speed') return 'm²/s';
  if (output === 'probability-30cm') return '%';
  return output === 'hazard' ? '' : 'm';
}

/** From where to where a step goes: `0,1 – 0,3`. */
export function stepText(steps: readonly Step[], i: number): string {
  const number = (value: number): string => formatValue(value, lang(), 2);
  const [from, to] = [steps[i]?.from ?? 0, steps[i + 1]?.from];
  if (to === undefined) return `≥ ${number(from)}`;
  if (!Number.isFinite(from) || (i === 0 && from < -5)) return `< ${number(to)}`;
  return `${number(from)} – ${number(to)}`;
}

/** The rows of a legend. */
export function legendRows(output: string, steps: readonly Step[]): readonly (readonly [color: string, words: string])[] {
  return steps.map((step, i) => {
    const hazard = output === 'hazard' ? HAZARDS[step.from - 1] : undefined;
    return [colorOf(step), hazard ? w(hazard) : stepText(steps, i)] as const;
  });
}

/** The rows of what two runs differ by. */
export function differenceRows(): readonly (readonly [color: string, words: string])[] {
  return DIFFERENCE_STEPS.map((step, i) => [colorOf(step), stepText(DIFFERENCE_STEPS, i)] as const);
}

export function legendElement(rows: readonly (readonly [string, string])[]): HTMLElement {
  return h(
    'ul',
    { class: 'legend flood-legend' },
    ...rows.map(([color, words]) => {
      const swatch = h('span', { class: 'swatch fill', attrs: { 'aria-hidden': 'true' } });
      swatch.style.background = color;
      return h('li', {}, swatch, h('span', { class: 'number' }, words));
    }),
  );
}

const colorOf = ({ rgba: [r, g, b, a] }: Step): string => `rgb(${r} ${g} ${b} / ${Math.round((a / 255) * 100)}%)`;
