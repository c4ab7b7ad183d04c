/** A run on paper: the map as it stands, its legend, the figures, who is hit, what was assumed. */

import type { Results, Units } from './model.ts';
import { formatNumber } from '../coords/format.ts';
import { lang, t, titled } from '../i18n/index.ts';
import { PX_PER_MM, northArrow, pictureOf, scaleOf, type Picture } from '../panels/picture.ts';
import { attributionsOf } from '../panels/attribution.ts';
import { h } from '../ui/dom.ts';
import { bearer } from '../live/rights.ts';
import { DEPTH, type Flood } from './flood.ts';
import { legendElement, legendRows, unitOf } from './legend.ts';
import { assumptions, figures } from './panels/result.ts';
import { hoursText, momentText, shortMoment } from './time.ts';
import { w } from './words.ts';
import { unitsOf } from './wire.ts';

/** The map on A4 upright, inside margins of 12 mm, mm. */
const [WIDTH_MM, HEIGHT_MM] = [186, 120];
const MOST_UNITS = 25;

/** Prints a run on A4. */
export async function printRun(flood: Flood, results: Results): Promise<void> {
  const { app } = flood;
  const href = results.affected.units;
  const [picture, units] = await Promise.all([
    pictureOf(app.map, WIDTH_MM * PX_PER_MM, HEIGHT_MM * PX_PER_MM, { box: results.summary.bbox, headers: bearer }),
    href ? flood.api.get(href).then(unitsOf, () => undefined) : undefined,
  ]);
  const image = h('img', { attrs: { src: picture.image, alt: '' } });
  image.style.width = `${WIDTH_MM}mm`;
  image.style.height = `${HEIGHT_MM}mm`;
  const root = h(
    'div',
    { class: 'print-root portrait' },
    h('style', {}, '@page { size: A4 portrait; margin: 12mm; }'),
    pageOf(flood, results, { picture, image }, units),
  );
  document.querySelector('.print-root')?.remove();
  document.body.append(root);
  await image.decode();
  window.addEventListener('afterprint', () => root.remove(), { once: true });
  window.print();
}

function pageOf(flood: Flood, results: Results, { picture, image }: { readonly picture: Picture; readonly image: HTMLElement }, units: Units | undefined): HTMLElement {
  const { summary } = results;
  const { output } = flood;
  const steps = output === DEPTH ? (results.frames?.legend ?? []) : (results.rasters.find(({ name }) => name === output)?.legend ?? []);
  const today = new Date().toLocaleDateString(lang() === 'vi' ? 'vi-VN' : 'en-GB', { timeZone: 'Asia/Ho_Chi_Minh' });
  const what = output === DEPTH ? `${flood.outputName}, ${momentText(flood.minutes / 60, summary.start)}` : flood.outputName;
  const sheet = figures(summary);
  for (const each of sheet.querySelectorAll('details')) each.open = true;
  return h(
    'article',
    { class: 'print-page flood-print' },
    h(
      'header',
      {},
      h('h1', {}, titled(summary.title)),
      h('p', { class: 'print-synthetic' }, titled(summary.standing) || w('result.internal')),
    ),
    h('p', {}, [titled(flood.app.catalogue.title), w('runs.number', { id: results.run }), w('result.lasts', { time: hoursText(summary.duration_h) })].filter(Boolean).join(' · ')),
    summary.synthetic ? h('p', {}, h('strong', {}, w('result.syntheticLong'))) : null,
    h('div', { class: 'print-map' }, image, northArrow(0)),
    scaleOf(picture),
    h('div', { class: 'flood-print-legend' }, h('h2', {}, what, unitOf(output) && !what.includes('(') ? ` (${unitOf(output)})` : ''), legendElement(legendRows(output, steps))),
    h('section', {}, h('h2', {}, w('result.summary')), sheet),
    units ? unitsSection(results, units) : null,
    assumptions(summary),
    h('footer', {}, h('div', {}, h('p', {}, `${t('print.sources')}: ${attributionsOf(flood.app).join(' · ')}`)), h('div', {}, h('p', {}, `${t('print.date')}: ${today}`))),
  );
}

function unitsSection({ summary }: Results, { communes, villages }: Units): HTMLElement | null {
  const hit = (communes.length ? communes : villages).filter(({ people, flooded_ha }) => (people ?? 0) > 0 || (flooded_ha ?? 0) > 0);
  if (!hit.length) return null;
  const number = (value: number | undefined): string => (value === undefined ? '–' : formatNumber(value, 0, lang()));
  const rows = [...hit].sort((a, b) => (b.people ?? 0) - (a.people ?? 0)).slice(0, MOST_UNITS).map((unit) =>
    h(
      'tr',
      {},
      h('th', { attrs: { scope: 'row' } }, unit.name),
      h('td', {}, number(unit.people)),
      h('td', {}, number(unit.households)),
      h('td', {}, number(unit.vulnerable)),
      h('td', {}, unit.deepest ? formatNumber(unit.deepest.depth_m, 2, lang()) : '–'),
      h('td', {}, unit.first_h === undefined ? '–' : shortMoment(unit.first_h, summary.start)),
    ),
  );
  const heads = (['name', 'people', 'households', 'vulnerable', 'depth', 'first'] as const).map((each) => h('th', {}, w(`unit.${each}`)));
  return h('section', {}, h('h2', {}, w('affected.title')), h('table', { class: 'plain-table' }, h('thead', {}, h('tr', {}, ...heads)), h('tbody', {}, ...rows)));
}
