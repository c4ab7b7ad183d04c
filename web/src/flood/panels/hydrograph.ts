/** Depth over time at a place that somebody clicked. */

import type { Part } from '../../app.ts';
import { formatLatLon, formatNumber } from '../../coords/format.ts';
import { lang } from '../../i18n/index.ts';
import { sign } from '../../live/signs.ts';
import { h, refill } from '../../ui/dom.ts';
import { icon } from '../../ui/icons.ts';
import type { DepthChart } from '../chart.ts';
import { reasonOf, type Flood } from '../flood.ts';
import { hydrographCsv, hydrographFacts, type HydrographFacts } from '../hydrograph.ts';
import type { Results } from '../model.ts';
import { hoursText, momentText } from '../time.ts';
import { w } from '../words.ts';
import { section } from './form.ts';
import { save } from './files.ts';

export function hydrographBox(flood: Flood, results: Results): Part {
  const body = h('div', { class: 'stack tight', attrs: { 'aria-live': 'polite' } });
  let chart: DepthChart | undefined;
  let asked = 0;
  const mark = (): void => chart?.mark(flood.output === 'depth' ? flood.minutes / 60 : undefined);
  const fill = async (): Promise<void> => {
    const { place, other } = flood;
    asked += 1;
    const own = asked;
    chart?.destroy();
    chart = undefined;
    if (!place) { refill(body, h('p', { class: 'muted hint' }, icon('target'), w('hydrograph.hint'))); return; }
    refill(body, h('p', { class: 'muted' }, w('common.loading')));
    try {
      const [found, theirs, { DepthChart: Drawing }] = await Promise.all([
        flood.api.hydrograph(results.run, place),
        other ? flood.api.hydrograph(other.results.run, place) : undefined,
        import('../chart.ts'),
      ]);
      if (own !== asked) return;
      const where = h('p', { class: 'small muted number' }, formatLatLon(place[0], place[1], 5));
      if (!found) { refill(body, where, h('p', {}, w('hydrograph.outside'))); return; }
      const facts = hydrographFacts(found);
      const csv = h(
        'button',
        { class: 'text-button', attrs: { type: 'button' }, on: { click: () => save(new Blob([hydrographCsv(found, place)], { type: 'text/csv;charset=utf-8' }), `flood-${results.run}-hydrograph.csv`) } },
        sign('download'),
        'CSV',
      );
      const words = factsText(facts, results.summary.start);
      const room = h('div', { class: 'chart depth-chart' });
      refill(body, h('p', { class: 'hydrograph-facts' }, words), room, h('div', { class: 'chart-below' }, where, csv));
      chart = new Drawing(room, {
        curves: [{ name: w('runs.number', { id: results.run }), hydrograph: found }, ...(theirs && other ? [{ name: w('runs.number', { id: other.results.run }), hydrograph: theirs }] : [])],
        start: results.summary.start,
        label: words,
      });
      mark();
    } catch (error) {
      if (own === asked) refill(body, h('p', { class: 'warning-text' }, reasonOf(error)));
    }
  };
  void fill();
  const stops = [flood.topics.on(['place'], () => void fill()), flood.topics.on(['frame'], mark)];
  let compared = flood.other;
  stops.push(flood.topics.on(['shown'], () => {
    mark();
    if (compared === flood.other) return;
    compared = flood.other;
    if (flood.place) void fill();
  }));
  return {
    element: section(w('hydrograph.title'), body),
    dispose: () => {
      asked += 1;
      chart?.destroy();
      for (const stop of stops) stop();
    },
  };
}

/** What a hydrograph says in a sentence or two. */
function factsText({ peak_m, peak_h, first_h, over30_h }: HydrographFacts, start: number | undefined): string {
  if (!(peak_m > 0)) return w('hydrograph.dry');
  const peak = w('hydrograph.peak', { peak: formatNumber(peak_m, 2, lang()), at: momentText(peak_h, start) });
  const first = first_h === undefined ? '' : w('hydrograph.first', { first: hoursText(first_h) });
  const lasts = over30_h > 0 ? w('hydrograph.lasts', { lasts: hoursText(over30_h) }) : '';
  return [peak, first, lasts].filter(Boolean).join(' ');
}
