/** What the live part lays over the map: the alert banner, the line with its state, the replay's clock. */

import { lang, t, titled } from '../i18n/index.ts';
import { h, refill } from '../ui/dom.ts';
import { icon } from '../ui/icons.ts';
import { timeText } from './age.ts';
import type { Live } from './live.ts';
import type { Alert } from './model.ts';
import { replayBar } from './replay-bar.ts';
import { kindOf } from './roles.ts';
import { sign } from './signs.ts';
import { w, type Word } from './words.ts';

export interface Surface {
  /** Builds everything anew, such as in another language. */
  build(): void;
}

export function mountSurface(live: Live): Surface {
  const root = h('div', { class: 'live-surface' });
  (document.querySelector('#page') ?? document.body).after(root);
  // Banners that somebody put away, while the page is open: the alert and the state it was in.
  const hidden = new Set<string>();
  let stops: (() => void)[] = [];
  const build = (): void => {
    for (const stop of stops) stop();
    const banner = h('div', { class: 'live-banner-room' });
    const bar = h('section', { class: 'live-bar', attrs: { 'aria-label': w('bar.group') } });
    const player = h('div', { class: 'replay-room' });
    let said = '';
    const fillBanner = (): void => {
      const open = graveAlerts(live, hidden);
      // Made anew only where it says something else: it is read out each time.
      const key = open.map(keyOf).join();
      if (key === said) return;
      said = key;
      refill(banner, bannerOf(live, open, (alert) => {
        hidden.add(keyOf(alert));
        fillBanner();
      }));
    };
    const status = statusOf(live);
    const fillBar = (): void => {
      bar.hidden = !live.isOn;
      document.documentElement.toggleAttribute('data-live', live.isOn);
      const focused = [...bar.querySelectorAll('button')].findIndex((each) => each === document.activeElement);
      refill(bar, status.element, ...barButtons(live));
      bar.querySelectorAll('button')[focused]?.focus();
      status.fill();
    };
    let shown: ReturnType<typeof replayBar> | undefined;
    const fillPlayer = (): void => {
      document.documentElement.toggleAttribute('data-replay', live.replay !== undefined);
      if (!live.replay) { shown = undefined; player.replaceChildren(); return; }
      if (shown?.replay === live.replay) return;
      shown = replayBar(live, live.replay);
      refill(player, shown.element);
    };
    fillBanner();
    fillBar();
    fillPlayer();
    stops = [
      live.topics.on(['alerts'], () => { fillBanner(); fillBar(); }),
      live.topics.on(['mode'], () => { fillBar(); fillPlayer(); }),
      live.topics.on(['line', 'things'], () => status.fill()),
      live.topics.on(['clock'], () => { status.fill(); shown?.fill(); }),
    ];
    refill(root, h('div', { class: 'live-top' }, banner, bar), player);
  };
  build();
  return { build };
}

/** Says whether what is seen is live, lost or past. */
function statusOf(live: Live): { readonly element: HTMLElement; readonly fill: () => void } {
  const words = h('span', { class: 'live-words' });
  const dot = h('span', { class: 'live-dot', attrs: { 'aria-hidden': 'true' } });
  const tag = h('span', { class: 'tag live-sim' });
  // Read out when the line breaks or comes back, not at every new value.
  const spoken = h('span', { class: 'visually-hidden', attrs: { role: 'status' } });
  const element = h('div', { class: 'live-status' }, dot, words, tag, spoken);
  let said = '';
  const fill = (): void => {
    const state = live.replay ? 'replay' : live.line;
    words.textContent = statusText(live);
    if (state !== said) {
      said = state;
      element.dataset.state = state;
      spoken.textContent = state === 'lost' || state === 'connecting' ? statusText(live) : w(state === 'replay' ? 'replay.started' : 'bar.live');
    }
    tag.textContent = w('bar.simulated');
    tag.hidden = ![...(live.store?.all ?? [])].some(({ simulated }) => simulated);
  };
  return { element, fill };
}

function statusText(live: Live): string {
  if (live.replay) return `${w('mark.replay')} · ${timeText(live.replay.state.at, lang())}`;
  if (live.line === 'lost' && live.lostAt !== undefined) {
    return w('bar.lost', { time: timeText(live.lostAt, lang(), live.now(), true) });
  }
  if (live.line !== 'open') return w('bar.connecting');
  const zoom = live.app.map.getZoom();
  const seen = [...(live.store?.all ?? [])].filter(({ role }) => live.roles.has(kindOf(role).role) && kindOf(role).minZoom <= zoom).length;
  const count = seen ? w('bar.stations', { n: seen }) : w('bar.none');
  const latest = live.store?.latest;
  const newest = latest === undefined ? '' : w('bar.updated', { time: timeText(latest, lang(), live.now(), true) });
  return [w('bar.live'), count, newest].filter(Boolean).join(' · ');
}

function barButtons(live: Live): HTMLElement[] {
  const button = (mark: SVGElement, word: Word, run: () => void, places = {}): HTMLButtonElement =>
    h(
      'button',
      { class: 'icon-button', attrs: { type: 'button', title: w(word, places), 'aria-label': w(word, places) }, on: { click: run } },
      mark,
    );
  const alerts = button(icon('bell'), 'bar.alerts', () => live.app.open('alerts'), { n: live.alerts.length });
  if (live.alerts.length) alerts.append(h('span', { class: 'count', attrs: { 'aria-hidden': 'true' } }, String(live.alerts.length)));
  alerts.hidden = !live.app.catalogue.hasAlerts;
  const replay = button(sign('history'), 'replay.open', () => (live.replay ? live.stopReplay() : live.startReplay()));
  replay.hidden = !live.app.catalogue.hasReplay;
  replay.setAttribute('aria-pressed', String(live.replay !== undefined));
  const off = button(icon('close'), 'bar.off', () => live.setOn(false));
  // A phone has no room for it here: the way there is on the page of the intake.
  const orders = button(sign('lamp'), 'bar.orders', () => live.app.open('orders'));
  for (const each of [alerts, off, orders]) each.classList.add('doubled');
  return [
    button(sign('list'), 'stations.open', () => live.app.open('stations')),
    alerts,
    orders,
    button(sign('pulse'), 'bar.health', () => live.app.open('intake')),
    replay,
    off,
  ];
}

const keyOf = ({ id, state }: Alert): string => `${id} ${state}`;

/** Alerts that are grave enough to stand over the map, and that nobody has put away. */
function graveAlerts(live: Live, hidden: ReadonlySet<string>): Alert[] {
  const grave = live.alerts.filter(({ severity }) => severity === 'extreme' || severity === 'severe');
  return grave.filter((alert) => !hidden.has(keyOf(alert)));
}

/** The first of these alerts, and how many there are besides. */
function bannerOf(live: Live, [first, ...others]: readonly Alert[], hide: (alert: Alert) => void): HTMLElement | null {
  if (!first) return null;
  return h(
    'div',
    { class: `live-banner ${first.severity}`, attrs: { role: 'alert', 'aria-label': w('banner.label') } },
    icon('warning'),
    h(
      'p',
      {},
      first.simulated && h('span', { class: 'tag' }, w('mark.simulated')),
      h('strong', {}, titled(first.headline)),
      others.length > 0 && h('span', { class: 'more' }, ` ${w('banner.more', { n: others.length })}`),
    ),
    h('button', { class: 'action', attrs: { type: 'button' }, on: { click: () => live.openAlert(first.id) } }, w('banner.show')),
    h(
      'button',
      { class: 'icon-button', attrs: { type: 'button', 'aria-label': w('banner.hide'), title: t('common.close') }, on: { click: () => hide(first) } },
      icon('close'),
    ),
  );
}
