/** The forecast at a gauge: what was observed, the middle of what is to come, and nine in ten of it. */

import 'uplot/dist/uPlot.min.css';
import uPlot from 'uplot';

import { formatNumber, formatValue } from '../../coords/format.ts';
import { lang, titled } from '../../i18n/index.ts';
import { timeText } from '../../live/age.ts';
import { rangeOf } from '../../live/panels/chart.ts';
import { h } from '../../ui/dom.ts';
import { axisStyle, colorsOf, drawInstant, drawLimits, fitsRoom, tickText, withAlpha, type Limit } from '../../ui/plot.ts';
import { w } from '../words.ts';
import { alarmColor } from './dots.ts';
import { alarmsNear, curvesOf, type Curves, type Sources } from './curves.ts';
import type { Alarm, Gauge } from './model.ts';

const HEIGHT_PX = 200;
const ZONE = 'Asia/Ho_Chi_Minh';
const FORECAST = '#8a5bb3';

export interface ForecastChartOptions extends Sources {
  /** Of what is shown, epoch milliseconds. */
  readonly from: number;
  /** What it shows, for who cannot see it. */
  readonly label: string;
}

export class ForecastChart {
  private readonly plot: uPlot;
  private readonly unfit: () => void;
  /** The instant that is looked at, epoch seconds. */
  private at: number | undefined;

  constructor(room: HTMLElement, options: ForecastChartOptions) {
    const { gauge, times, from, label } = options;
    const { t, observed, middle, high, low } = curvesOf(options);
    const color = colorsOf(room);
    const axis = axisStyle(color('--muted'), color('--line'));
    const values = [...observed, ...high, ...low].filter((each): each is number => typeof each === 'number');
    const near = alarmsNear(gauge.alarms, Math.min(...values), Math.max(...values));
    const limits = near.map((each) => limitOf(gauge, each));
    const [end, now] = [(times.at(-1) ?? from) / 1000, (times[0] ?? from) / 1000];
    const plotted = h('div');
    const readout = h('p', { class: 'chart-readout small number' });
    room.append(plotted, readout);
    room.setAttribute('role', 'img');
    room.setAttribute('aria-label', label);
    const edge = { stroke: withAlpha(FORECAST, 0.35), width: 1, points: { show: false } };
    this.plot = new uPlot(
      {
        width: Math.max(240, Math.floor(room.clientWidth)),
        height: HEIGHT_PX,
        tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), ZONE),
        legend: { show: false },
        cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
        padding: [12, 12, 0, 0],
        scales: {
          x: { range: () => [from / 1000, end] },
          y: { range: (_plot, lowest, highest) => rangeOf(lowest, highest, near.map(({ level_m }) => ({ value: level_m }))) },
        },
        axes: [
          { ...axis, size: 26, space: 58, values: (_plot, splits, _axis, _space, step) => splits.map((each) => tickText(each, step)) },
          { ...axis, size: 46, values: (_plot, splits) => splits.map((each) => formatValue(each, lang(), 2)) },
        ],
        series: [
          {},
          { stroke: color('--accent'), width: 1.8, points: { show: false } },
          { stroke: FORECAST, width: 2.2, points: { show: false } },
          edge,
          edge,
        ],
        bands: [{ series: [3, 4], fill: withAlpha(FORECAST, 0.2) }],
        hooks: {
          draw: [
            (plot) => {
              drawInstant(plot, now, color('--muted'), [3, 3]);
              drawLimits(plot, limits, color('--surface'), color('--text'));
              if (this.at !== undefined) drawInstant(plot, this.at, color('--warm'));
            },
          ],
          setCursor: [
            (plot) => {
              const index = plot.cursor.idx;
              readout.textContent = index === null || index === undefined ? '' : readAt({ t, observed, middle, high, low }, index);
            },
          ],
        },
      },
      [[...t], ...[observed, middle, high, low].map((each) => [...each])],
      plotted,
    );
    this.unfit = fitsRoom(this.plot, room, HEIGHT_PX);
  }

  /** Draws the instant that is looked at (epoch milliseconds). */
  mark(at: number | undefined): void {
    const next = at === undefined ? undefined : at / 1000;
    if (next === this.at) return;
    this.at = next;
    this.plot.redraw(false, false);
  }

  destroy(): void {
    this.unfit();
    this.plot.destroy();
  }
}

function limitOf({ alarms }: Gauge, { title, level_m }: Alarm): Limit {
  const rank = alarms.findIndex((each) => each.level_m === level_m) + 1;
  return { value: level_m, color: alarmColor(rank), words: `${titled(title)} ${formatNumber(level_m, 2, lang())}\u00a0m` };
}

function readAt({ t, observed, middle, high, low }: Curves, index: number): string {
  const time = timeText((t[index] ?? 0) * 1000, lang());
  const metres = (value: number): string => `${formatNumber(value, 2, lang())}\u00a0m`;
  const told = observed[index];
  const [expected, top, bottom] = [middle[index], high[index], low[index]];
  return [
    typeof told === 'number' ? w('nowcast.readObserved', { level: metres(told) }) : '',
    expected !== undefined && top !== undefined && bottom !== undefined ? w('nowcast.readForecast', { level: metres(expected), low: metres(bottom), high: metres(top) }) : '',
  ].filter(Boolean).map((words) => `${time}: ${words}`).join(' · ');
}
