/**
 * Reads coordinates that people paste: decimal degrees, degrees with minutes and seconds, and
 * VN-2000 pairs in either axis order. What was understood is shown for confirmation; nothing is
 * swapped in silence.
 */

export interface Degrees {
  readonly kind: 'degrees';
  readonly lon: number;
  readonly lat: number;
  /** Whether the text gave longitude first. */
  readonly swapped: boolean;
}

export interface Grid {
  readonly kind: 'grid';
  readonly east: number;
  readonly north: number;
  /** Whether the text gave the easting first; printed lists in Vietnam give X = north first. */
  readonly eastFirst: boolean;
  /** Whether letters in the text (X, Y, N, E) contradict the magnitudes. */
  readonly labelsContradict: boolean;
}

export type Coordinates = Degrees | Grid;

/** Where the country and its sea lie; a pair outside is no coordinate here. */
const LAT = [6, 24] as const;
const LON = [101, 119] as const;
const NORTH = [650_000, 2_700_000] as const;
const EAST = [100_000, 900_000] as const;

const within = (value: number, [low, high]: readonly [number, number]): boolean =>
  value >= low && value <= high;

/** The coordinates in a text, or `undefined` when it holds none. */
export function parseCoordinates(text: string): Coordinates | undefined {
  return parseSexagesimal(text) ?? parsePair(text);
}

const SEXAGESIMAL =
  /(\d{1,3})\s*[°º]\s*(\d{1,2}(?:[.,]\d+)?)?\s*['′’]?\s*(?:(\d{1,2}(?:[.,]\d+)?)\s*(?:["″”]|''))?\s*([NEBĐ])?/giu;

/** `15°34′25″N 108°28′26″E`, also with B (Bắc) and Đ (Đông). */
function parseSexagesimal(text: string): Degrees | undefined {
  const angles = [...text.matchAll(SEXAGESIMAL)].map((match) => ({
    value:
      Number(match[1]) +
      Number((match[2] ?? '0').replace(',', '.')) / 60 +
      Number((match[3] ?? '0').replace(',', '.')) / 3600,
    letter: (match[4] ?? '').toUpperCase(),
  }));
  const [first, second] = angles;
  if (angles.length !== 2 || !first || !second) return undefined;
  const eastFirst = ['E', 'Đ'].includes(first.letter) || ['N', 'B'].includes(second.letter);
  return degreesOf(first.value, second.value, eastFirst);
}

/** Two numbers, by their magnitude degrees or metres. */
function parsePair(text: string): Coordinates | undefined {
  const numbers = numbersIn(text);
  const [first, second] = numbers;
  if (numbers.length !== 2 || first === undefined || second === undefined) return undefined;
  return degreesOf(first, second, false) ?? gridOf(first, second, text);
}

function degreesOf(first: number, second: number, eastFirst: boolean): Degrees | undefined {
  const latFirst = within(first, LAT) && within(second, LON);
  const lonFirst = within(first, LON) && within(second, LAT);
  if (latFirst && !eastFirst) return { kind: 'degrees', lat: first, lon: second, swapped: false };
  if (lonFirst) return { kind: 'degrees', lat: second, lon: first, swapped: true };
  return undefined;
}

function gridOf(first: number, second: number, text: string): Grid | undefined {
  // The ranges overlap between 650 and 900 km. Of two numbers the greater is north: eastings
  // stay below 900 km, and every northing on land (from 8°30′) above 940 km.
  const eastFirst = first < second;
  const [east, north] = eastFirst ? [first, second] : [second, first];
  if (!within(east, EAST) || !within(north, NORTH)) return undefined;
  const upper = text.toUpperCase();
  const firstIsNorth = /^\W*(X|N|BẮC|B)\b/u.test(upper) || /^\W*(X|N)\s*[=:]/u.test(upper);
  const firstIsEast = /^\W*(Y|E|ĐÔNG|Đ)\s*[=:(]?/u.test(upper);
  const labelsContradict = (firstIsNorth && eastFirst) || (firstIsEast && !eastFirst);
  return { kind: 'grid', east, north, eastFirst, labelsContradict };
}

/**
 * The numbers of a text. `1.722.531,70` and `1,722,531.70` have group marks, `1722531,70` a
 * decimal comma; in `15.5, 108.4` the comma divides.
 */
export function numbersIn(text: string): number[] {
  const decimalComma = /^[^\d]*\d+,\d+(\s*[;/|\n\t]\s*|\s+)[^\d]*\d+,\d+[^\d]*$/u;
  let plain = text.replace(/\u00a0/g, ' ');
  if (decimalComma.test(plain)) plain = plain.replace(/(\d),(\d)/g, '$1.$2');
  else plain = withoutGroups(plain);
  return [...plain.matchAll(/[-+]?\d+(?:\.\d+)?/g)].map((match) => Number(match[0]));
}

function withoutGroups(text: string): string {
  return text
    .replace(/(?<![\d.,])\d{1,3}(?:\.\d{3}){1,2},\d+/g, (n) => n.replaceAll('.', '').replace(',', '.'))
    .replace(/(?<![\d.,])\d{1,3}(?:\.\d{3}){2}(?![\d.])/g, (n) => n.replaceAll('.', ''))
    .replace(/(?<![\d.,])\d{1,3}(?:,\d{3}){1,2}\.\d+/g, (n) => n.replaceAll(',', ''))
    .replace(/(?<![\d.,])\d{1,3}(?:,\d{3}){2}(?![\d,])/g, (n) => n.replaceAll(',', ''))
    .replace(/,/g, ' ');
}
