/** How the intake does: rates, lag, queue, what was refused, who sends. */

import type { Part } from '../../app.ts';
import { formatNumber, formatValue } from '../../coords/format.ts';
import { lang } from '../../i18n/index.ts';
import { h, refill } from '../../ui/dom.ts';
import { ageText } from '../age.ts';
import type { Live } from '../live.ts';
import type { Bridge, Health, Poller, Source } from '../model.ts';
import { sign } from '../signs.ts';
import { agoText } from '../tone.ts';
import { w, type Word } from '../words.ts';
import { lettersBox } from './letters.ts';

const POLL_MS = 5000;
/** Beyond these the intake is no longer as it should be. */
const SLOW_MS = 5000;
const FULL_SHARE = 0.8;
const STALE_MS = 20_000;

export function intakePanel(live: Live): Part {
  const body = h('div', { class: 'stack' }, h('p', { class: 'muted busy' }, w('health.loading')));
  let asking = new AbortController();
  const fill = (): void => {
    const { health } = live;
    if (health) refill(body, ...content(live, health));
  };
  const ask = async (): Promise<void> => {
    // While the line is open it tells by itself.
    if (live.line === 'open' && live.health) { fill(); return; }
    asking.abort();
    asking = new AbortController();
    const { signal } = asking;
    try {
      const health = await live.api.health(signal);
      if (!signal.aborted) live.hearHealth(health);
    } catch {
      if (!signal.aborted) fill();
    }
  };
  fill();
  void ask();
  const timer = setInterval(() => void ask(), POLL_MS);
  const stop = live.topics.on(['health', 'line'], fill);
  return {
    element: h('section', { class: 'view stack' }, body, lettersBox(live), ordersLink(live)),
    dispose: () => {
      stop();
      clearInterval(timer);
      asking.abort();
    },
  };
}

/** The way to the orders, for a phone too. */
function ordersLink(live: Live): HTMLElement {
  const open = h('button', { class: 'action', attrs: { type: 'button' }, on: { click: () => live.app.open('orders') } }, sign('lamp'), w('bar.orders'));
  return h('div', { class: 'actions' }, open);
}

function content(live: Live, health: Health): HTMLElement[] {
  const now = live.api.clock.now();
  const old_ms = now - (live.healthAt ?? now);
  const { queue, lag_ms, disk } = health;
  const share = queue.limit ? queue.bytes / queue.limit : 0;
  const trouble: Word = share > FULL_SHARE ? 'health.full' : (lag_ms ?? 0) > SLOW_MS ? 'health.slow' : 'health.fine';
  const stale = old_ms > STALE_MS ? w('health.stale', { age: ageText(old_ms, lang(), w('age.now')) }) : '';
  const perS = (n: number): string => w('health.perS', { n: formatValue(n, lang(), n < 10 ? 1 : 0) });
  const count = (n: number): string => formatNumber(n, 0, lang());
  const diskText = [
    disk.used === undefined ? '' : w('health.diskUsed', { used: bytesText(disk.used) }),
    disk.free === undefined ? '' : w('health.diskFree', { free: bytesText(disk.free) }),
  ].filter(Boolean).join(', ');
  const all: (HTMLElement | null)[] = [
    health.problem ? h('p', { class: 'health-state full', attrs: { role: 'alert' } }, w('health.stopped', { reason: health.problem })) : null,
    h('p', { class: `health-state ${stale ? 'stale' : trouble.replace('health.', '')}`, attrs: { role: 'status' } }, stale || w(trouble)),
    h(
      'dl',
      { class: 'tiles' },
      ...tile('health.received', perS(health.received_per_s)),
      ...tile('health.stored', perS(health.stored_per_s)),
      ...tile('health.lag', lag_ms === undefined ? '–' : `${formatValue(lag_ms, lang(), 0)} ms`, (lag_ms ?? 0) > SLOW_MS),
      ...tile('health.dead', count(health.dead_letters), health.dead_letters > 0, w('health.deadHint')),
    ),
    rateChart(live.rates),
    queue.limit ? queueMeter(queue.bytes, queue.limit) : null,
    h(
      'dl',
      { class: 'attributes' },
      ...(queue.limit ? [] : fact('health.queue', [queue.rows === undefined ? '' : w('health.rows', { n: count(queue.rows) }), bytesText(queue.bytes)].filter(Boolean).join(', '))),
      ...counted('health.total', health.stored),
      ...counted('health.revised', health.revised),
      ...counted('health.duplicates', health.duplicates),
      ...counted('health.late', health.late),
      ...counted('health.refused', health.refused),
      ...counted('health.subscribers', health.subscribers),
      ...counted('health.missed', health.missed),
      ...counted('health.diskFailures', health.disk_failures),
      ...(diskText ? fact('health.disk', diskText) : []),
    ),
    health.sources ? sourcesTable(health.sources, now, perS) : null,
    pollersTable(health.pollers, now),
    bridgesTable(health.bridges, now),
  ];
  return all.filter((each) => each !== null);
}

function tile(word: Word, value: string, isBad = false, hint = ''): HTMLElement[] {
  return [
    h(
      'div',
      { class: `tile${isBad ? ' bad' : ''}`, attrs: { title: hint || undefined } },
      h('dt', { class: 'kicker' }, w(word)),
      h('dd', { class: 'number' }, value),
    ),
  ];
}

function queueMeter(bytes: number, limit: number): HTMLElement {
  const label = w('health.queue');
  return h(
    'div',
    { class: 'queue' },
    h('span', {}, label),
    h('meter', { attrs: { min: 0, max: 1, low: 0.5, high: FULL_SHARE, optimum: 0, value: bytes / limit, 'aria-label': label } }),
    h('span', { class: 'number muted' }, w('health.queueOf', { used: bytesText(bytes), limit: bytesText(limit) })),
  );
}

function counted(word: Word, count: number | undefined): HTMLElement[] {
  return count === undefined ? [] : fact(word, formatNumber(count, 0, lang()));
}

function fact(word: Word, value: string): HTMLElement[] {
  return [h('dt', {}, w(word)), h('dd', {}, value)];
}

const SVG = 'http://www.w3.org/2000/svg';
const CHART = { width: 320, height: 46 };

/** The rate of the last minutes as a line. */
function rateChart(rates: readonly number[]): HTMLElement | null {
  if (rates.length < 3) return null;
  const top = Math.max(...rates, 1);
  const step = CHART.width / (rates.length - 1);
  const points = rates.map((rate, i) => `${(i * step).toFixed(1)},${(CHART.height - 2 - (rate / top) * (CHART.height - 6)).toFixed(1)}`);
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', `0 0 ${CHART.width} ${CHART.height}`);
  svg.setAttribute('preserveAspectRatio', 'none');
  svg.setAttribute('aria-hidden', 'true');
  const area = document.createElementNS(SVG, 'polygon');
  area.setAttribute('points', `0,${CHART.height} ${points.join(' ')} ${CHART.width},${CHART.height}`);
  const line = document.createElementNS(SVG, 'polyline');
  line.setAttribute('points', points.join(' '));
  svg.append(area, line);
  const minutes = Math.max(1, Math.round((rates.length * POLL_MS) / 60_000));
  const words = w('health.rateChart', { n: minutes, max: formatValue(top, lang(), 0) });
  const figure = h('figure', { class: 'rate-chart' }, h('figcaption', { class: 'kicker' }, words));
  figure.prepend(svg);
  return figure;
}

function sourcesTable(sources: readonly Source[], now: number, perS: (n: number) => string): HTMLElement {
  if (!sources.length) return h('p', { class: 'muted' }, w('health.noSources'));
  const rows = [...sources].sort((a, b) => b.per_s - a.per_s).map(({ name, per_s, last }) => [name, perS(per_s), lastText(last, now)]);
  return table(w('health.sources'), [w('health.source'), w('health.rate'), w('health.last')], rows);
}

function pollersTable(pollers: readonly Poller[], now: number): HTMLElement | null {
  if (!pollers.length) return null;
  const rows = pollers.map(({ name, state, last }) => [name, state || w('health.ok'), lastText(last, now)]);
  return table(w('health.pollers'), [w('health.source'), w('health.state'), w('health.last')], rows);
}

function bridgesTable(bridges: readonly Bridge[], now: number): HTMLElement | null {
  if (!bridges.length) return null;
  const rows = bridges.map(({ name, isConnected, trouble, last, received, sent }) => {
    const state = isConnected ? w('health.connected') : trouble || w('health.apart');
    const messages = w('health.messages', { received: formatNumber(received, 0, lang()), sent: formatNumber(sent, 0, lang()) });
    return [name, state, messages, lastText(last, now)];
  });
  return table(w('health.bridges'), [w('health.bridge'), w('health.state'), w('health.traffic'), w('health.last')], rows);
}

function lastText(last: number | undefined, now: number): string {
  return last === undefined ? '–' : agoText(last, now);
}

function table(caption: string, head: readonly string[], rows: readonly (readonly string[])[]): HTMLElement {
  return h(
    'table',
    { class: 'plain-table' },
    h('caption', {}, caption),
    h('thead', {}, h('tr', {}, ...head.map((each) => h('th', { attrs: { scope: 'col' } }, each)))),
    h('tbody', {}, ...rows.map(([first = '', ...rest]) => h('tr', {}, h('th', { attrs: { scope: 'row' } }, first), ...rest.map((each) => h('td', {}, each))))),
  );
}

/** A size of data: `12 MB`. */
export function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const at = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  return `${formatValue(bytes / 1000 ** at, lang(), at ? 1 : 0)} ${units[at] ?? 'B'}`;
}
