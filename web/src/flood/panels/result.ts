/** The results of a run: what to show, what happened, who is hit, what to take home. */

import type { Part } from '../../app.ts';
import { formatNumber, formatValue } from '../../coords/format.ts';
import { lang, titled } from '../../i18n/index.ts';
import { sign } from '../../live/signs.ts';
import { h, refill } from '../../ui/dom.ts';
import { icon } from '../../ui/icons.ts';
import { notify } from '../../ui/notice.ts';
import { DEPTH, reasonOf, type Flood } from '../flood.ts';
import type { Results, Summary } from '../model.ts';
import { standingTags } from '../surface.ts';
import { hoursText, momentText, spanText } from '../time.ts';
import { w } from '../words.ts';
import { affectedBox, drainsBox } from './affected.ts';
import { compareBox } from './compare.ts';
import { filesBox } from './files.ts';
import { section } from './form.ts';
import { evidenceTables } from './evidence.ts';
import { hydrographBox } from './hydrograph.ts';
import { reportBox } from './report.ts';

export function resultPage(flood: Flood): Part {
  const root = h('div', { class: 'stack' });
  let parts: Part[] = [];
  let run: string | undefined;
  const build = (): void => {
    const { results } = flood;
    // Publishing changes what may be done with it.
    const next = results && `${results.run} ${titled(results.summary.standing)}`;
    if (next !== undefined && next === run) return;
    run = next;
    for (const part of parts) part.dispose?.();
    parts = [];
    if (!results) {
      refill(root, h('div', { class: 'empty-state' }, icon('layers'), h('p', {}, w('result.none'))));
      return;
    }
    const [show, place, affected] = [outputBox(flood, results), hydrographBox(flood, results), affectedBox(flood, results)];
    const [papers, compare] = [reportBox(flood, results), compareBox(flood, results)];
    parts = [show, place, affected, papers, compare];
    refill(
      root,
      head(flood, results),
      show.element,
      place.element,
      section(w('result.summary'), figures(results.summary)),
      affected.element,
      results.summary.drains ? drainsBox(flood, results, results.summary.drains) : null,
      papers.element,
      compare.element,
      filesBox(flood, results),
      assumptions(results.summary),
    );
  };
  build();
  const stop = flood.topics.on(['shown'], build);
  return {
    element: root,
    dispose: () => {
      stop();
      for (const part of parts) part.dispose?.();
    },
  };
}

function head(flood: Flood, results: Results): HTMLElement {
  const { summary } = results;
  const print = h(
    'button',
    {
      class: 'icon-button',
      attrs: { type: 'button', 'aria-label': w('print.open'), title: w('print.open') },
      on: {
        click: () =>
          void import('../print.ts').then(({ printRun }) => printRun(flood, results)).catch((error: unknown) => notify(reasonOf(error), 'warning')),
      },
    },
    icon('print'),
  );
  const disaster = h(
    'button',
    { class: 'icon-button', attrs: { type: 'button', 'aria-label': w('disaster.open'), title: w('disaster.open') }, on: { click: () => flood.app.open('disaster') } },
    icon('disaster'),
  );
  return h(
    'div',
    { class: 'result-head' },
    h(
      'div',
      {},
      h('h3', {}, titled(summary.title)),
      h('p', { class: 'small muted number' }, [w('runs.number', { id: results.run }), w('result.lasts', { time: hoursText(summary.duration_h) })].join(' · ')),
      h('p', { class: 'flood-tags' }, ...standingTags(results)),
    ),
    disaster,
    print,
  );
}

/** What is seen: the depth over time, or the worst of each cell. */
function outputBox(flood: Flood, results: Results): Part {
  const options = [
    ...(results.frames ? [[DEPTH, w('output.depth')] as const] : []),
    ...results.rasters.map(({ name, title }) => [name, titled(title)] as const),
  ];
  const select = h(
    'select',
    { attrs: { 'aria-label': w('result.output'), 'data-do': 'output' }, on: { change: () => flood.setOutput(select.value) } },
    ...options.map(([name, words]) => h('option', { attrs: { value: name } }, words)),
  );
  const value = h('output', { class: 'muted' });
  const opacity = h('input', {
    attrs: { type: 'range', min: 20, max: 100, step: 5, 'aria-label': w('result.opacity') },
    on: {
      input: () => {
        flood.setOpacity(Number(opacity.value) / 100);
        value.textContent = `${opacity.value} %`;
      },
    },
  });
  const play = h('button', { class: 'action', attrs: { type: 'button', 'data-do': 'play' }, on: { click: () => (flood.isPlaying ? flood.stop() : flood.play()) } });
  const fill = (): void => {
    select.value = flood.output;
    opacity.value = String(Math.round(flood.layer.opacity * 100));
    value.textContent = `${opacity.value} %`;
    refill(play, sign(flood.isPlaying ? 'pause' : 'play'), w(flood.isPlaying ? 'player.pause' : 'player.play'));
  };
  fill();
  const stop = flood.topics.on(['shown', 'frame'], fill);
  const element = section(
    w('result.output'),
    h('div', { class: 'output-row' }, select, results.frames ? play : null),
    h('label', { class: 'opacity' }, h('span', {}, w('result.opacity')), opacity, value),
    h('button', { class: 'text-button', attrs: { type: 'button', 'data-do': 'print-map' }, on: { click: () => flood.app.open('print') } }, icon('print'), w('sheet.print')),
  );
  return { element, dispose: stop };
}

/** The figures of a run in a few lines. */
export function figures(summary: Summary): HTMLElement {
  const { deepest, flooded, ledger, start } = summary;
  const area = (ha: number): string => `${formatValue(ha, lang(), ha < 10 ? 1 : 0)}\u00a0ha`;
  const most = Math.max(...flooded.map(({ area_ha }) => area_ha), 0);
  const volume = (name: string): string => `${formatNumber(ledger[name] ?? 0, 0, lang())}\u00a0m³`;
  const bars = flooded.map(({ depth_m, area_ha }) => {
    const bar = h('span', { class: 'bar', attrs: { 'aria-hidden': 'true' } });
    bar.style.setProperty('--share', String(most ? area_ha / most : 0));
    return h('tr', {}, h('th', { attrs: { scope: 'row' } }, `≥ ${formatValue(depth_m, lang(), 2)}\u00a0m`), h('td', { class: 'bar-cell' }, bar), h('td', { class: 'number' }, area(area_ha)));
  });
  const volumes = (['rain_m3', 'inflow_m3', 'boundary_in_m3', 'boundary_out_m3', 'infiltrated_m3', 'pumped_out_m3', 'stored_m3'] as const)
    .filter((name) => ledger[name])
    .flatMap((name) => [h('dt', {}, w(`ledger.${name}`)), h('dd', { class: 'number' }, volume(name))]);
  const error = ledger.relative_error;
  return h(
    'div',
    { class: 'stack tight' },
    deepest ? h('p', {}, w('result.deepest', { depth: formatNumber(deepest.depth_m, 2, lang()), level: formatNumber(deepest.level_m, 2, lang()) })) : null,
    summary.speed_m_s === undefined ? null : h('p', {}, w('result.speed', { speed: formatNumber(summary.speed_m_s, 2, lang()) })),
    h('table', { class: 'flooded-table' }, h('caption', { class: 'kicker' }, w('result.flooded')), h('tbody', {}, ...bars)),
    summary.members ? h('p', { class: 'small muted' }, w('result.members', { n: summary.members })) : null,
    ...evidenceTables(summary),
    h(
      'details',
      { class: 'series-table' },
      h('summary', {}, w('result.more')),
      h(
        'dl',
        { class: 'attributes' },
        ...volumes,
        ...(error === undefined ? [] : [h('dt', {}, w('ledger.error')), h('dd', { class: 'number' }, error.toExponential(1))]),
        h('dt', {}, w('result.cells')),
        h('dd', { class: 'number' }, `${formatNumber(summary.cells, 0, lang())} × ${formatValue(summary.cell_m, lang(), 1)}\u00a0m`),
        ...(start === undefined ? [] : [h('dt', {}, w('run.start')), h('dd', {}, momentText(0, start))]),
        h('dt', {}, w('result.took')),
        h('dd', { class: 'number' }, spanText(summary.wall_s)),
        h('dt', {}, w('result.terrain')),
        h('dd', {}, [summary.terrain, summary.datum].filter(Boolean).join(' · ')),
      ),
    ),
  );
}

export function assumptions(summary: Summary): HTMLElement {
  return section(w('result.assumptions'), h('ul', { class: 'assumptions small' }, ...summary.assumptions.map((each) => h('li', {}, titled(each)))));
}
