/** The picture of a series: line, band of extremes, thresholds, marks at flagged values. */

import 'uplot/dist/uPlot.min.css';
import uPlot from 'uplot';

import { formatValue } from '../../coords/format.ts';
import { lang, titled } from '../../i18n/index.ts';
import { axisStyle, colorsOf, drawInstant, drawLimits, fitsRoom, tickText, withAlpha, type Limit } from '../../ui/plot.ts';
import { isPassed, type Datastream, type Series, type Threshold } from '../model.ts';
import { LOOKS, resultText } from '../tone.ts';
import { extremes } from './series-text.ts';
import { withGaps, type Plotted } from './series-gaps.ts';

const HEIGHT_PX = 210;
const ZONE = 'Asia/Ho_Chi_Minh';
const MARK_PX = 4;

export interface ChartOptions {
  readonly series: Series;
  readonly datastream: Datastream;
  /** Epoch milliseconds. */
  readonly from: number;
  readonly to: number;
  /** The index in the series that the cursor is at. */
  onRead(index: number | undefined): void;
}

export class Chart {
  private readonly plot: uPlot;
  private readonly room: HTMLElement;
  private readonly data: Plotted;
  private readonly unfit: () => void;
  /** The instant that a replay shows, epoch seconds. */
  private at: number | undefined;

  constructor(room: HTMLElement, options: ChartOptions) {
    this.room = room;
    this.data = withGaps(options.series);
    const { t, value, min, max } = this.data;
    const hasBand = options.series.resolution !== 'raw';
    const columns = hasBand ? [t, value, max, min] : [t, value];
    this.plot = new uPlot(this.optionsOf(options, hasBand), columns as uPlot.AlignedData, room);
    room.tabIndex = 0;
    room.setAttribute('role', 'img');
    room.addEventListener('keydown', this.key);
    this.unfit = fitsRoom(this.plot, room, HEIGHT_PX);
  }

  /** Draws where a replay stands (epoch milliseconds). */
  mark(at: number | undefined): void {
    const next = at === undefined ? undefined : Math.round(at / 1000);
    if (next === this.at) return;
    this.at = next;
    this.plot.redraw(false, false);
  }

  destroy(): void {
    this.unfit();
    this.room.removeEventListener('keydown', this.key);
    this.room.removeAttribute('tabindex');
    this.room.removeAttribute('role');
    this.room.removeAttribute('aria-label');
    this.plot.destroy();
  }

  /** The arrows go from value to value, as the pointer does. */
  private readonly key = (event: KeyboardEvent): void => {
    const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: -20, PageDown: 20, Home: -Infinity, End: Infinity }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const { t, value } = this.data;
    const known = t.flatMap((_, i) => (value[i] === null ? [] : [i]));
    const now = this.plot.cursor.idx;
    const place = now === undefined || now === null ? (step > 0 ? -1 : known.length) : known.findIndex((i) => i >= now);
    const index = known[Math.max(0, Math.min(known.length - 1, place + step))];
    const time = index === undefined ? undefined : t[index];
    const level = index === undefined ? undefined : value[index];
    if (time === undefined || level === undefined || level === null) return;
    this.plot.setCursor({ left: this.plot.valToPos(time, 'x'), top: this.plot.valToPos(level, 'y') });
  };

  private optionsOf(options: ChartOptions, hasBand: boolean): uPlot.Options {
    const { series, datastream, from, to } = options;
    const color = colorsOf(this.room);
    const [line, grid, ink] = [color('--accent'), color('--line'), color('--muted')];
    const shown = shownThresholds(series, datastream.rules.thresholds);
    const axis = axisStyle(ink, grid);
    const edge = { stroke: 'transparent', width: 0, points: { show: false } };
    return {
      width: Math.max(240, Math.floor(this.room.clientWidth)),
      height: HEIGHT_PX,
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), ZONE),
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
      padding: [10, 10, 0, 0],
      scales: {
        x: { range: () => [from / 1000, to / 1000] },
        y: { range: (_plot, low, high) => rangeOf(low, high, shown) },
      },
      axes: [
        { ...axis, size: 26, space: 62, values: (_plot, splits, _axis, _space, step) => splits.map((each) => tickText(each, step)) },
        { ...axis, size: 46, values: (_plot, splits) => splits.map((each) => formatValue(each, lang())) },
      ],
      series: [
        {},
        { stroke: line, width: 1.8, points: { show: series.t.length < 60, size: 4, fill: line } },
        ...(hasBand ? [edge, edge] : []),
      ],
      ...(hasBand ? { bands: [{ series: [2, 3] as [number, number], fill: withAlpha(line, 0.18) }] } : {}),
      hooks: {
        draw: [
          (plot) => {
            drawLimits(plot, shown.map((each) => limitOf(each, datastream.unit)), color('--surface'), color('--text'));
            drawFlags(plot, this.data);
            if (this.at !== undefined) drawInstant(plot, this.at, color('--warm'));
          },
        ],
        setCursor: [
          (plot) => {
            const index = plot.cursor.idx;
            const own = index === null || index === undefined ? undefined : this.data.from[index];
            options.onRead(own);
          },
        ],
      },
    };
  }
}

/** Those that were passed, and the next above: farther ones would press the line flat. */
export function shownThresholds(series: Series, thresholds: readonly Threshold[]): Threshold[] {
  const { low, high } = extremes(series);
  if (low === null || high === null) return [];
  const passed = thresholds.filter((each) => isPassed(each.direction === 'above' ? high : low, each));
  const ahead = thresholds.filter((each) => !passed.includes(each));
  const distance = ({ value, direction }: Threshold): number => (direction === 'above' ? value - high : low - value);
  const next = [...ahead].sort((a, b) => distance(a) - distance(b))[0];
  const reach = 6 * Math.max(high - low, Math.abs(high) * 0.1);
  return next && distance(next) <= reach ? [...passed, next] : passed;
}

/** The values and the thresholds with a margin; a flat line stands in the middle. */
export function rangeOf(low: number, high: number, thresholds: readonly Pick<Threshold, 'value'>[]): [number, number] {
  const all = [low, high, ...thresholds.map(({ value }) => value)].filter(Number.isFinite);
  const [bottom, top] = [Math.min(...all), Math.max(...all)];
  if (!all.length) return [0, 1];
  const margin = (top - bottom || Math.max(1, Math.abs(top)) * 0.2) * 0.08;
  // What cannot be negative is not shown so.
  return [bottom >= 0 ? Math.max(0, bottom - margin) : bottom - margin, top + margin * 1.6];
}

function limitOf({ level, value, title }: Threshold, unit: string): Limit {
  return { value, color: LOOKS[`alarm${Math.min(4, Math.max(1, Math.ceil(level))) as 1 | 2 | 3 | 4}`].fill, words: `${titled(title)} ${resultText(value, unit)}` };
}

/** A cross where quality control found something: shape, not colour alone. */
function drawFlags(plot: uPlot, { t, value, grade }: Plotted): void {
  const { ctx } = plot;
  const size = MARK_PX * devicePixelRatio;
  ctx.save();
  ctx.lineWidth = 1.8 * devicePixelRatio;
  for (const [i, level] of value.entries()) {
    const time = t[i];
    const look = grade[i] === 'bad' ? LOOKS.bad : grade[i] === 'suspect' ? LOOKS.suspect : undefined;
    if (!look || level === null || time === undefined) continue;
    const [x, y] = [plot.valToPos(time, 'x', true), plot.valToPos(level, 'y', true)];
    ctx.strokeStyle = look.fill;
    ctx.beginPath();
    ctx.moveTo(x - size, y - size);
    ctx.lineTo(x + size, y + size);
    ctx.moveTo(x - size, y + size);
    ctx.lineTo(x + size, y - size);
    ctx.stroke();
  }
  ctx.restore();
}
