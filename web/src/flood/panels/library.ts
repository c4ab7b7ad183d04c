/** The flood library: the map for the level of now, or of a forecast, at once. */

import type { Part } from '../../app.ts';
import { formatNumber, formatValue } from '../../coords/format.ts';
import { lang, titled } from '../../i18n/index.ts';
import { timeText } from '../../live/age.ts';
import { sign } from '../../live/signs.ts';
import { h, refill } from '../../ui/dom.ts';
import { icon } from '../../ui/icons.ts';
import { notify } from '../../ui/notice.ts';
import { reasonOf, type Flood } from '../flood.ts';
import { absentGauges, missingAlarms, type AlarmedGauge } from '../gauges.ts';
import { readyOf, unreadyOf, type Level, type Mark, type Match, type Station } from '../library.ts';
import { readNumber } from '../numbers.ts';
import { w } from '../words.ts';
import { section } from './form.ts';
import { linkRow } from './files.ts';
import { recipeForm, type RecipeForm } from './recipe.ts';

export function libraryPage(flood: Flood): Part {
  const stations = h('div', { class: 'stack library' });
  let isOver = false;
  // A form that somebody has begun to fill stays as it is while stations come and go.
  const recipe = h('div', { class: 'stack' });
  let form: RecipeForm | undefined;
  const fillRecipe = (): void => {
    form = flood.isDenied ? undefined : recipeForm(flood, () => void load());
    refill(recipe, form?.element);
  };
  const make: Make = (gauge, levels) => form?.fill(gauge, levels);
  // What somebody has typed or was told of a station outlives the runs that end meanwhile.
  const kept = new Map<string, Kept>();
  const keptOf = ({ name }: Station): Kept => {
    const its = kept.get(name) ?? { typed: '' };
    kept.set(name, its);
    return its;
  };
  const load = async (): Promise<void> => {
    try {
      // What the gauges' alarm levels are is told beside the library; without them it is what it is.
      const [found, gauges] = await Promise.all([flood.api.library(), flood.api.gauges().catch((): AlarmedGauge[] => [])]);
      if (isOver) return;
      const absent = flood.isDenied ? [] : absentGauges(found, gauges);
      const held = [...stations.querySelectorAll<HTMLInputElement>('[data-forecast]')].find((each) => each === document.activeElement)?.dataset.forecast;
      refill(
        stations,
        ...(found.length ? found.map((each) => stationBox(flood, each, gauges, make, keptOf(each))) : [h('div', { class: 'empty-state' }, sign('history'), h('p', {}, w('library.none')))]),
        absent.length ? absentBox(absent, make) : null,
      );
      if (held !== undefined) [...stations.querySelectorAll<HTMLInputElement>('[data-forecast]')].find((each) => each.dataset.forecast === held)?.focus();
    } catch (error) {
      if (!isOver) refill(stations, h('p', { class: 'warning-text' }, reasonOf(error)));
    }
  };
  refill(stations, h('p', { class: 'muted' }, w('common.loading')));
  void load();
  fillRecipe();
  let ended = endedOf(flood);
  const stops = [
    flood.topics.on(['rights'], fillRecipe),
    flood.topics.on(['runs'], () => {
      // Only a run that has ended changes what can be shown.
      const now = endedOf(flood);
      if (now === ended) return;
      ended = now;
      void load();
    }),
  ];
  return {
    element: h('div', { class: 'stack' }, h('p', { class: 'muted small' }, w('library.intro')), stations, recipe),
    dispose: () => {
      isOver = true;
      for (const stop of stops) stop();
    },
  };
}

const endedOf = ({ runs }: Flood): string => runs.map(({ id, status }) => `${id}${status}`).join();

/** The map of a level of the library, with the worst of each cell. */
export async function showLevel(flood: Flood, { job }: Level): Promise<void> {
  flood.output = 'max-depth';
  await flood.showRun(job, flood.results === undefined);
}

/** `1,20 m`, `850 m³/s`. */
function markText({ of, value }: Mark): string {
  return of === 'level' ? `${formatNumber(value, 2, lang())}\u00a0m` : `${formatNumber(value, 0, lang())}\u00a0m³/s`;
}

/** `1,20 m · Báo động 2`. */
export function levelText(level: Mark & Pick<Level, 'name'>): string {
  return [markText(level), level.name ? titled(level.name) : ''].filter(Boolean).join(' · ');
}

/** What the library has for a level, in words. */
export function matchText(match: Match, now: number): HTMLElement[] {
  const { observed, chosen, warning } = match;
  const level = markText(match);
  const when = observed === undefined ? w('library.forecast', { level }) : w('library.present', { level, at: timeText(observed, lang(), now) });
  return [
    h('p', {}, when),
    ...(chosen ? [h('p', { class: 'small muted' }, w(chosen.value >= match.value ? 'library.chosen' : 'library.highest', { level: levelText(chosen) }))] : []),
    ...(warning ? [h('p', { class: 'warning-text small' }, titled(warning))] : []),
  ];
}

/** Fills the form for a gauge and some of its levels. */
type Make = (gauge: { readonly name: string; readonly datastream: number }, levels: readonly number[]) => void;

/** What stays of a station's box when it is made anew: the level that somebody types, and the last answer. */
interface Kept {
  typed: string;
  match?: Match;
}

/** Gauges that have alarm levels and no maps. */
function absentBox(absent: readonly AlarmedGauge[], make: Make): HTMLElement {
  const row = (gauge: AlarmedGauge): HTMLElement =>
    h(
      'li',
      {},
      h('span', {}, w('library.absentRow', { name: gauge.name, n: gauge.alarms.length })),
      h('button', { class: 'text-button', attrs: { type: 'button' }, on: { click: () => make(gauge, gauge.alarms.map(({ value }) => value)) } }, icon('plus'), w('library.begin')),
    );
  return section(w('library.absent'), h('ul', { class: 'small library-absent' }, ...absent.map(row)));
}

/** Levels that cannot be shown, each with the reason, and alarm levels that nobody has asked for. */
function lackBox(flood: Flood, station: Station, gauges: readonly AlarmedGauge[], make: Make): HTMLElement | null {
  const missing = missingAlarms(station, gauges);
  const { datastream, name } = station;
  const known = gauges.some((each) => each.datastream === datastream);
  const waiting = unreadyOf(station).map((level) => {
    const word = level.status === 'failed' ? 'library.failed' : level.status === 'running' ? 'library.running' : 'library.waits';
    return h('li', { class: level.status === 'failed' ? 'warning-text' : 'muted' }, w(word, { level: levelText(level) }));
  });
  const rows = [...waiting, ...missing.map(({ value, title }) => h('li', { class: 'warning-text' }, w('library.missing', { level: levelText({ of: 'level', value, name: title }) })))];
  if (!rows.length) return known ? h('p', { class: 'small muted' }, w('library.whole')) : null;
  const fill = datastream !== undefined && missing.length && !flood.isDenied
    ? h('button', { class: 'text-button', attrs: { type: 'button', 'data-do': 'fill-in' }, on: { click: () => make({ name, datastream }, missing.map(({ value }) => value)) } }, icon('plus'), w('library.fillIn'))
    : null;
  return h('div', { class: 'stack tight library-lack' }, h('ul', { class: 'small' }, ...rows), fill);
}

/** Files of the levels that can be shown, such as maps on paper, as the server names them. */
function papersBox(flood: Flood, levels: readonly Level[]): HTMLElement | null {
  const withLinks = levels.filter(({ links }) => links.length);
  if (!withLinks.length) return null;
  return h(
    'div',
    { class: 'stack tight library-papers' },
    ...withLinks.map((level) =>
      h(
        'div',
        {},
        h('p', { class: 'kicker' }, w('library.papers', { level: levelText(level) })),
        h('ul', { class: 'file-list' }, ...level.links.map((link, i) => h('li', {}, linkRow(flood, link, `ngap-${level.job}-${i + 1}`)))),
      ),
    ),
  );
}

function stationBox(flood: Flood, station: Station, gauges: readonly AlarmedGauge[], make: Make, kept: Kept): HTMLElement {
  const ready = readyOf(station);
  const fail = (error: unknown): void => notify(reasonOf(error), 'warning');
  const told = h('div', { class: 'stack tight match', attrs: { role: 'status' } });
  const tell = (match: Match): void => {
    kept.match = match;
    refill(told, ...matchText(match, flood.api.clock.now()));
  };
  if (kept.match) tell(kept.match);
  // The level of now is told by itself; it does not take away what somebody has asked for.
  const tellPresent = (match: Match): void => {
    const isAsked = kept.match !== undefined && kept.match.observed === undefined;
    if (!isAsked) tell(match);
  };
  const ask = async (value?: number): Promise<void> => {
    const match = await flood.api.match(station.name, value === undefined ? undefined : { of: station.of, value });
    tell(match);
    if (!match.chosen) return;
    isShown = true;
    put(ready.findIndex(({ job }) => job === match.chosen?.job));
    await showLevel(flood, match.chosen);
  };
  const words = h('output', { class: 'number' });
  const slider = h('input', {
    attrs: { type: 'range', min: 0, max: Math.max(0, ready.length - 1), step: 1, 'aria-label': w(`library.${station.of}`, { station: station.name }) },
    on: { input: () => show(Number(slider.value)) },
  });
  const put = (index: number): void => {
    const level = ready[index];
    if (!level) return;
    slider.value = String(index);
    const flooded = level.ground[0];
    words.textContent = [levelText(level), flooded ? w('library.flooded', { area: formatValue(flooded.area_ha, lang(), 0), depth: formatValue(flooded.depth_m, lang(), 2) }) : ''].filter(Boolean).join(' · ');
    slider.setAttribute('aria-valuetext', words.textContent);
    for (const [i, chip] of chips.entries()) chip.setAttribute('aria-pressed', String(i === index && isShown));
  };
  // Nothing is pressed before something is shown.
  let isShown = false;
  const show = (index: number): void => {
    const level = ready[index];
    if (!level) return;
    isShown = true;
    put(index);
    delete kept.match;
    refill(told);
    void showLevel(flood, level).catch(fail);
  };
  const chips = ready.map((level, i) =>
    h('button', { class: 'chip', attrs: { type: 'button', 'data-level': level.value, 'aria-pressed': 'false' }, on: { click: () => show(i) } }, levelText(level)),
  );
  const shown = ready.findIndex(({ job }) => job === flood.results?.run);
  isShown = shown >= 0;
  put(Math.max(0, shown));
  const waiting = station.levels.length - ready.length;
  const box = section(
    station.name,
    waiting > 0 ? h('p', { class: 'small muted' }, w('library.waiting', { n: ready.length, all: station.levels.length })) : null,
    ready.length ? presentRow(flood, station, { ask, tell: tellPresent, fail }) : null,
    ready.length ? h('div', { class: 'stack tight' }, ready.length > 1 && slider, h('p', { class: 'small' }, words), h('div', { class: 'chips' }, ...chips)) : null,
    ready.length ? forecastRow(station, kept, { ask, fail }) : null,
    told,
    lackBox(flood, station, gauges, make),
    papersBox(flood, ready),
  );
  box.classList.add('library-station');
  return box;
}

/** What is done for a level, and with what goes wrong. */
interface Asking {
  readonly ask: (value?: number) => Promise<void>;
  readonly fail: (error: unknown) => void;
}

/** The level of now, where a datastream tells it. */
function presentRow(flood: Flood, { name, of, datastream }: Station, { ask, tell, fail }: Asking & { readonly tell: (match: Match) => void }): HTMLElement | null {
  if (datastream === undefined) return null;
  // What it says is told before anybody asks; the map changes only when somebody wants it.
  flood.api.match(name).then(tell, () => undefined);
  return h(
    'div',
    { class: 'actions' },
    h('button', { class: 'action primary', attrs: { type: 'button', 'data-do': 'present' }, on: { click: () => void ask().catch(fail) } }, icon('live'), w(of === 'level' ? 'library.now' : 'library.nowRelease')),
  );
}

/** A level that somebody expects. */
function forecastRow({ name, of }: Station, kept: Kept, { ask, fail }: Asking): HTMLElement {
  const isLevel = of === 'level';
  const input = h('input', { attrs: { type: 'text', inputmode: 'decimal', autocomplete: 'off', value: kept.typed, 'data-forecast': name, 'aria-label': w(isLevel ? 'library.forecastLevel' : 'library.plannedRelease', { station: name }), placeholder: w(isLevel ? 'library.placeholder' : 'library.placeholderRelease') } });
  input.addEventListener('input', () => {
    kept.typed = input.value;
  });
  return h(
    'form',
    {
      class: 'forecast-row',
      attrs: { novalidate: true },
      on: {
        submit: (event) => {
          event.preventDefault();
          const level = readNumber(input.value);
          input.setAttribute('aria-invalid', String(level === undefined || Number.isNaN(level)));
          if (level !== undefined && !Number.isNaN(level)) void ask(level).catch(fail);
        },
      },
    },
    h('span', { class: 'unit-box' }, input, h('span', { class: 'unit' }, isLevel ? 'm' : 'm³/s')),
    h('button', { class: 'action', attrs: { type: 'submit', 'data-do': 'forecast' } }, icon('search'), w('library.find')),
  );
}
