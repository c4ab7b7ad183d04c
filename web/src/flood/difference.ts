/** How two runs differ, pixel by pixel, from their tiles of numbers. */

import { addProtocol, type RequestParameters } from 'maplibre-gl';

import type { Step } from './model.ts';

const PROTOCOL = 'dothi-difference';
/** Below this the two are held to be the same; also what a dry place counts as. */
const SAME = 0.01;

/**
 * Colours of B − A: blue where B has more, orange where it has less. The first step is for everything
 * below the second.
 */
export const DIFFERENCE_STEPS: readonly Step[] = [
  { from: -Infinity, rgba: [127, 59, 8, 240] },
  { from: -1, rgba: [179, 88, 6, 230] },
  { from: -0.5, rgba: [224, 130, 20, 215] },
  { from: -0.2, rgba: [253, 184, 99, 200] },
  { from: -0.05, rgba: [254, 224, 182, 170] },
  { from: -SAME, rgba: [200, 205, 205, 90] },
  { from: SAME, rgba: [209, 229, 240, 170] },
  { from: 0.05, rgba: [146, 197, 222, 200] },
  { from: 0.2, rgba: [67, 147, 195, 215] },
  { from: 0.5, rgba: [33, 102, 172, 230] },
  { from: 1, rgba: [5, 48, 97, 240] },
];

/** The number in a pixel: −1000 + 0.001 × (65 536 R + 256 G + B); none where there was no water. */
export function valueAt(pixels: Uint8ClampedArray, i: number): number | undefined {
  const [r = 0, g = 0, b = 0, a = 0] = pixels.subarray(4 * i, 4 * i + 4);
  return a === 0 ? undefined : -1000 + 0.001 * (65_536 * r + 256 * g + b);
}

/** Outputs of which a dry place has none, instead of 0: hours of arrival, levels. */
const NOT_ZERO = /^(arrival|max-level)/;

/** Whether two runs differ in an output only where both were wet. */
export function isOfBoth(output: string): boolean {
  return NOT_ZERO.test(output);
}

/** The colours of B − A; nothing where both were dry, or one of them where that has no value. */
export function differenceOf(a: Uint8ClampedArray, b: Uint8ClampedArray, ofBoth: boolean): Uint8ClampedArray<ArrayBuffer> {
  const out = new Uint8ClampedArray(a.length);
  for (let i = 0; i < a.length / 4; i += 1) {
    const [before, after] = [valueAt(a, i), valueAt(b, i)];
    if (before === undefined && after === undefined) continue;
    if (ofBoth && (before === undefined || after === undefined)) continue;
    out.set(colorOf((after ?? 0) - (before ?? 0)), 4 * i);
  }
  return out;
}

function colorOf(value: number): Step['rgba'] {
  return DIFFERENCE_STEPS.findLast(({ from }) => value >= from)?.rgba ?? [0, 0, 0, 0];
}

let isThere = false;

/** Address of the tiles of B − A, of two addresses of tiles in numbers. */
export function differenceTiles([a, b]: readonly [string, string], ofBoth: boolean, headers: () => Readonly<Record<string, string>>): string {
  if (!isThere) {
    isThere = true;
    addProtocol(PROTOCOL, async ({ url }: RequestParameters, { signal }: AbortController) => {
      const [kind, first = '', second = ''] = url.slice(PROTOCOL.length + 3).split('|');
      const [before, after] = await Promise.all([pixelsOf(first, headers(), signal), pixelsOf(second, headers(), signal)]);
      const picture = new ImageData(differenceOf(before.data, after.data, kind === 'both'), before.width, before.height);
      return { data: await createImageBitmap(picture) };
    });
  }
  return `${PROTOCOL}://${ofBoth ? 'both' : 'any'}|${a}|${b}`;
}

/** Tiles in numbers, of an address of tiles in colours. */
export function numbersOf(tiles: string): string {
  return tiles.replace('/map/tiles/', '/coverage/tiles/');
}

async function pixelsOf(address: string, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<ImageData> {
  const response = await fetch(address, { headers, signal });
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  // Numbers must come through as they are: no colour profile, no multiplying by opacity.
  const bitmap = await createImageBitmap(await response.blob(), { colorSpaceConversion: 'none', premultiplyAlpha: 'none' });
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('no canvas');
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return context.getImageData(0, 0, canvas.width, canvas.height);
}
