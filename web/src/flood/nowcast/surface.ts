/** What the nowcast lays over the map: its legend, and the slider over the times of the forecast. */

import { formatValue } from '../../coords/format.ts';
import { lang, t, titled } from '../../i18n/index.ts';
import { timeText } from '../../live/age.ts';
import { h } from '../../ui/dom.ts';
import { icon } from '../../ui/icons.ts';
import type { Flood } from '../flood.ts';
import { legendElement, legendRows } from '../legend.ts';
import type { Raster } from '../model.ts';
import { hoursText } from '../time.ts';
import { w } from '../words.ts';
import { nowcastTags } from './box.ts';
import { alarmColor } from './dots.ts';
import type { Nowcast } from './model.ts';

/** The parts, and what fills them anew when another time is looked at; nothing where no map is shown. */
export function nowcastSurface(flood: Flood): { readonly elements: readonly HTMLElement[]; readonly fill: () => void } | undefined {
  const { forecast, map } = flood.nowcast;
  if (!forecast || !map) return undefined;
  const slider = leadSlider(flood, forecast);
  return { elements: [legendBox(flood, forecast, map), slider.element], fill: slider.fill };
}

function legendBox(flood: Flood, forecast: Nowcast, map: Raster): HTMLElement {
  const words = w('nowcast.hide');
  const close = h('button', { class: 'icon-button small', attrs: { type: 'button', 'aria-label': words, title: words }, on: { click: () => flood.nowcast.hide() } }, icon('close'));
  return h(
    'section',
    { class: 'flood-legend-box', attrs: { 'aria-label': t('layers.legend') } },
    h('header', {}, h('h3', {}, titled(map.title)), close),
    legendElement(legendRows(map.name, map.legend)),
    h('p', { class: 'small muted' }, w('nowcast.greatest', { hours: formatValue(forecast.horizon_h, lang(), 1) })),
    dotsLegend(),
    h('p', { class: 'flood-tags' }, ...nowcastTags(forecast)),
  );
}

/** The colours of the gauges. */
export function dotsLegend(): HTMLElement {
  const words = [w('nowcast.below'), 'I', 'II', 'III'];
  return h(
    'ul',
    { class: 'legend nowcast-dots', attrs: { 'aria-label': w('nowcast.dots') } },
    ...words.map((each, passed) => {
      const dot = h('span', { class: 'nowcast-dot', attrs: { 'aria-hidden': 'true' } });
      dot.style.background = alarmColor(passed);
      return h('li', {}, dot, h('span', {}, each));
    }),
  );
}

function leadSlider(flood: Flood, forecast: Nowcast): { readonly element: HTMLElement; readonly fill: () => void } {
  const { nowcast } = flood;
  const { times, issued } = forecast;
  const [first, last] = [times[0] ?? issued, times.at(-1) ?? issued];
  const clock = h('output', { class: 'number flood-clock' });
  const slider = h('input', {
    attrs: { type: 'range', min: 0, max: Math.max(0, times.length - 1), step: 1, 'aria-label': w('nowcast.lead'), 'data-do': 'lead' },
    on: { input: () => nowcast.seek(Number(slider.value)) },
  });
  const fill = (): void => {
    const at = nowcast.at ?? first;
    const ahead = at === first ? w('nowcast.start') : w('time.after', { time: hoursText((at - first) / 3_600_000) });
    slider.value = String(nowcast.lead);
    clock.textContent = `${timeText(at, lang(), issued)} (${ahead})`;
    slider.setAttribute('aria-valuetext', clock.textContent);
  };
  fill();
  const element = h(
    'section',
    { class: 'flood-player nowcast-player', attrs: { 'aria-label': w('nowcast.lead'), lang: lang() } },
    h(
      'div',
      { class: 'flood-track' },
      h('div', { class: 'flood-player-head' }, h('strong', { class: 'flood-run' }, w('nowcast.levels')), clock),
      slider,
      h('div', { class: 'replay-ends number', attrs: { 'aria-hidden': 'true' } }, h('span', {}, timeText(first, lang(), issued)), h('span', {}, timeText(last, lang(), issued))),
    ),
  );
  return { element, fill };
}
