import type { App, Part, Place } from '../app.ts';
import { formatLatLon, formatLength, formatMetres } from '../coords/format.ts';
import { parseCoordinates, type Coordinates, type Grid } from '../coords/parse.ts';
import { ZONES, zoneName, type Zone } from '../coords/zones.ts';
import { middleOf } from '../app.ts';
import { distance } from '../geo/geodesic.ts';
import { lang, t } from '../i18n/index.ts';
import { h, refill } from '../ui/dom.ts';
import { icon } from '../ui/icons.ts';
import { zonePicker } from './zone-picker.ts';

/** One way to read pasted coordinates. */
export interface Reading {
  readonly place: Place;
  readonly title: string;
  readonly notes: readonly string[];
}

/** A box to paste coordinates into; what was understood is confirmed before the map moves. */
export function gotoPanel(app: App): Part {
  const answer = h('div', { class: 'stack', attrs: { 'aria-live': 'polite' } });
  const input = h('textarea', {
    attrs: { rows: 2, placeholder: t('goto.placeholder'), id: 'goto-text', autocomplete: 'off', spellcheck: 'false' },
    on: {
      input: () => void fill(),
      keydown: (event) => {
        if (event.key !== 'Enter') return;
        event.preventDefault();
        answer.querySelector('button')?.click();
      },
    },
  });
  const fill = async (): Promise<void> => {
    const text = input.value.trim();
    const readings = await readingsOf(app, text);
    if (text !== input.value.trim()) return;
    if (!text) refill(answer);
    else if (!readings.length) refill(answer, h('p', { class: 'warning-text' }, t('goto.empty')));
    else {
      refill(
        answer,
        h('p', { class: 'muted' }, t('goto.choose')),
        ...readings.map((reading) => readingButton(reading, () => goTo(app, reading.place))),
      );
    }
  };
  const stop = app.state.on('zone', () => void fill());
  const element = h(
    'section',
    { class: 'view stack' },
    h('label', { attrs: { for: 'goto-text' } }, t('goto.label')),
    input,
    h('p', { class: 'muted small' }, t('goto.hint')),
    h('label', { class: 'stack tight' }, h('span', {}, t('goto.zone')), zonePicker(app)),
    answer,
  );
  return { element, dispose: stop };
}

/** A reading as a button that confirms it. */
export function readingButton(reading: Reading, choose: () => void): HTMLElement {
  return h(
    'button',
    { class: 'reading', attrs: { type: 'button' }, on: { click: choose } },
    icon('target'),
    h(
      'span',
      {},
      h('strong', {}, reading.title),
      ...reading.notes.map((note) => h('span', { class: 'note' }, note)),
    ),
  );
}

/** Moves the map to a place and shows its coordinates. */
export function goTo(app: App, place: Place): void {
  app.map.flyTo({ center: [place[0], place[1]], zoom: Math.max(app.map.getZoom(), 17) });
  app.state.set('pin', place);
  app.state.set('place', place);
  app.open('place');
}

/** Every sensible way to read a text as coordinates, the likeliest first. */
export async function readingsOf(app: App, text: string): Promise<Reading[]> {
  const found = parseCoordinates(text);
  if (!found) return [];
  if (found.kind === 'degrees') return [degreesReading(app, found)];
  return gridReadings(app, found);
}

function degreesReading(app: App, found: Extract<Coordinates, { kind: 'degrees' }>): Reading {
  const place: Place = [found.lon, found.lat];
  const [lat, lon] = formatLatLon(found.lon, found.lat).split(', ') as [string, string];
  const notes = [...(found.swapped ? [t('goto.swapped', { lat, lon })] : []), whereabouts(app, place)];
  return { place, title: t('goto.asDegrees', { lat, lon }), notes };
}

/** A pair of metres could be of any grid: the chosen one first, then those that lie in the data. */
async function gridReadings(app: App, found: Grid): Promise<Reading[]> {
  const { fromGrid } = await import('../coords/vn2000.ts');
  const chosen = app.state.get('zone');
  const reading = (zone: Zone): Reading => {
    const place = fromGrid(zone, [found.east, found.north]);
    const notes = [
      ...(found.labelsContradict ? [t('goto.labelsContradict')] : found.eastFirst ? [t('goto.eastFirst')] : []),
      whereabouts(app, place),
    ];
    const [x, y] = [formatMetres(found.north), formatMetres(found.east)];
    return { place, title: t('goto.asGrid', { x, y, zone: zoneName(zone) }), notes };
  };
  const others = ZONES.filter(
    (zone) => zone !== chosen && awayFromData(app, fromGrid(zone, [found.east, found.north])) === 0,
  );
  return [chosen, ...others.slice(0, 3)].map(reading);
}

/** How far a place lies from the data, in metres; 0 inside. */
export function awayFromData(app: App, place: Place): number {
  const box = app.home;
  if (!box) return 0;
  const inside = place[0] >= box[0] && place[0] <= box[2] && place[1] >= box[1] && place[1] <= box[3];
  return inside ? 0 : distance(place, middleOf(box));
}

function whereabouts(app: App, place: Place): string {
  const away = awayFromData(app, place);
  return away === 0 ? t('goto.inCity') : t('goto.outside', { distance: formatLength(away, lang()) });
}
