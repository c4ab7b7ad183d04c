/** The stations of the view as a list: for the keyboard, and for who looks for the worst. */

import type { Part } from '../../app.ts';
import { lang, titled } from '../../i18n/index.ts';
import { h, refill } from '../../ui/dom.ts';
import type { Live } from '../live.ts';
import { chiefReading, type Thing } from '../model.ts';
import { kindName, kindOf } from '../roles.ts';
import { symbolCanvas } from '../symbols.ts';
import { LOOKS, agoText, alarmText, freshText, resultText, toneOf } from '../tone.ts';
import { w } from '../words.ts';

/** More would make the page slow, and nobody reads them. */
const MOST = 200;
const REFRESH_MS = 2000;

export function stationsPanel(live: Live): Part {
  const list = h('ul', { class: 'station-list' });
  const fill = (): void => {
    const active = document.activeElement?.getAttribute('data-thing');
    const shown = visible(live).slice(0, MOST);
    refill(list, ...shown.map((thing) => row(live, thing)));
    hint.textContent = shown.length ? w('stations.hint') : w('stations.none');
    if (active) list.querySelector<HTMLElement>(`[data-thing="${active}"]`)?.focus();
  };
  const hint = h('p', { class: 'muted hint' });
  fill();
  let last = 0;
  const stop = live.topics.on(['things', 'mode'], () => {
    const now = performance.now();
    if (now - last < REFRESH_MS) return;
    last = now;
    fill();
  });
  return { element: h('section', { class: 'view' }, hint, list), dispose: stop };
}

function visible(live: Live): Thing[] {
  const { map } = live.app;
  const bounds = map.getBounds();
  const zoom = map.getZoom();
  const rank = (thing: Thing): number => LOOKS[toneOf(chiefReading(thing))].rank;
  return [...(live.store?.all ?? [])]
    .filter(({ place, role }) => bounds.contains([place[0], place[1]]) && live.roles.has(kindOf(role).role) && kindOf(role).minZoom <= zoom)
    .sort((a, b) => rank(b) - rank(a) || a.role.localeCompare(b.role) || titled(a.name).localeCompare(titled(b.name), lang()));
}

function row(live: Live, thing: Thing): HTMLElement {
  const reading = chiefReading(thing);
  const now = live.now();
  const age = reading?.time === undefined ? w('age.none') : agoText(reading.time, now);
  const notes = [kindName(thing.role), age, reading ? freshText(reading, now) : ''].filter(Boolean).join(' · ');
  const alarm = reading ? alarmText(reading) : '';
  return h(
    'li',
    {},
    h(
      'button',
      {
        class: 'station-row',
        attrs: { type: 'button', 'data-thing': thing.id },
        on: { click: () => { live.goTo(thing.place); live.openStation(thing.id); } },
      },
      symbolCanvas({ role: thing.role, tone: toneOf(reading), simulated: thing.simulated, stale: live.line === 'lost' && !live.replay }),
      h(
        'span',
        { class: 'station-words' },
        h('strong', {}, titled(thing.name)),
        h('span', { class: 'muted small' }, notes, thing.simulated && h('span', { class: 'tag' }, w('mark.simulated'))),
      ),
      h('span', { class: 'station-value number' }, reading ? resultText(reading.result, reading.unit) : '–', alarm && h('span', { class: 'small' }, alarm)),
    ),
  );
}
