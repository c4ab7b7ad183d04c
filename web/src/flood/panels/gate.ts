/** The gate before what is for who is on duty. */

import { tokenRow } from '../../live/rights.ts';
import { h } from '../../ui/dom.ts';
import { icon } from '../../ui/icons.ts';
import { w, type Word } from '../words.ts';
/** Who may not do or see something is told kindly, and may write a token. */
export function gate(again: () => void, title: Word = 'denied.title', why: Word = 'denied.why'): HTMLElement {
  const token = tokenRow();
  token.element.hidden = false;
  return h(
    'form',
    {
      class: 'stack gate flood-gate',
      on: {
        submit: (event) => {
          event.preventDefault();
          token.take();
          again();
        },
      },
    },
    h('p', {}, h('strong', {}, w(title))),
    h('p', { class: 'muted' }, w(why)),
    token.element,
    h('div', { class: 'actions' }, h('button', { class: 'action', attrs: { type: 'submit' } }, icon('check'), w('denied.use'))),
  );
}
