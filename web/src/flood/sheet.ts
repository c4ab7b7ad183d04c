/** What the flood part shows on the map, as a printed map needs it. */

import type { Bbox } from '../api/types.ts';
import { formatValue } from '../coords/format.ts';
import { lang, titled } from '../i18n/index.ts';
import { timeText } from '../live/age.ts';
import { bearer } from '../live/rights.ts';
import { h } from '../ui/dom.ts';
import { DEPTH, type Flood } from './flood.ts';
import { differenceRows, legendElement, legendRows, unitOf } from './legend.ts';
import type { Raster, Results } from './model.ts';
import type { Nowcast } from './nowcast/model.ts';
import { dotsLegend } from './nowcast/surface.ts';
import { thingsLegend } from './surface.ts';
import { hoursText, momentText } from './time.ts';
import { w } from './words.ts';

export interface Sheet {
  readonly title: string;
  /** What of it is shown, and of when. */
  readonly note: string;
  /** What may be done with it: internal, or published and with which words. */
  readonly standing: readonly string[];
  readonly isPublished: boolean;
  readonly isSynthetic: boolean;
  /** Where its results lie. */
  readonly box: Bbox | undefined;
  /** Its legend, made anew for each page. */
  readonly legend: () => HTMLElement[];
  /** What requests for its tiles carry. */
  readonly headers: () => Readonly<Record<string, string>>;
}

/** What is shown; nothing where no water is on the map. */
export function sheetOf(flood: Flood): Sheet | undefined {
  const { results } = flood;
  const { forecast, map } = flood.nowcast;
  if (results) return ofRun(flood, results);
  return forecast && map ? ofNowcast(forecast, map) : undefined;
}

function ofRun(flood: Flood, results: Results): Sheet {
  const { output, other, outputName } = flood;
  const { summary, run } = results;
  const isDifference = other?.how === 'difference';
  const steps = output === DEPTH ? (results.frames?.legend ?? []) : (results.rasters.find(({ name }) => name === output)?.legend ?? []);
  const published = flood.runs.find(({ id }) => id === run)?.published;
  const what = isDifference ? `${w('compare.legend', { name: outputName })} (${w('compare.of', { a: run, b: other.results.run })})` : outputName;
  const of = output === DEPTH ? momentText(flood.minutes / 60, summary.start) : w('sheet.worst', { time: hoursText(summary.duration_h) });
  const begins = summary.start === undefined ? '' : w('storm.begins', { at: timeText(summary.start, lang()) });
  return {
    title: titled(summary.title),
    note: [what, of].join(' · '),
    standing: [titled(summary.standing) || w('result.internal'), ...(published ? [titled(published.statement)] : []), [w('runs.number', { id: run }), begins].filter(Boolean).join('. ')],
    isPublished: published !== undefined,
    isSynthetic: summary.synthetic,
    box: summary.bbox,
    legend: () => [legendSection(what, unitOf(output), isDifference ? differenceRows() : legendRows(output, steps)), thingsLegend(flood)],
    headers: bearer,
  };
}

function ofNowcast(forecast: Nowcast, map: Raster): Sheet {
  const { issued, horizon_h, synthetic } = forecast;
  const hours = formatValue(horizon_h, lang(), 1);
  return {
    title: w('nowcast.title'),
    note: [titled(map.title), w('nowcast.greatest', { hours })].join(' · '),
    standing: [w('nowcast.internal'), w('sheet.made', { at: timeText(issued, lang()) }), w('nowcast.official')],
    isPublished: false,
    isSynthetic: synthetic,
    box: undefined,
    legend: () => [legendSection(titled(map.title), unitOf(map.name), legendRows(map.name, map.legend)), h('section', {}, h('h3', {}, w('nowcast.dots')), dotsLegend())],
    headers: bearer,
  };
}

function legendSection(name: string, unit: string, rows: Parameters<typeof legendElement>[0]): HTMLElement {
  return h('section', {}, h('h3', {}, name, unit && !/\(.*\)$/.test(name) ? ` (${unit})` : ''), legendElement(rows));
}
