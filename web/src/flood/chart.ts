/** The picture of a hydrograph: depth over time, of one run or two. */

import 'uplot/dist/uPlot.min.css';
import uPlot from 'uplot';

import { formatNumber, formatValue } from '../coords/format.ts';
import { lang } from '../i18n/index.ts';
import { h } from '../ui/dom.ts';
import { axisStyle, colorsOf, drawInstant, fitsRoom } from '../ui/plot.ts';
import type { Hydrograph } from './model.ts';
import { momentText } from './time.ts';

const HEIGHT_PX = 190;
const COLORS = ['#1d63bd', '#c2550a'];

export interface Curve {
  readonly name: string;
  readonly hydrograph: Hydrograph;
}

export interface ChartOptions {
  readonly curves: readonly Curve[];
  readonly start: number | undefined;
  /** What it shows, for who cannot see it. */
  readonly label: string;
}

export class DepthChart {
  private readonly plot: uPlot;
  private readonly unfit: () => void;
  private at: number | undefined;

  constructor(room: HTMLElement, { curves, start, label }: ChartOptions) {
    const color = colorsOf(room);
    const [grid, ink] = [color('--line'), color('--muted')];
    const axis = axisStyle(ink, grid);
    const hours = [...new Set(curves.flatMap(({ hydrograph }) => hydrograph.hours))].sort((a, b) => a - b);
    const columns = curves.map(({ hydrograph }) => {
      const known = new Map(hydrograph.hours.map((hour, i) => [hour, hydrograph.depth_m[i] ?? null]));
      return hours.map((hour) => known.get(hour) ?? null);
    });
    const plotted = h('div');
    const readout = h('p', { class: 'chart-readout small number' });
    room.append(plotted, readout);
    room.setAttribute('aria-label', label);
    room.setAttribute('role', 'img');
    this.plot = new uPlot(
      {
        width: Math.max(240, Math.floor(room.clientWidth)),
        height: HEIGHT_PX,
        legend: { show: false },
        cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
        // Half of the last hour's words reaches beyond the axis.
        padding: [10, 20, 0, 0],
        scales: { x: { time: false }, y: { range: (_plot, _low, high) => [0, Math.max(0.1, Number.isFinite(high) ? high * 1.08 : 0.1)] } },
        axes: [
          { ...axis, size: 26, values: (_plot, splits) => splits.map((each) => `${formatValue(each, lang(), 2)} h`) },
          { ...axis, size: 48, values: (_plot, splits) => splits.map((each) => `${formatValue(each, lang(), 2)} m`) },
        ],
        series: [
          {},
          ...curves.map((_, i) => ({
            stroke: COLORS[i] ?? ink,
            width: 2,
            spanGaps: true,
            points: { show: false },
            ...(curves.length === 1 ? { fill: `${COLORS[i] ?? '#1d63bd'}2e` } : {}),
          })),
        ],
        hooks: {
          draw: [(plot) => { if (this.at !== undefined) drawInstant(plot, this.at, color('--warm')); }],
          setCursor: [
            (plot) => {
              const index = plot.cursor.idx;
              const hour = index === null || index === undefined ? undefined : hours[index];
              readout.textContent = hour === undefined ? '' : `${momentText(hour, start)}: ${readAt(curves, columns, index ?? 0)}`;
            },
          ],
        },
      },
      [hours, ...columns] as uPlot.AlignedData,
      plotted,
    );
    if (curves.length > 1) room.append(names(curves));
    this.unfit = fitsRoom(this.plot, room, HEIGHT_PX);
  }

  /** Draws where the map's clock stands, h of the scenario. */
  mark(at: number | undefined): void {
    if (at === this.at) return;
    this.at = at;
    this.plot.redraw(false, false);
  }

  destroy(): void {
    this.unfit();
    this.plot.destroy();
  }
}

function readAt(curves: readonly Curve[], columns: readonly (readonly (number | null)[])[], index: number): string {
  return curves.flatMap(({ name }, i) => {
    const depth = columns[i]?.[index];
    if (depth === null || depth === undefined) return [];
    const words = `${formatNumber(depth, 2, lang())}\u00a0m`;
    return [curves.length > 1 ? `${name}: ${words}` : words];
  }).join(' · ');
}

function names(curves: readonly Curve[]): HTMLElement {
  return h(
    'ul',
    { class: 'legend curve-names small' },
    ...curves.map(({ name }, i) => {
      const swatch = h('span', { class: 'swatch fill', attrs: { 'aria-hidden': 'true' } });
      swatch.style.background = COLORS[i] ?? '';
      return h('li', {}, swatch, h('span', {}, name));
    }),
  );
}
