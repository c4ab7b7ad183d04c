/** Who and what is hit: communes and villages, roads, facilities, buildings. */

import type { Part } from '../../app.ts';
import { formatLength, formatNumber, formatValue } from '../../coords/format.ts';
import { lang, titled } from '../../i18n/index.ts';
import { isDenied } from '../../live/rights.ts';
import { sign } from '../../live/signs.ts';
import { h, refill } from '../../ui/dom.ts';
import { choice, segments } from '../fields.ts';
import { reasonOf, type Flood } from '../flood.ts';
import { OF_PEOPLE, type Affected, type Closure, type Drains, type Facility, type Results, type Spell, type Unit, type Units, type Way } from '../model.ts';
import { hoursText, momentText, shortMoment } from '../time.ts';
import { closuresOf, facilitiesOf, unitsOf, waysOf } from '../wire.ts';
import { unitsCsv } from '../units.ts';
import { isWord, w } from '../words.ts';
import { save } from './files.ts';
import { section } from './form.ts';

/** Longer lists are cut; the file has them whole. */
const MOST_ROWS = 60;

export function affectedBox(flood: Flood, results: Results): Part {
  const { affected } = results;
  const body = h('div', { class: 'stack' });
  const element = section(w('affected.title'), body);
  if (!Object.keys(affected).length) {
    element.hidden = true;
    return { element };
  }
  let isOver = false;
  const part = (name: Affected, show: (answer: unknown) => HTMLElement): void => {
    const href = affected[name];
    if (!href || (flood.isDenied && OF_PEOPLE.includes(name))) return;
    const room = h('div', {}, h('p', { class: 'muted small' }, w('common.loading')));
    body.append(room);
    flood.api.get(href).then(
      (answer) => { if (!isOver) refill(room, show(answer)); },
      (error: unknown) => {
        // A published run keeps what tells of households.
        if (!OF_PEOPLE.includes(name) || !isDenied(error)) { refill(room, h('p', { class: 'warning-text small' }, reasonOf(error))); return; }
        room.remove();
        hide();
        flood.deny(true);
      },
    );
  };
  part('units', (answer) => unitsTable(flood, results, unitsOf(answer)));
  part('roads', (answer) => roadsList(flood, results, closuresOf(answer)));
  part('facilities', (answer) => facilitiesList(flood, results, facilitiesOf(answer)));
  part('evacuation', (answer) => waysList(flood, results, waysOf(answer)));
  const buildings = affected.buildings && !flood.isDenied ? buildingsSwitch(flood, affected.buildings) : undefined;
  if (buildings) body.append(buildings);
  const kept = h('p', { class: 'small muted' }, w('affected.kept'));
  kept.hidden = !flood.isDenied;
  body.append(kept);
  const hide = (): void => {
    kept.hidden = false;
    buildings?.remove();
  };
  return {
    element,
    dispose: () => { isOver = true; },
  };
}

function unitsTable(flood: Flood, results: Results, units: Units): HTMLElement {
  const room = h('div', { class: 'stack tight' });
  let level: keyof Units = units.communes.length ? 'communes' : 'villages';
  const fill = (): void => {
    const hit = [...units[level]].filter((unit) => (unit.people ?? 0) > 0 || (unit.flooded_ha ?? 0) > 0 || (unit.buildings_flooded ?? 0) > 0);
    const sorted = hit.sort((a, b) => (b.people ?? 0) - (a.people ?? 0) || (b.flooded_ha ?? 0) - (a.flooded_ha ?? 0));
    const csv = (): void => save(new Blob([unitsCsv(sorted)], { type: 'text/csv;charset=utf-8' }), `flood-${results.run}-${level}.csv`);
    refill(
      room,
      segments<keyof Units>(w('affected.level'), [['communes', w('affected.communes')], ['villages', w('affected.villages')]], level, (next) => { level = next; fill(); }),
      sorted.length ? tableOf(flood, results, sorted.slice(0, MOST_ROWS)) : h('p', { class: 'muted small' }, w('affected.noUnit')),
      h(
        'div',
        { class: 'chart-below' },
        h('span', { class: 'small muted' }, sorted.length > MOST_ROWS ? w('affected.cut', { n: MOST_ROWS, all: sorted.length }) : ''),
        h('button', { class: 'text-button', attrs: { type: 'button' }, on: { click: csv } }, sign('download'), 'CSV'),
      ),
    );
  };
  fill();
  return room;
}

function tableOf(flood: Flood, { summary }: Results, units: readonly Unit[]): HTMLElement {
  const whole = (value: number | undefined): string => (value === undefined ? '–' : formatNumber(value, 0, lang()));
  const isCut = units.some(({ cut_off }) => cut_off.length > 0);
  const heads = ['name', 'people', 'households', 'vulnerable', 'depth', 'first', 'peak', 'area', ...(isCut ? (['cut'] as const) : [])] as const;
  return h(
    'div',
    { class: 'table-room', attrs: { tabindex: 0, role: 'region', 'aria-label': w('affected.title') } },
    h(
      'table',
      { class: 'plain-table units-table' },
      h('thead', {}, h('tr', {}, ...heads.map((each) => h('th', { attrs: { scope: 'col' } }, w(`unit.${each}`))))),
      h(
        'tbody',
        {},
        ...units.map((unit) => {
          const at = unit.deepest?.at;
          const name = at
            ? h('button', { class: 'text-button plain', attrs: { type: 'button', title: w('affected.goDeepest') }, on: { click: () => { flood.goTo(at); flood.setPlace(at); } } }, unit.name)
            : unit.name;
          return h(
            'tr',
            {},
            h('th', { attrs: { scope: 'row' } }, name),
            h('td', {}, whole(unit.people)),
            h('td', {}, whole(unit.households)),
            h('td', {}, whole(unit.vulnerable)),
            h('td', {}, unit.deepest ? formatNumber(unit.deepest.depth_m, 2, lang()) : '–'),
            h('td', {}, unit.first_h === undefined ? '–' : shortMoment(unit.first_h, summary.start)),
            h('td', {}, unit.peak_h === undefined ? '–' : shortMoment(unit.peak_h, summary.start)),
            h('td', {}, unit.flooded_ha === undefined ? '–' : formatValue(unit.flooded_ha, lang(), 1)),
            isCut && h('td', {}, unit.cut_off.map((each) => spellText(each, summary.start)).join('; ')),
          );
        }),
      ),
    ),
  );
}

/** The word of a kind, else as the server names it. */
const named = (group: string, name: string): string => {
  const word = `${group}.${name}`;
  return isWord(word) ? w(word) : name;
};

/** From when to when; open where it lasts beyond the run. */
function spellText({ from_h, to_h }: Spell, start: number | undefined): string {
  const from = shortMoment(from_h, start);
  return to_h === undefined ? w('affected.fromOn', { from }) : w('affected.fromTo', { from, to: shortMoment(to_h, start) });
}

/** What one class of vehicles cannot pass; the map shows the same. */
function roadsList(flood: Flood, { summary }: Results, all: readonly Closure[]): HTMLElement {
  const room = h('div', { class: 'stack tight' });
  const titles = new Map(all.map(({ vehicle, vehicleTitle }) => [vehicle, titled(vehicleTitle)]));
  let vehicle = titles.has('car') ? 'car' : ([...titles.keys()][0] ?? '');
  const fill = (): void => {
    const closed = all.filter((each) => each.vehicle === vehicle).sort((a, b) => (a.closed[0]?.from_h ?? 0) - (b.closed[0]?.from_h ?? 0));
    flood.draw('roads', closed.map(({ name, geometry }) => ({ type: 'Feature', geometry, properties: { name } })));
    const isOpen = room.querySelector('details')?.open === true;
    const length = formatValue(closed.reduce((sum, { length_m }) => sum + length_m, 0) / 1000, lang(), 1);
    const rows = closed.slice(0, MOST_ROWS).map(({ name, closed: spells }) =>
      h('li', {}, h('strong', {}, name || w('affected.noName')), h('span', { class: 'small muted' }, spells.map((each) => spellText(each, summary.start)).join('; '))),
    );
    const details = listOf(w('affected.roads', { n: closed.length, km: length }), rows, closed.length);
    details.open = isOpen;
    refill(room, titles.size > 1 && choice('affected.vehicle', [...titles], vehicle, (next) => { vehicle = next; fill(); }), details);
  };
  fill();
  return room;
}

function listOf(words: string, rows: readonly HTMLElement[], all: number): HTMLDetailsElement {
  return h(
    'details',
    { class: 'series-table affected-list' },
    h('summary', {}, words),
    h('ul', {}, ...rows),
    all > rows.length && h('p', { class: 'small muted' }, w('affected.cut', { n: rows.length, all })),
  );
}

function facilitiesList(flood: Flood, { summary }: Results, all: readonly Facility[]): HTMLElement {
  const wet = all.filter((each) => each.wet).sort((a, b) => (b.depth_m ?? 0) - (a.depth_m ?? 0));
  const dry = all.filter((each) => each.shelter && !each.wet);
  flood.draw('facilities', [...wet, ...dry].flatMap(({ at, name, wet: isWet }) =>
    at ? [{ type: 'Feature' as const, geometry: { type: 'Point' as const, coordinates: [...at] }, properties: { name, wet: isWet } }] : [],
  ));
  const item = ({ name, kind, at, depth_m, arrival_h, capacity, wet: isWet }: Facility): HTMLElement => {
    const facts = [
      named('facility', kind),
      isWet && depth_m ? `${formatNumber(depth_m, 2, lang())} m` : '',
      isWet && arrival_h !== undefined ? momentText(arrival_h, summary.start) : '',
      capacity ? w('affected.capacity', { n: formatNumber(capacity, 0, lang()) }) : '',
    ].filter(Boolean).join(' · ');
    const title = at
      ? h('button', { class: 'text-button plain', attrs: { type: 'button' }, on: { click: () => flood.goTo(at, 16) } }, name || w('affected.noName'))
      : h('strong', {}, name || w('affected.noName'));
    return h('li', {}, title, h('span', { class: 'small muted' }, facts));
  };
  return h(
    'div',
    { class: 'stack tight' },
    listOf(w('affected.facilities', { n: wet.length }), wet.slice(0, MOST_ROWS).map(item), wet.length),
    dry.length > 0 && listOf(w('affected.shelters', { n: dry.length }), dry.slice(0, MOST_ROWS).map(item), dry.length),
  );
}

/** Who goes where until when, and who has no way. */
function waysList(flood: Flood, { summary }: Results, all: readonly Way[]): HTMLElement {
  const ways = all.filter(({ left }) => !left).sort((a, b) => (a.leave_by_h ?? Infinity) - (b.leave_by_h ?? Infinity));
  const left = all.filter((each) => each.left);
  flood.draw('ways', ways.flatMap(({ geometry, village }) => (geometry ? [{ type: 'Feature' as const, geometry, properties: { name: village } }] : [])));
  const people = (some: readonly Way[]): string => formatNumber(some.reduce((sum, each) => sum + each.people, 0), 0, lang());
  const row = ({ village, shelter, people: count, way_m, leave_by_h, left: reason }: Way): HTMLElement => {
    const facts = [
      w('affected.people', { n: formatNumber(count, 0, lang()) }),
      way_m === undefined ? '' : formatLength(way_m, lang()),
      leave_by_h === undefined ? '' : w('affected.leaveBy', { time: momentText(leave_by_h, summary.start) }),
      reason ? named('left', reason) : '',
    ].filter(Boolean).join(' · ');
    return h('li', {}, h('strong', {}, shelter ? `${village} → ${shelter}` : village), h('span', { class: 'small muted' }, facts));
  };
  return h(
    'div',
    { class: 'stack tight' },
    ways.length > 0 && listOf(w('affected.ways', { n: people(ways) }), ways.slice(0, MOST_ROWS).map(row), ways.length),
    left.length > 0 && listOf(w('affected.left', { n: people(left) }), left.slice(0, MOST_ROWS).map(row), left.length),
  );
}

/** What the drains took, and the manholes that gave water back; the map shows these too. */
export function drainsBox(flood: Flood, { summary }: Results, drains: Drains): HTMLElement {
  const { surcharged } = drains;
  const volume = (m3: number): string => `${formatNumber(m3, 0, lang())}\u00a0m³`;
  flood.draw('manholes', surcharged.map(({ at, name, returned_m3 }) => ({
    type: 'Feature', geometry: { type: 'Point', coordinates: [...at] }, properties: { name, returned_m3 },
  })));
  const item = ({ name, at, from_h, hours, above_rim_m, returned_m3 }: Drains['surcharged'][number]): HTMLElement => {
    const facts = [
      volume(returned_m3),
      w('drains.from', { time: shortMoment(from_h, summary.start), hours: hoursText(hours) }),
      w('drains.aboveRim', { height: formatNumber(above_rim_m, 2, lang()) }),
    ].join(' · ');
    return h(
      'li',
      {},
      h('button', { class: 'text-button plain', attrs: { type: 'button' }, on: { click: () => flood.goTo(at, 17) } }, name || w('affected.noName')),
      h('span', { class: 'small muted' }, facts),
    );
  };
  return section(
    w('drains.title'),
    h('p', { class: 'small' }, w('drains.volumes', { taken: volume(drains.taken_m3), out: volume(drains.outfall_m3), back: volume(drains.returned_m3) })),
    surcharged.length
      ? listOf(w('drains.surcharged', { n: surcharged.length }), surcharged.slice(0, MOST_ROWS).map(item), surcharged.length)
      : h('p', { class: 'small muted' }, w('drains.none')),
  );
}

/** Buildings are many: they are drawn when somebody wants to see them. */
function buildingsSwitch(flood: Flood, href: string): HTMLElement {
  const box = h('input', {
    attrs: { type: 'checkbox' },
    on: {
      change: () => {
        if (!box.checked) { flood.draw('buildings', []); return; }
        flood.api.get(href).then(
          (answer) => flood.draw('buildings', (answer as GeoJSON.FeatureCollection).features),
          () => { box.checked = false; },
        );
      },
    },
  });
  return h('label', { class: 'check' }, box, w('affected.buildings'));
}
