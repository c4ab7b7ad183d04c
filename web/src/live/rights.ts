/** The access token of who is on duty. It is kept in this page only, never stored. */

import { RequestError } from '../api/http.ts';
import { h } from '../ui/dom.ts';
import { w } from './words.ts';

const memory = { token: '' };

/** The header of a request that needs rights; none where the server asks this machine for no token. */
export function bearer(): Readonly<Record<string, string>> {
  return memory.token ? { Authorization: `Bearer ${memory.token}` } : {};
}

/** Whether a request failed because it needs rights, or others. */
export function isDenied(error: unknown): boolean {
  return error instanceof RequestError && (error.status === 401 || error.status === 403);
}

/** Where a token is written: hidden until one is needed. */
export interface TokenRow {
  readonly element: HTMLElement;
  /** Takes what is written for all requests from now on. */
  take(): void;
  /** Shows the row and goes there; whether a token was written already, and did not do. */
  ask(): boolean;
}

export function tokenRow(): TokenRow {
  const input = h('input', { attrs: { type: 'password', autocomplete: 'off', value: memory.token } });
  const element = h(
    'label',
    { class: 'stack tight token-row' },
    h('span', { class: 'small' }, w('alerts.tokenHint')),
    h('span', { class: 'kicker' }, w('alerts.token')),
    input,
  );
  element.hidden = !memory.token;
  return {
    element,
    take: () => { memory.token = input.value.trim(); },
    ask: () => {
      element.hidden = false;
      input.focus();
      return input.value.trim() !== '';
    },
  };
}
