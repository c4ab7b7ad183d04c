/** Who and what is hit: communes and villages, roads, facilities, buildings. */

import type { Part } from '../../app.ts';
import { formatNumber, formatValue } from '../../coords/format.ts';
import { lang } from '../../i18n/index.ts';
import { sign } from '../../live/signs.ts';
import { h, refill } from '../../ui/dom.ts';
import { segments } from '../fields.ts';
import { reasonOf, type Flood } from '../flood.ts';
import type { Affected, Facility, Results, Road, Unit, Units } from '../model.ts';
import { hoursText, momentText } from '../time.ts';
import { facilitiesOf, roadsOf, unitsOf } from '../wire.ts';
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
    if (!href) return;
    const room = h('div', {}, h('p', { class: 'muted small' }, w('common.loading')));
    body.append(room);
    flood.api.get(href).then(
      (answer) => { if (!isOver) refill(room, show(answer)); },
      (error: unknown) => refill(room, h('p', { class: 'warning-text small' }, reasonOf(error))),
    );
  };
  part('units', (answer) => unitsTable(flood, results, unitsOf(answer)));
  part('roads', (answer) => roadsList(flood, results, roadsOf(answer)));
  part('facilities', (answer) => facilitiesList(flood, results, facilitiesOf(answer)));
  if (affected.buildings) body.append(buildingsSwitch(flood, affected.buildings));
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
  const heads = ['name', 'people', 'households', 'vulnerable', 'depth', 'first', 'peak', 'area'] as const;
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
            h('td', {}, unit.first_h === undefined ? '–' : momentText(unit.first_h, summary.start)),
            h('td', {}, unit.peak_h === undefined ? '–' : momentText(unit.peak_h, summary.start)),
            h('td', {}, unit.flooded_ha === undefined ? '–' : formatValue(unit.flooded_ha, lang(), 1)),
          );
        }),
      ),
    ),
  );
}

/** The word of a class of vehicle or a kind of facility, else as the server names it. */
const named = (group: string, name: string): string => {
  const word = `${group}.${name}`;
  return isWord(word) ? w(word) : name;
};

function roadsList(flood: Flood, { summary }: Results, roads: readonly Road[]): HTMLElement {
  const closed = roads.filter((road) => Object.keys(road.closed).length > 0);
  flood.draw('roads', closed.map(({ name, geometry }) => ({ type: 'Feature', geometry, properties: { name } })));
  const earliest = (road: Road): number => Math.min(...Object.values(road.closed).map(([from]) => from));
  const rows = [...closed].sort((a, b) => earliest(a) - earliest(b)).slice(0, MOST_ROWS).map((road) => {
    const spans = Object.entries(road.closed).map(([vehicle, [from, to]]) => `${named('vehicle', vehicle)}: ${momentText(from, summary.start)} – ${hoursText(to)}`);
    return h('li', {}, h('strong', {}, road.name || w('affected.noName')), h('span', { class: 'small muted' }, spans.join('; ')));
  });
  return h(
    'details',
    { class: 'series-table affected-list' },
    h('summary', {}, w('affected.roads', { n: closed.length })),
    h('ul', {}, ...rows),
    closed.length > MOST_ROWS && h('p', { class: 'small muted' }, w('affected.cut', { n: MOST_ROWS, all: closed.length })),
  );
}

function facilitiesList(flood: Flood, { summary }: Results, all: readonly Facility[]): HTMLElement {
  const wet = all.filter(({ depth_m }) => (depth_m ?? 0) > 0).sort((a, b) => (b.depth_m ?? 0) - (a.depth_m ?? 0));
  const shown = all.filter(({ depth_m, shelter }) => (depth_m ?? 0) > 0 || shelter);
  flood.draw('facilities', shown.flatMap(({ at, name, depth_m }) =>
    at ? [{ type: 'Feature' as const, geometry: { type: 'Point' as const, coordinates: [...at] }, properties: { name, wet: (depth_m ?? 0) > 0 } }] : [],
  ));
  const dry = all.filter(({ shelter, depth_m }) => shelter && !((depth_m ?? 0) > 0));
  const item = ({ name, kind, at, depth_m, arrival_h }: Facility): HTMLElement => {
    const facts = [
      named('facility', kind),
      depth_m ? `${formatNumber(depth_m, 2, lang())} m` : '',
      arrival_h === undefined ? '' : momentText(arrival_h, summary.start),
    ].filter(Boolean).join(' · ');
    const title = at
      ? h('button', { class: 'text-button plain', attrs: { type: 'button' }, on: { click: () => { flood.goTo(at, 16); } } }, name || w('affected.noName'))
      : h('strong', {}, name || w('affected.noName'));
    return h('li', {}, title, h('span', { class: 'small muted' }, facts));
  };
  return h(
    'div',
    { class: 'stack tight' },
    h('details', { class: 'series-table affected-list' }, h('summary', {}, w('affected.facilities', { n: wet.length })), h('ul', {}, ...wet.slice(0, MOST_ROWS).map(item))),
    dry.length > 0 &&
      h('details', { class: 'series-table affected-list' }, h('summary', {}, w('affected.shelters', { n: dry.length })), h('ul', {}, ...dry.slice(0, MOST_ROWS).map(item))),
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
