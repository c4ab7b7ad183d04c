/** The symbols of devices, drawn when they are first needed. */

import type { Map as MapLibreMap } from 'maplibre-gl';

import { kindOf } from './roles.ts';
import { LOOKS, type Tone } from './tone.ts';

const SIZE_PX = 34;
const RATIO = 2;
const MIDDLE = SIZE_PX / 2;
const RADIUS = 11.5;

export interface Look {
  readonly role: string;
  readonly tone: Tone;
  readonly simulated: boolean;
  /** Whether the connection is lost: what is shown is no longer sure to be so. */
  readonly stale: boolean;
}

/** The map's picture of a device; made on the first use. */
export function symbolFor(map: MapLibreMap, look: Look): string {
  const kind = kindOf(look.role);
  const id = ['live', kind.role, look.tone, look.simulated ? 'sim' : '', look.stale ? 'stale' : ''].join('/');
  if (!map.hasImage(id)) {
    const picture = drawn(look, RATIO);
    if (picture) map.addImage(id, picture, { pixelRatio: RATIO });
  }
  return id;
}

/** The same symbol for the page, such as for a legend. */
export function symbolCanvas(look: Look): HTMLCanvasElement {
  const canvas = canvasOf(RATIO);
  const pen = canvas.getContext('2d');
  if (pen) draw(pen, look, RATIO);
  canvas.style.width = `${SIZE_PX}px`;
  canvas.style.height = `${SIZE_PX}px`;
  canvas.setAttribute('aria-hidden', 'true');
  return canvas;
}

function drawn(look: Look, ratio: number): ImageData | undefined {
  const canvas = canvasOf(ratio);
  const pen = canvas.getContext('2d', { willReadFrequently: true });
  if (!pen) return undefined;
  draw(pen, look, ratio);
  return pen.getImageData(0, 0, canvas.width, canvas.height);
}

function canvasOf(ratio: number): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = SIZE_PX * ratio;
  canvas.height = SIZE_PX * ratio;
  return canvas;
}

function draw(pen: CanvasRenderingContext2D, { role, tone, simulated, stale }: Look, ratio: number): void {
  const { fill, ink, badge } = LOOKS[tone];
  const paint = stale ? '#93a1a3' : fill;
  pen.scale(ratio, ratio);
  pen.lineCap = 'round';
  pen.lineJoin = 'round';
  disc(pen, RADIUS + 2.2, '#ffffff');
  disc(pen, RADIUS, paint);
  if (simulated) dashes(pen, paint);
  pen.save();
  pen.translate(MIDDLE - 8.4, MIDDLE - 8.4);
  pen.scale(0.7, 0.7);
  pen.strokeStyle = stale ? '#ffffff' : ink;
  pen.lineWidth = 2.3;
  pen.stroke(new Path2D(kindOf(role).sign));
  pen.restore();
  if (badge) mark(pen, badge, paint);
}

function disc(pen: CanvasRenderingContext2D, radius: number, color: string): void {
  pen.beginPath();
  pen.arc(MIDDLE, MIDDLE, radius, 0, 2 * Math.PI);
  pen.fillStyle = color;
  pen.fill();
}

/** A dashed rim: not measured at a real place. */
function dashes(pen: CanvasRenderingContext2D, color: string): void {
  pen.save();
  pen.beginPath();
  pen.arc(MIDDLE, MIDDLE, RADIUS + 3.2, 0, 2 * Math.PI);
  pen.lineCap = 'butt';
  pen.setLineDash([4, 3.2]);
  pen.lineWidth = 1.8;
  pen.strokeStyle = color;
  pen.stroke();
  pen.restore();
}

function mark(pen: CanvasRenderingContext2D, badge: string, color: string): void {
  const width = Math.max(11, 4.2 * badge.length + 6);
  const left = Math.min(SIZE_PX - width - 0.5, MIDDLE + 3);
  pen.beginPath();
  pen.roundRect(left, 0.5, width, 11, 5.5);
  pen.fillStyle = '#ffffff';
  pen.fill();
  pen.lineWidth = 1.2;
  pen.strokeStyle = color;
  pen.stroke();
  pen.fillStyle = '#1c2b2d';
  pen.font = "600 8.5px 'Be Vietnam Pro', sans-serif";
  pen.textAlign = 'center';
  pen.textBaseline = 'middle';
  pen.fillText(badge, left + width / 2, 6.6);
}
