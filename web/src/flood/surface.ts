/** What the flood part lays over the map: the legend, and the clock of a run. */

import { lang, t, titled } from '../i18n/index.ts';
import { timeText } from '../live/age.ts';
import { sign } from '../live/signs.ts';
import { h, refill } from '../ui/dom.ts';
import { icon } from '../ui/icons.ts';
import { DEPTH, nameOf, nearest, type Flood } from './flood.ts';
import { differenceRows, legendElement, legendRows, unitOf } from './legend.ts';
import type { Results } from './model.ts';
import { nowcastSurface } from './nowcast/surface.ts';
import { momentText, shortMoment } from './time.ts';
import { w } from './words.ts';

export interface Surface {
  /** Builds everything anew, such as in another language. */
  build(): void;
}

export function mountSurface(flood: Flood): Surface {
  const root = h('div', { class: 'flood-surface' });
  (document.querySelector('#page') ?? document.body).after(root);
  let fillClock: () => void = () => undefined;
  let isOfNowcast = false;
  const build = (): void => {
    const { results } = flood;
    const forecast = results ? undefined : nowcastSurface(flood);
    isOfNowcast = forecast !== undefined;
    document.documentElement.toggleAttribute('data-flood', results !== undefined || isOfNowcast);
    fillClock = forecast?.fill ?? (() => undefined);
    if (!results) { refill(root, ...(forecast?.elements ?? [])); return; }
    const player = results.frames ? playerOf(flood, results) : undefined;
    fillClock = player?.fill ?? fillClock;
    refill(root, legendBox(flood, results), player?.element);
  };
  flood.topics.on(['shown'], build);
  flood.topics.on(['things'], () => root.querySelector('.flood-things')?.replaceWith(thingsLegend(flood)));
  flood.topics.on(['frame', 'lead'], () => fillClock());
  flood.topics.on(['nowcast'], () => { if (isOfNowcast) build(); });
  build();
  return { build };
}

/** Marks that stand beside everything a run says. */
export function standingTags(results: Results): HTMLElement[] {
  const { synthetic, standing } = results.summary;
  return [
    h('span', { class: 'tag internal' }, titled(standing) || w('result.internal')),
    ...(synthetic ? [h('span', { class: 'tag' }, w('result.synthetic'))] : []),
  ];
}

function legendBox(flood: Flood, results: Results): HTMLElement {
  const { output, other } = flood;
  const isDifference = other?.how === 'difference';
  const steps = output === DEPTH ? (results.frames?.legend ?? []) : (results.rasters.find(({ name }) => name === output)?.legend ?? []);
  const rows = isDifference ? differenceRows() : legendRows(output, steps);
  const unit = unitOf(output);
  const name = flood.outputName;
  const head = isDifference ? w('compare.legend', { name }) : name;
  const close = h(
    'button',
    { class: 'icon-button small', attrs: { type: 'button', 'aria-label': w('result.hide'), title: w('result.hide') }, on: { click: () => flood.hide() } },
    icon('close'),
  );
  return h(
    'section',
    { class: 'flood-legend-box', attrs: { 'aria-label': t('layers.legend') } },
    h('header', {}, h('h3', {}, head, !/\(.*\)$/.test(name) && unit ? ` (${unit})` : ''), close),
    legendElement(rows),
    thingsLegend(flood),
    isDifference && h('p', { class: 'small muted' }, w('compare.of', { a: results.run, b: other.results.run })),
    h('p', { class: 'flood-tags' }, ...standingTags(results)),
  );
}

/** What is drawn beside the water, in the colours of the map. */
export function thingsLegend({ layer }: Flood): HTMLElement {
  const kinds = ['roads', 'ways', 'facilities'] as const;
  return h(
    'ul',
    { class: 'legend flood-legend flood-things' },
    ...kinds.filter((kind) => layer.has(kind)).map((kind) => h('li', {}, h('span', { class: `swatch thing-${kind}`, attrs: { 'aria-hidden': 'true' } }), h('span', {}, w(`thing.${kind}`)))),
  );
}

function playerOf(flood: Flood, results: Results): { readonly element: HTMLElement; readonly fill: () => void } {
  const minutes = results.frames?.minutes ?? [];
  const { start } = results.summary;
  const play = h('button', {
    class: 'action primary play',
    attrs: { type: 'button' },
    on: { click: () => (flood.isPlaying ? flood.stop() : flood.play()) },
  });
  const clock = h('output', { class: 'number flood-clock' });
  const slider = h('input', {
    attrs: { type: 'range', min: 0, max: minutes.length - 1, step: 1, 'aria-label': w('player.at') },
    on: {
      input: () => {
        flood.stop();
        flood.seek(minutes[Number(slider.value)] ?? 0);
      },
      change: () => flood.app.remember(),
    },
  });
  const fill = (): void => {
    const word = flood.isPlaying ? w('player.pause') : w('player.play');
    if (play.title !== word) {
      refill(play, sign(flood.isPlaying ? 'pause' : 'play'));
      play.setAttribute('aria-label', word);
      play.title = word;
    }
    const isMoving = flood.output === DEPTH;
    const at = nearest(minutes, flood.minutes);
    slider.value = String(minutes.indexOf(at));
    slider.classList.toggle('idle', !isMoving);
    clock.textContent = isMoving ? momentText(at / 60, start) : w('player.worst');
    slider.setAttribute('aria-valuetext', momentText(at / 60, start));
  };
  play.title = '';
  fill();
  const end = minutes.at(-1) ?? 0;
  const element = h(
    'section',
    { class: 'flood-player', attrs: { 'aria-label': w('player.title'), lang: lang() } },
    play,
    h(
      'div',
      { class: 'flood-track' },
      h('div', { class: 'flood-player-head' }, h('strong', { class: 'flood-run' }, nameOf(results)), clock),
      slider,
      h('div', { class: 'replay-ends number', attrs: { 'aria-hidden': 'true' } }, h('span', {}, start === undefined ? w('time.begin') : timeText(start, lang())), h('span', {}, shortMoment(end / 60, start))),
    ),
  );
  return { element, fill };
}
