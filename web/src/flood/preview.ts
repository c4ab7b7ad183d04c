/** Small pictures of what the form says: rain as bars, levels and discharges as lines. */

import type { Draft, Row } from './scenario.ts';

const [WIDTH, HEIGHT] = [300, 56];
const SVG = 'http://www.w3.org/2000/svg';

/** Intensity in mm/h between hours, as the server spreads a storm (`city::scenario::Shape`). */
export function rainBars(draft: Draft, pieces = 20): readonly (readonly [from_h: number, to_h: number, mm_per_h: number])[] {
  if (draft.rain === 'series') {
    return draft.rainRows.map(([from, rate], i) => [from, draft.rainRows[i + 1]?.[0] ?? draft.rainEnd_h ?? from, rate] as const);
  }
  const { total_mm = 0, duration_h = 0, begin_h = 0, shape } = draft.design;
  if (draft.rain !== 'design' || !(total_mm > 0 && duration_h > 0)) return [];
  const mean = total_mm / duration_h;
  if (shape === 'uniform') return [[begin_h, begin_h + duration_h, mean]];
  return Array.from({ length: pieces }, (_, i) => {
    const [from, to] = [i / pieces, (i + 1) / pieces];
    const middle = (from + to) / 2;
    const rate = 2 * mean * (middle < 0.4 ? middle / 0.4 : (1 - middle) / 0.6);
    return [begin_h + from * duration_h, begin_h + to * duration_h, rate] as const;
  });
}

/** Level of a tide at hours. */
export function tidePoints(draft: Draft): readonly Row[] {
  if (draft.tide === 'series') return draft.tideRows;
  const { mean_m = 0, amplitude_m = 0, period_h = 0, high_water_h = 0 } = draft.wave;
  const end = draft.duration_h ?? 0;
  if (draft.tide === 'none' || !(period_h > 0 && end > 0)) return [];
  return Array.from({ length: 61 }, (_, i) => {
    const hour = (i / 60) * end;
    return [hour, mean_m + amplitude_m * Math.cos((2 * Math.PI * (hour - high_water_h)) / period_h)] as const;
  });
}

/** Bars over the hours of the scenario, and times that nobody measured; nothing where none can be drawn. */
export function barPicture(bars: ReturnType<typeof rainBars>, end_h: number | undefined, gaps: readonly (readonly [from_h: number, to_h: number])[] = []): SVGSVGElement | null {
  const most = Math.max(...bars.map(([, , rate]) => rate));
  if (!(end_h !== undefined && end_h > 0 && most > 0)) return null;
  const svg = picture();
  for (const [from, to] of gaps) {
    svg.append(shape('rect', { x: (from / end_h) * WIDTH, y: 0, width: ((to - from) / end_h) * WIDTH, height: HEIGHT, class: 'gap' }));
  }
  for (const [from, to, rate] of bars) {
    const height = (rate / most) * (HEIGHT - 6);
    // Bars of a few hours stand apart; those of ten minutes touch, or they would be paler than they are.
    const whole = ((to - from) / end_h) * WIDTH;
    const width = Math.max(0, whole > 3 ? whole - 0.6 : whole);
    if (![height, width].every(Number.isFinite)) continue;
    svg.append(shape('rect', { x: (from / end_h) * WIDTH, y: HEIGHT - height, width, height, class: 'bar' }));
  }
  return svg;
}

/** A line over the hours of the scenario. */
export function linePicture(points: readonly Row[], end_h: number | undefined): SVGSVGElement | null {
  const values = points.map(([, value]) => value);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  if (!(end_h !== undefined && end_h > 0 && points.length > 1 && Number.isFinite(high - low))) return null;
  const y = (value: number): number => HEIGHT - 4 - ((value - low) / (high - low || 1)) * (HEIGHT - 10);
  const svg = picture();
  svg.append(shape('polyline', { points: points.map(([hour, value]) => `${(hour / end_h) * WIDTH},${y(value)}`).join(' '), class: 'line' }));
  return svg;
}

function picture(): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', `0 0 ${WIDTH} ${HEIGHT}`);
  svg.setAttribute('preserveAspectRatio', 'none');
  svg.setAttribute('class', 'forcing-picture');
  svg.setAttribute('aria-hidden', 'true');
  return svg;
}

function shape(name: string, attributes: Readonly<Record<string, string | number>>): SVGElement {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  return element;
}
