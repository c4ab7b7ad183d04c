/** What the charts over time have in common. */

import type uPlot from 'uplot';

const ZONE = 'Asia/Ho_Chi_Minh';
const DAY_S = 86_400;

/** How an axis looks: ink for its words, a paler line for its grid. */
export function axisStyle(ink: string, grid: string): uPlot.Axis {
  return { stroke: ink, font: "11px 'Be Vietnam Pro', sans-serif", grid: { stroke: grid, width: 1 }, ticks: { stroke: grid, width: 1, size: 4 } };
}

/** The values of an element's custom properties, such as `--line`. */
export function colorsOf(element: HTMLElement): (name: string) => string {
  const css = getComputedStyle(element);
  return (name) => css.getPropertyValue(name).trim();
}

/** An instant (epoch seconds) on an axis whose marks are so many seconds apart, in Vietnam's time. */
export function tickText(seconds: number, step: number): string {
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

/** A level across the whole chart, with its words above it. */
export interface Limit {
  readonly value: number;
  readonly color: string;
  readonly words: string;
}

/** Draws levels as dashed lines; their words have a halo, so that a curve behind them does no harm. */
export function drawLimits(plot: uPlot, limits: readonly Limit[], halo: string, ink: string): void {
  const { ctx, bbox } = plot;
  ctx.save();
  for (const { value, color, words } of limits) {
    const y = plot.valToPos(value, 'y', true);
    ctx.strokeStyle = color;
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
    const [x, above] = [bbox.left + 5 * devicePixelRatio, y - 2 * devicePixelRatio];
    ctx.strokeText(words, x, above);
    ctx.fillText(words, x, above);
  }
  ctx.restore();
}

/** Draws a line upright at a value of the x axis; nothing where that is not seen. */
export function drawInstant(plot: uPlot, at: number, color: string, dash: readonly number[] = []): void {
  const { ctx, bbox } = plot;
  const x = plot.valToPos(at, 'x', true);
  if (x < bbox.left || x > bbox.left + bbox.width) return;
  ctx.save();
  ctx.strokeStyle = color;
  ctx.lineWidth = 2 * devicePixelRatio;
  ctx.setLineDash(dash.map((each) => each * devicePixelRatio));
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.restore();
}

/** `#rrggbb` with an opacity. */
export function withAlpha(color: string, share: number): string {
  const alpha = Math.round(share * 255).toString(16).padStart(2, '0');
  return /^#[0-9a-f]{6}$/i.test(color) ? `${color}${alpha}` : color;
}

/** Keeps a chart as wide as its room; returns the way to stop that. */
export function fitsRoom(plot: uPlot, room: HTMLElement, height: number): () => void {
  const observer = new ResizeObserver(() => {
    const width = Math.floor(room.clientWidth);
    if (width > 0 && width !== plot.width) plot.setSize({ width, height });
  });
  observer.observe(room);
  return () => observer.disconnect();
}
