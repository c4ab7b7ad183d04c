import { expect, it } from 'vitest';

import vi from '../../i18n/flood.vi.json';
import { stormFromCsv, timeIn, type Known } from './csv.ts';
import type { Storm } from './storm.ts';

const KNOWN: Known[] = [{ name: 'Trạm mưa Tam Kỳ', at: [108.48, 15.57] }, { name: 'Trạm mưa Xuân Bình', at: [108.4, 15.5] }];
/** 10/10/2026 00:00 in Vietnam. */
const MIDNIGHT = Date.UTC(2026, 9, 9, 17);

function read(source: string): Storm {
  const parsed = stormFromCsv(source, KNOWN);
  if (!('storm' in parsed)) throw new Error(JSON.stringify(parsed.troubles));
  return parsed.storm;
}

/** Line and kind of everything that is wrong with a file. */
function wrong(source: string): string[] {
  const parsed = stormFromCsv(source, KNOWN);
  return 'storm' in parsed ? [] : parsed.troubles.map(({ line, word }) => `${line} ${word}`);
}

it('reads one column: each row tells of the time before it, the first of as long as the next', () => {
  const storm = read('10/10/2026 01:00;12,5\r\n10/10/2026 02:00;30\r\n10/10/2026 02:30;5\r\n10/10/2026 03:30;0\r\n');
  expect(storm).toEqual({
    start: MIDNIGHT,
    times_h: [0, 1, 2, 2.5, 3.5],
    gauges: [{ name: '', at: undefined, simulated: false, refused: 0, mm_per_h: [12.5, 30, 10, 0] }],
  });
});

it('reads several columns by the names of gauges, whatever their accents, or by their coordinates', () => {
  const storm = read('\ufeff# mưa tháng 10\ntime,tam ky,"Cầu Đỏ [15.6, 108.2]"\n2026-10-10T01:00+07:00,6,\n2026-10-10T02:00+07:00,0,4.5\n');
  expect(storm.start).toBe(MIDNIGHT);
  expect(storm.gauges).toEqual([
    { name: 'tam ky', at: [108.48, 15.57], simulated: false, refused: 0, mm_per_h: [6, 0] },
    { name: 'Cầu Đỏ', at: [108.2, 15.6], simulated: false, refused: 0, mm_per_h: [null, 4.5] },
  ]);
});

it('reads hours of the storm, which begin at 0', () => {
  expect(read('0\t0\n0,5\t4\n1\t2')).toMatchObject({ start: undefined, times_h: [0, 0.5, 1], gauges: [{ mm_per_h: [8, 4] }] });
  expect(read('1;10\n2;20')).toMatchObject({ times_h: [0, 1, 2], gauges: [{ mm_per_h: [10, 20] }] });
});

it('breaks where rows are missing, and spreads no rain over that time', () => {
  const storm = read('1;1\n2;1\n3;1\n9;6\n10;1');
  expect(storm.times_h).toEqual([0, 1, 2, 3, 8, 9, 10]);
  expect(storm.gauges[0]?.mm_per_h).toEqual([1, 1, 1, null, 6, 1]);
});

it.each([
  ['2026-10-10 01:00', MIDNIGHT + 3_600_000],
  ['2026-10-09T18:00:00Z', MIDNIGHT + 3_600_000],
  ['1:00 10/10/2026', MIDNIGHT + 3_600_000],
  ['10-10-2026 01:00:00', MIDNIGHT + 3_600_000],
  ['10/10/2026 1h', MIDNIGHT + 3_600_000],
  ['09/10/2026 24:00', MIDNIGHT],
])('reads the time %s', (text, clock) => {
  expect(timeIn(text)).toEqual({ clock });
});

it('reads no time that there is not', () => {
  for (const text of ['31/04/2026 01:00', '2026-13-01 01:00', '10/10/2026 24:10', '10/10/2026 25:00', 'hôm qua', '', '-1']) expect(timeIn(text), text).toBeUndefined();
});

it.each([
  ['', ['1 csv.empty']],
  ['thời gian\n1\n2', ['1 csv.oneColumn']],
  ['1;2;3\n2;3;4', ['1 csv.noHead']],
  ['# x\n\ntime;mm\n1;2\n2;x\n3;-1\n', ['5 csv.number', '6 csv.negative']],
  ['time;mm\n1;2\n2\n', ['3 csv.cells']],
  ['time,mm\n1,2\n2,3,5\n', ['3 csv.cellsComma']],
  ['32/10/2026 01:00;5\n10/10/2026 02:00;5\n10/10/2026 03:00;5', ['1 csv.time']],
  ['1;5\n2;5\n2;5\n', ['3 csv.order']],
  ['1;5\n10/10/2026 02:00;5\n', ['2 csv.mixed']],
  ['time;mm\n1;5', ['2 csv.short']],
  ['0;5\n1;5', ['1 csv.hourZero']],
  // A sum since the beginning of the year, not rain of an hour.
  ['1;5\n2;1800', ['2 csv.tooMuch']],
  ['1;5\n800;5', ['2 csv.tooLasting']],
  ['time;Tam Kỳ;Đâu đó\n1;5;5\n2;5;5', ['1 csv.unknown']],
  ['time;Tam Kỳ;Đâu đó [115 15]\n1;5;5\n2;5;5', ['1 csv.place']],
] as const)('says what is wrong with %j, in which line', (source, expected) => {
  expect(wrong(source)).toEqual(expected);
});

it('does not guess which of two gauges is meant', () => {
  expect(wrong('time;Trạm mưa;Tam Kỳ\n1;1;1\n2;1;1')).toEqual(['1 csv.unknown']);
});

it('has a cure for everything that it complains of', () => {
  const complaints = Object.entries(vi).filter(([key]) => key.startsWith('csv.') && key !== 'csv.line');
  // Two sentences at least: what is wrong, and what to do.
  for (const [key, words] of complaints) expect(words.split(/[.:;] /).length, key).toBeGreaterThan(1);
});
