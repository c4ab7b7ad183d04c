/** The disaster view: gauges against their alarm levels and alerts, beside who a run says is hit. */

import type { Part } from '../../app.ts';
import { lang, titled } from '../../i18n/index.ts';
import type { Live } from '../../live/live.ts';
import { chiefReading, type Thing } from '../../live/model.ts';
import { SEVERITY_COLORS } from '../../live/alert-areas.ts';
import { symbolCanvas } from '../../live/symbols.ts';
import { LOOKS, agoText, alarmText, resultText, toneOf } from '../../live/tone.ts';
import { h, refill } from '../../ui/dom.ts';
import { icon } from '../../ui/icons.ts';
import { notify } from '../../ui/notice.ts';
import { isDenied } from '../../live/rights.ts';
import { reasonOf, type Flood } from '../flood.ts';
import { momentText } from '../time.ts';
import { standingTags } from '../surface.ts';
import { w } from '../words.ts';
import { readyOf, type Match, type Station } from '../library.ts';
import { nowcastBox } from '../nowcast/box.ts';
import { affectedBox } from './affected.ts';
import { gate } from './gate.ts';
import { section } from './form.ts';
import { matchText, showLevel } from './library.ts';
import { figures } from './result.ts';

const ROLES = ['gauges', 'reservoirs', 'rain-gauges', 'flood-marks'];
const REFRESH_MS = 20_000;
const MOST = 60;
/** More alerts would push the gauges out of sight; their own panel has them all. */
const MOST_ALERTS = 4;

export async function disasterPanel(flood: Flood): Promise<Part> {
  const live = await flood.app.live?.open().catch(() => undefined);
  const state = live ? stateColumn(flood, live) : undefined;
  const run = runColumn(flood);
  const element = h(
    'section',
    { class: 'view disaster' },
    h('div', { class: 'stack disaster-column' }, state?.element ?? h('p', { class: 'muted' }, w('disaster.noLive'))),
    h('div', { class: 'stack disaster-column' }, run.element),
  );
  return {
    element,
    dispose: () => {
      state?.dispose?.();
      run.dispose?.();
    },
  };
}

/** What the city's devices say now. */
function stateColumn(flood: Flood, live: Live): Part {
  const alerts = h('ul', { class: 'alert-list' });
  const gauges = h('ul', { class: 'station-list' });
  const updated = h('p', { class: 'small muted', attrs: { role: 'status' } });
  const asking = new AbortController();
  const fillAlerts = (): void => {
    const items = live.alerts.slice(0, MOST_ALERTS).map((alert) => {
      const item = h(
        'li',
        { class: 'alert', attrs: { 'data-severity': alert.severity } },
        h(
          'button',
          { class: 'alert-head', attrs: { type: 'button' }, on: { click: () => live.openAlert(alert.id) } },
          h('strong', {}, titled(alert.headline)),
          h('span', { class: 'small muted' }, [titled(alert.place), alert.simulated ? w('disaster.simulated') : ''].filter(Boolean).join(' · ')),
        ),
      );
      item.style.setProperty('--severity', SEVERITY_COLORS[alert.severity]);
      return item;
    });
    if (live.alerts.length > MOST_ALERTS) items.push(h('li', {}, h('button', { class: 'text-button', attrs: { type: 'button' }, on: { click: () => live.app.open('alerts') } }, w('disaster.allAlerts', { n: live.alerts.length }))));
    refill(alerts, ...(items.length ? items : [h('li', { class: 'muted small' }, w('disaster.noAlerts'))]));
  };
  const fillGauges = async (): Promise<void> => {
    const bbox = flood.app.home;
    if (!bbox) return;
    try {
      const { things } = await live.api.latest({ roles: ROLES, bbox }, asking.signal);
      const rank = (thing: Thing): number => LOOKS[toneOf(chiefReading(thing))].rank;
      const sorted = [...things].sort((a, b) => rank(b) - rank(a) || ROLES.indexOf(a.role) - ROLES.indexOf(b.role) || titled(a.name).localeCompare(titled(b.name), lang()));
      refill(gauges, ...(sorted.length ? sorted.slice(0, MOST).map((each) => gaugeRow(live, each)) : [h('li', { class: 'muted small' }, w('disaster.noGauges'))]));
      const alarmed = things.filter((each) => chiefReading(each)?.alarm).length;
      updated.textContent = w('disaster.gauges', { n: things.length, alarmed });
    } catch (error) {
      if (!asking.signal.aborted) updated.textContent = reasonOf(error);
    }
  };
  fillAlerts();
  void fillGauges();
  live.refreshAlerts();
  const timer = setInterval(() => void fillGauges(), REFRESH_MS);
  const stop = live.topics.on(['alerts'], fillAlerts);
  return {
    element: h(
      'div',
      { class: 'stack' },
      flood.app.catalogue.hasAlerts ? section(w('disaster.alerts'), alerts) : null,
      section(w('disaster.stations'), updated, gauges),
    ),
    dispose: () => {
      asking.abort();
      clearInterval(timer);
      stop();
    },
  };
}

function gaugeRow(live: Live, thing: Thing): HTMLElement {
  const reading = chiefReading(thing);
  const age = reading?.time === undefined ? w('disaster.noValue') : agoText(reading.time, live.api.clock.now());
  const alarm = reading ? alarmText(reading) : '';
  return h(
    'li',
    {},
    h(
      'button',
      {
        class: 'station-row',
        attrs: { type: 'button' },
        on: { click: () => { live.goTo(thing.place); live.openStation(thing.id); } },
      },
      symbolCanvas({ role: thing.role, tone: toneOf(reading), simulated: thing.simulated, stale: false }),
      h(
        'span',
        { class: 'station-words' },
        h('strong', {}, titled(thing.name)),
        h('span', { class: 'muted small' }, age, thing.simulated && h('span', { class: 'tag' }, w('disaster.simulated'))),
      ),
      h('span', { class: 'station-value number' }, reading ? resultText(reading.result, reading.unit) : '–', alarm && h('span', { class: 'small alarm-words' }, alarm)),
    ),
  );
}

/** What a run says of who is hit. */
function runColumn(flood: Flood): Part {
  const room = h('div', { class: 'stack' });
  const present = h('div', { class: 'stack' });
  const nowcast = nowcastBox(flood, { isQuiet: true });
  let affected: Part | undefined;
  const fill = (): void => {
    affected?.dispose?.();
    affected = undefined;
    const runs = flood.runs.filter(({ status }) => status === 'successful');
    const { results } = flood;
    const select = h(
      'select',
      {
        attrs: { 'aria-label': w('disaster.run') },
        on: { change: () => void flood.showRun(select.value).catch((error: unknown) => notify(reasonOf(error), 'warning')) },
      },
      h('option', { attrs: { value: '' } }, w('disaster.chooseRun')),
      ...runs.map((run) => h('option', { attrs: { value: run.id } }, `${run.id} · ${titled(run.title)}`)),
    );
    select.value = results?.run ?? '';
    const go = h('button', { class: 'text-button', attrs: { type: 'button' }, on: { click: () => flood.app.open('flood') } }, icon('open'), w('disaster.toFlood'));
    if (!results) { refill(room, section(w('disaster.affected'), select, h('p', { class: 'muted small' }, w('disaster.noRun')), go)); return; }
    affected = affectedBox(flood, results);
    const { start, duration_h } = results.summary;
    refill(
      room,
      section(
        w('disaster.affected'),
        select,
        h('p', { class: 'flood-tags' }, ...standingTags(results)),
        h('p', { class: 'small muted' }, w('disaster.until', { time: momentText(duration_h, start) })),
        go,
      ),
      affected.element,
      section(w('result.summary'), figures(results.summary)),
    );
  };
  refill(room, h('p', { class: 'muted' }, w('common.loading')));
  const begin = async (): Promise<void> => {
    try {
      await flood.refresh();
      const isUntouched = flood.results === undefined && flood.nowcast.output === undefined;
      const chosen = await presentRows(flood, present);
      const last = flood.runs.find(({ status }) => status === 'successful');
      // What was made beforehand for the level of now, else the latest run.
      if (isUntouched && chosen) await showLevel(flood, chosen);
      else if (isUntouched && last) await flood.showRun(last.id, false);
      fill();
    } catch (error) {
      refill(room, isDenied(error) ? gate(() => {
        void begin();
        void flood.nowcast.ask();
      }) : h('p', { class: 'warning-text' }, reasonOf(error)));
    }
  };
  void begin();
  let shown = flood.results?.run;
  const stop = flood.topics.on(['shown'], () => {
    if (shown === flood.results?.run) return;
    shown = flood.results?.run;
    fill();
  });
  return {
    element: h('div', { class: 'stack' }, nowcast.element, present, room),
    dispose: () => {
      stop();
      nowcast.dispose?.();
      affected?.dispose?.();
    },
  };
}

/** The level of now at each station of the library, and its map; returns the map of the first. */
async function presentRows(flood: Flood, room: HTMLElement): Promise<Match['chosen']> {
  const stations = await flood.api.library().catch((): Station[] => []);
  const told = stations.filter((each) => each.datastream !== undefined && readyOf(each).length > 0);
  const matches = await Promise.all(told.map(({ name }) => flood.api.match(name).catch(() => undefined)));
  const known = told.flatMap(({ name }, i) => {
    const match = matches[i];
    return match?.chosen ? [{ name, match, chosen: match.chosen }] : [];
  });
  const rows = known.map(({ name, match, chosen }) => {
    const show = (): void => void showLevel(flood, chosen).catch((error: unknown) => notify(reasonOf(error), 'warning'));
    return h(
      'li',
      { class: 'stack tight' },
      h('strong', {}, name),
      ...matchText(match, flood.api.clock.now()),
      h('button', { class: 'text-button', attrs: { type: 'button', 'data-do': 'present' }, on: { click: show } }, icon('open'), w('library.show')),
    );
  });
  if (rows.length) refill(room, section(w('disaster.present'), h('ul', { class: 'stack present-list' }, ...rows)));
  return known[0]?.chosen;
}
