/** What opens below the live layer's name: kinds to switch, colours and marks explained. */

import { h, refill } from '../ui/dom.ts';
import type { Live } from './live.ts';
import { KINDS, kindName } from './roles.ts';
import { symbolCanvas } from './symbols.ts';
import { toneName, type Tone } from './tone.ts';
import { w } from './words.ts';

const SHOWN_TONES: readonly Tone[] = ['normal', 'alarm1', 'alarm2', 'alarm3', 'alarm4', 'suspect', 'bad', 'unknown'];
/** One name for both roles that count traffic. */
const KINDS_SHOWN = KINDS.filter(({ role }) => role !== 'detectors');

export function liveDetails(live: Live): HTMLElement {
  const kinds = h('div', { class: 'chips', attrs: { role: 'group', 'aria-label': w('legend.kinds') } });
  const fill = (): void => refill(kinds, ...KINDS_SHOWN.map(({ role, minZoom }) => chip(live, role, minZoom)));
  fill();
  const root = h(
    'div',
    { class: 'details-inner' },
    h('h4', { class: 'kicker' }, w('legend.kinds')),
    kinds,
    h('h4', { class: 'kicker' }, w('legend.states')),
    h(
      'ul',
      { class: 'legend live-legend' },
      ...SHOWN_TONES.map((tone) =>
        h('li', {}, symbolCanvas({ role: 'gauges', tone, simulated: false, stale: false }), h('span', {}, toneName(tone))),
      ),
      h('li', {}, symbolCanvas({ role: 'gauges', tone: 'normal', simulated: true, stale: false }), h('span', {}, w('legend.simulated'))),
      h('li', {}, faded(), h('span', {}, w('legend.faded'))),
    ),
  );
  const stop = live.topics.on(['mode'], () => {
    if (root.isConnected) fill();
    else stop();
  });
  return root;
}

function faded(): HTMLElement {
  const canvas = symbolCanvas({ role: 'gauges', tone: 'normal', simulated: false, stale: false });
  canvas.style.opacity = '0.45';
  return canvas;
}

function chip(live: Live, role: string, minZoom: number): HTMLElement {
  const isOn = live.roles.has(role);
  const isFar = live.app.map.getZoom() < minZoom;
  return h(
    'button',
    {
      class: `chip${isFar ? ' far' : ''}`,
      attrs: { type: 'button', 'aria-pressed': String(isOn), title: isFar ? w('role.zoom') : undefined },
      on: {
        click: () => {
          if (role === 'traffic-detectors') live.setRole('detectors', !isOn);
          live.setRole(role, !isOn);
          if (!live.isOn && !isOn) live.setOn(true);
        },
      },
    },
    kindName(role),
  );
}
