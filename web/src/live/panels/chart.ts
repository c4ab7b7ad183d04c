/** The picture of a series: line, band of extremes, thresholds, marks at flagged values. */

import 'uplot/dist/uPlot.min.css';
import uPlot from 'uplot';

import { formatValue } from '../../coords/format.ts';
import { lang, titled } from '../../i18n/index.ts';
import { isPassed, type Datastream, type Series, type Threshold } from '../model.ts';
import { LOOKS, resultText } from '../tone.ts';
import { extremes } from './series-text.ts';
import { withGaps, type Plotted } from './series-gaps.ts';

const HEIGHT_PX = 210;
const ZONE = 'Asia/Ho_Chi_Minh';
const DAY_S = 86_400;
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
  private readonly observer: ResizeObserver;
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
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(room);
  }

  /** Draws where a replay stands (epoch milliseconds). */
  mark(at: number | undefined): void {
    const next = at === undefined ? undefined : Math.round(at / 1000);
    if (next === this.at) return;
    this.at = next;
    this.plot.redraw(false, false);
  }

  destroy(): void {
    this.observer.disconnect();
    this.room.removeEventListener('keydown', this.key);
    this.room.removeAttribute('tabindex');
    this.room.removeAttribute('role');
    this.room.removeAttribute('aria-label');
    this.plot.destroy();
  }

  private resize(): void {
    const width = Math.floor(this.room.clientWidth);
    if (width > 0 && width !== this.plot.width) this.plot.setSize({ width, height: HEIGHT_PX });
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
    const css = getComputedStyle(this.room);
    const color = (name: string): string => css.getPropertyValue(name).trim();
    const [line, grid, ink] = [color('--accent'), color('--line'), color('--muted')];
    const shown = shownThresholds(series, datastream.rules.thresholds);
    const axis = { stroke: ink, font: "11px 'Be Vietnam Pro', sans-serif", grid: { stroke: grid, width: 1 }, ticks: { stroke: grid, width: 1, size: 4 } };
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
            drawThresholds(plot, shown, datastream.unit, color('--surface'), color('--text'));
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
export function rangeOf(low: number, high: number, thresholds: readonly Threshold[]): [number, number] {
  const all = [low, high, ...thresholds.map(({ value }) => value)].filter(Number.isFinite);
  const [bottom, top] = [Math.min(...all), Math.max(...all)];
  if (!all.length) return [0, 1];
  const margin = (top - bottom || Math.max(1, Math.abs(top)) * 0.2) * 0.08;
  // What cannot be negative is not shown so.
  return [bottom >= 0 ? Math.max(0, bottom - margin) : bottom - margin, top + margin * 1.6];
}

function tickText(seconds: number, step: number): string {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: ZONE, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit',
  }).formatToParts(seconds * 1000);
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.find((each) => each.type === type)?.value ?? '';
  const date = `${part('day')}/${part('month')}`;
  if (step >= 27 * DAY_S) return `${part('month')}/${part('year')}`;
  if (step >= DAY_S) return date;
  const clock = `${part('hour')}:${part('minute')}`;
  return clock === '00:00' ? date : clock;
}

function drawThresholds(plot: uPlot, thresholds: readonly Threshold[], unit: string, halo: string, ink: string): void {
  const { ctx, bbox } = plot;
  ctx.save();
  for (const { level, value, title } of thresholds) {
    const y = plot.valToPos(value, 'y', true);
    ctx.strokeStyle = LOOKS[`alarm${Math.min(4, Math.max(1, Math.ceil(level))) as 1 | 2 | 3 | 4}`].fill;
    ctx.lineWidth = 1.6 * devicePixelRatio;
    ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio]);
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    ctx.setLineDash([]);
    ctx.font = `${10.5 * devicePixelRatio}px 'Be Vietnam Pro', sans-serif`;
    ctx.textAlign = 'left';
    ctx.textBaseline = 'bottom';
    ctx.strokeStyle = halo;
    ctx.lineWidth = 3 * devicePixelRatio;
    ctx.fillStyle = ink;
    const words = `${titled(title)} ${resultText(value, unit)}`;
    const [x, above] = [bbox.left + 5 * devicePixelRatio, y - 2 * devicePixelRatio];
    ctx.strokeText(words, x, above);
    ctx.fillText(words, x, above);
  }
  ctx.restore();
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

function drawInstant(plot: uPlot, at: number, color: string): void {
  const { ctx, bbox } = plot;
  const x = plot.valToPos(at, 'x', true);
  if (x < bbox.left || x > bbox.left + bbox.width) return;
  ctx.save();
  ctx.strokeStyle = color;
  ctx.lineWidth = 2 * devicePixelRatio;
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.restore();
}

/** `#rrggbb` with an opacity. */
function withAlpha(color: string, share: number): string {
  const alpha = Math.round(share * 255).toString(16).padStart(2, '0');
  return /^#[0-9a-f]{6}$/i.test(color) ? `${color}${alpha}` : color;
}
