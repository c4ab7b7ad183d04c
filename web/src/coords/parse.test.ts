import { describe, expect, it } from 'vitest';

import { numbersIn, parseCoordinates } from './parse.ts';

describe('pasted coordinates', () => {
  it.each([
    ['15.5736, 108.4740', false],
    ['108.4740 15.5736', true],
    ['15,5736; 108,4740', false],
    ['  15.5736 ;108.4740 ', false],
  ])('reads decimal degrees in %s', (text, swapped) => {
    expect(parseCoordinates(text)).toEqual({ kind: 'degrees', lat: 15.5736, lon: 108.474, swapped });
  });

  it.each(['15°34\'24.96"N 108°28\'26.4"E', '108°28′26,4″Đ 15°34′24,96″B'])('reads %s', (text) => {
    const found = parseCoordinates(text);
    expect(found?.kind).toBe('degrees');
    if (found?.kind === 'degrees') {
      expect(found.lat).toBeCloseTo(15.5736, 9);
      expect(found.lon).toBeCloseTo(108.474, 9);
    }
  });

  it.each([
    ['1722531.703 577453.963', false],
    ['X=1722531.703; Y=577453.963', false],
    ['577453.963, 1722531.703', true],
    ['1.722.531,703  577.453,963', false],
    ['1722531,703 577453,963', false],
    ['1,722,531.703 577,453.963', false],
  ])('reads VN-2000 in %s and says which axis came first', (text, eastFirst) => {
    expect(parseCoordinates(text)).toEqual({
      kind: 'grid',
      east: 577453.963,
      north: 1722531.703,
      eastFirst,
      labelsContradict: false,
    });
  });

  it('says when the letters contradict the magnitudes', () => {
    const found = parseCoordinates('X: 577453.963 Y: 1722531.703');
    expect(found).toMatchObject({ kind: 'grid', north: 1722531.703, labelsContradict: true });
  });

  it.each(['Nguyễn Trãi', 'thửa 12 tờ 5', '48.85, 2.35', '12', '1 2 3', '', 'NaN NaN'])(
    'finds none in "%s"',
    (text) => expect(parseCoordinates(text)).toBeUndefined(),
  );

  it('keeps a comma that divides apart from one that is a decimal mark', () => {
    expect(numbersIn('15.5,108.4')).toEqual([15.5, 108.4]);
    expect(numbersIn('15,5 108,4')).toEqual([15.5, 108.4]);
  });
});
