/** Rain from a file that somebody has: a column of times, and one of millimetres for each gauge. */

import type { Place } from '../../app.ts';
import { foldText } from '../../ui/fold.ts';
import { readNumber } from '../numbers.ts';
import type { Word } from '../words.ts';
import { GREATEST_MM_H, LONGEST_H, rounded, usualStep, type Storm, type StormGauge } from './storm.ts';

const HOUR_MS = 3_600_000;
const VIETNAM_MS = 7 * HOUR_MS;
/** More would be no storm, and would freeze the page. */
const MOST_ROWS = 20_000;
/** More complaints than these help nobody. */
const MOST_TROUBLES = 5;
/** A time between two rows so many times the usual one is a gap. */
const GAP = 2.5;

/** A gauge whose place is known. */
export interface Known {
  readonly name: string;
  readonly at: Place;
}

/** What is wrong with a file, in which line, and what is to be done. */
export interface Trouble {
  /** 1 for the first. */
  readonly line: number;
  readonly word: Word;
  readonly places: Readonly<Record<string, string | number>>;
}

export type Parsed = { readonly storm: Storm } | { readonly troubles: readonly Trouble[] };

/** Reads a file; places of gauges are found by their names, or stand behind them as `[15.57 108.47]`. */
export function stormFromCsv(source: string, known: readonly Known[]): Parsed {
  const lines = source.replace(/^\ufeff/, '').split(/\r\n|\n|\r/).map((text, i) => ({ text, line: i + 1 }));
  const told = lines.filter(({ text }) => text.trim() && !text.trim().startsWith('#'));
  const [first] = told;
  if (!first) return { troubles: [trouble(1, 'csv.empty')] };
  if (told.length > MOST_ROWS) return { troubles: [trouble(first.line, 'csv.tooLong', { most: MOST_ROWS })] };
  const mark = separatorOf(first.text);
  const rows = told.map(({ text, line }) => ({ line, cells: cellsOf(text, mark) }));
  const head = rows[0] && isHead(rows[0].cells) ? rows.shift() : undefined;
  const columns = (head ?? rows[0])?.cells.length ?? 0;
  if (columns < 2) return { troubles: [trouble(first.line, 'csv.oneColumn')] };
  if (!head && columns > 2) return { troubles: [trouble(first.line, 'csv.noHead', { n: columns - 1 })] };
  const names = head ? head.cells.slice(1) : [''];
  const { gauges, troubles } = placesOf(names, head?.line ?? first.line, known);
  const read = readRows(rows, columns, mark);
  const all = [...troubles, ...read.troubles];
  if (all.length) return { troubles: all.slice(0, MOST_TROUBLES) };
  return spread(read.rows, gauges);
}

/** Words above the columns; a line of numbers whose time is wrong is none. */
function isHead([time = '', ...more]: readonly string[]): boolean {
  return timeIn(time) === undefined && !more.some((cell) => Number.isFinite(readNumber(cell)));
}

function trouble(line: number, word: Word, places: Trouble['places'] = {}): Trouble {
  return { line, word, places };
}

function separatorOf(line: string): string {
  return ['\t', ';'].find((each) => line.includes(each)) ?? ',';
}

/** The cells of a line (RFC 4180). */
function cellsOf(line: string, mark: string): string[] {
  const cells: string[] = [];
  let cell = '';
  let isQuoted = false;
  for (let i = 0; i < line.length; i += 1) {
    const letter = line.charAt(i);
    if (letter === '"' && isQuoted && line[i + 1] === '"') {
      cell += '"';
      i += 1;
    } else if (letter === '"') isQuoted = !isQuoted;
    else if (letter === mark && !isQuoted) {
      cells.push(cell.trim());
      cell = '';
    } else cell += letter;
  }
  return [...cells, cell.trim()];
}

/** An instant (epoch milliseconds), or an hour of the storm. */
export type Time = { readonly clock: number } | { readonly hour: number };

const ISO = /^(?<y>\d{4})-(?<m>\d{1,2})-(?<d>\d{1,2})[T ]+(?<h>\d{1,2}):(?<min>\d{2})(?::(?<s>\d{2})(?:\.\d+)?)?\s*(?<zone>Z|[+-]\d{2}:?\d{2})?$/i;
const DAY_FIRST = /^(?<d>\d{1,2})[/.-](?<m>\d{1,2})[/.-](?<y>\d{4})[ ,]+(?<h>\d{1,2})[:hg](?<min>\d{2})?(?::(?<s>\d{2}))?$/i;
const CLOCK_FIRST = /^(?<h>\d{1,2})[:hg](?<min>\d{2})?(?::(?<s>\d{2}))?[ ,]+(?<d>\d{1,2})[/.-](?<m>\d{1,2})[/.-](?<y>\d{4})$/i;

/** Reads a time as people here write it; without a zone it is Vietnam's. */
export function timeIn(cell: string): Time | undefined {
  const groups = [ISO, DAY_FIRST, CLOCK_FIRST].map((pattern) => pattern.exec(cell)?.groups).find((each) => each !== undefined);
  if (!groups) {
    const hour = readNumber(cell);
    return hour === undefined || Number.isNaN(hour) || hour < 0 ? undefined : { hour };
  }
  const part = (name: string): number => Number(groups[name] ?? 0);
  const [year, month, day, hour, minute] = [part('y'), part('m'), part('d'), part('h'), part('min')];
  const plain = Date.UTC(year, month - 1, day, hour, minute, part('s'));
  // The 31st of April is no day, and 24:10 is no time; 24:00 is.
  const isDay = new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day && month >= 1 && month <= 12;
  if (!isDay || minute > 59 || hour > 24 || (hour === 24 && minute > 0)) return undefined;
  return { clock: plain - zoneOf(groups.zone) };
}

function zoneOf(zone: string | undefined): number {
  if (!zone) return VIETNAM_MS;
  const found = /^([+-])(\d{2}):?(\d{2})$/.exec(zone);
  if (!found) return 0;
  return (found[1] === '-' ? -1 : 1) * (Number(found[2]) * HOUR_MS + Number(found[3]) * 60_000);
}

interface Row {
  readonly line: number;
  readonly time: Time;
  readonly mm: readonly (number | null)[];
}

function readRows(rows: readonly { readonly line: number; readonly cells: readonly string[] }[], columns: number, mark: string): { readonly rows: readonly Row[]; readonly troubles: readonly Trouble[] } {
  const troubles: Trouble[] = [];
  const read: Row[] = [];
  for (const { line, cells } of rows) {
    if (cells.length !== columns) {
      troubles.push(trouble(line, mark === ',' ? 'csv.cellsComma' : 'csv.cells', { n: cells.length, all: columns }));
      continue;
    }
    const time = timeIn(cells[0] ?? '');
    if (!time) {
      troubles.push(trouble(line, 'csv.time', { text: cells[0] ?? '' }));
      continue;
    }
    const wrong = orderTrouble(read.at(-1), time, line);
    if (wrong) {
      troubles.push(wrong);
      continue;
    }
    const mm = cells.slice(1).map((cell, i) => {
      const value = readNumber(cell);
      if (value === undefined) return null;
      if (Number.isNaN(value)) troubles.push(trouble(line, 'csv.number', { column: i + 2, text: cell }));
      else if (value < 0) troubles.push(trouble(line, 'csv.negative', { column: i + 2, text: cell }));
      return value;
    });
    read.push({ line, time, mm });
  }
  if (!troubles.length && read.length < 2) troubles.push(trouble(rows[0]?.line ?? 1, 'csv.short'));
  return { rows: read, troubles };
}

function orderTrouble(before: Row | undefined, time: Time, line: number): Trouble | undefined {
  if (!before) return undefined;
  if ('hour' in before.time !== 'hour' in time) return trouble(line, 'csv.mixed');
  return hoursOf(time) <= hoursOf(before.time) ? trouble(line, 'csv.order', { before: before.line }) : undefined;
}

const hoursOf = (time: Time): number => ('hour' in time ? time.hour : time.clock / HOUR_MS);

/** Each row tells of the time since the row before; the first of as long as is usual. */
function spread(rows: readonly Row[], gauges: readonly Omit<StormGauge, 'mm_per_h'>[]): Parsed {
  const hours = rows.map(({ time }) => hoursOf(time));
  const last = rows.at(-1);
  const isClock = last !== undefined && 'clock' in last.time;
  const step = usualStep(hours) ?? 1;
  // Before hour 0 there is no time in which anything could have fallen.
  const [first = 0] = hours;
  const begin = isClock ? first - step : Math.max(0, first - step);
  const times: number[] = [begin];
  const rates: (number | null)[][] = gauges.map(() => []);
  const troubles: Trouble[] = [];
  const add = (until: number, mm: readonly (number | null)[], line: number): void => {
    const length = until - (times.at(-1) ?? until);
    times.push(until);
    for (const [i, column] of rates.entries()) {
      const fallen = mm[i] ?? null;
      const rate = fallen === null ? null : rounded(fallen / length);
      if (rate !== null && rate > GREATEST_MM_H) troubles.push(trouble(line, 'csv.tooMuch', { column: i + 2, rate: Math.round(rate), most: GREATEST_MM_H }));
      column.push(rate);
    }
  };
  for (const [i, { line, mm }] of rows.entries()) {
    const until = hours[i] ?? 0;
    if (until === begin) {
      if (mm.some((each) => each !== null && each > 0)) troubles.push(trouble(line, 'csv.hourZero'));
      continue;
    }
    const isGap = i > 0 && until - (hours[i - 1] ?? until) > GAP * step;
    if (isGap) add(until - step, gauges.map(() => null), line);
    add(until, mm, line);
  }
  if ((times.at(-1) ?? 0) - begin > LONGEST_H) troubles.push(trouble(last?.line ?? 1, 'csv.tooLasting', { most: LONGEST_H }));
  if (troubles.length) return { troubles: troubles.slice(0, MOST_TROUBLES) };
  const origin = isClock ? begin : 0;
  return {
    storm: {
      start: isClock ? Math.round(begin * HOUR_MS) : undefined,
      times_h: times.map((each) => Number((each - origin).toFixed(6))),
      gauges: gauges.map((gauge, i) => ({ ...gauge, mm_per_h: rates[i] ?? [] })),
    },
  };
}

/** The gauges of the columns. One column alone needs no place: its rain is the same everywhere. */
function placesOf(names: readonly string[], line: number, known: readonly Known[]): { readonly gauges: readonly Omit<StormGauge, 'mm_per_h'>[]; readonly troubles: readonly Trouble[] } {
  const troubles: Trouble[] = [];
  const gauges = names.map((cell, i) => {
    const written = /^(.*?)\s*[[(]\s*(-?\d+(?:\.\d+)?)[\s,;]+(-?\d+(?:\.\d+)?)\s*[\])]$/.exec(cell);
    const name = (written?.[1] ?? cell).trim();
    const at = written ? placeOf(Number(written[2]), Number(written[3])) : matching(name, known)?.at;
    if (written && !at) troubles.push(trouble(line, 'csv.place', { text: cell }));
    else if (!at && names.length > 1) troubles.push(trouble(line, 'csv.unknown', { name: name || String(i + 2), known: known.map((each) => each.name).slice(0, 8).join(', ') || '–' }));
    return { name, at, simulated: false, refused: 0 };
  });
  return { gauges, troubles };
}

const placeOf = (lat: number, lon: number): Place | undefined => (Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? [lon, lat] : undefined);

/** The gauge of that name, or the only one whose name holds it; accents and case do not matter. */
function matching(name: string, known: readonly Known[]): Known | undefined {
  const plain = foldText(name);
  if (!plain) return undefined;
  const exact = known.find((each) => foldText(each.name) === plain);
  const holding = known.filter((each) => foldText(each.name).includes(plain));
  return exact ?? (holding.length === 1 ? holding[0] : undefined);
}
