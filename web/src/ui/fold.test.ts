import { expect, it } from 'vitest';

import { foldText } from './fold.ts';

it('folds accents and đ as the server does', () => {
  expect(foldText('Đường  Nguyễn Trãi')).toBe('duong nguyen trai');
  expect(foldText('TRẦN HƯNG ĐẠO')).toBe(foldText('tran hung dao'));
});
