import { expect, it } from 'vitest';

import { orderOf } from './duty.ts';

it('reads who ordered what of how many lamps, and where its commands stand', () => {
  const order = orderOf({
    order: 7,
    requester: 'Vận hành A',
    reason: 'Giảm sáng sau 23 giờ',
    requested: '2026-11-21T16:00:00Z',
    expires: '2026-11-21T16:10:00Z',
    taskingParameters: { dim: 40 },
    states: { verified: 38, expired: 2 },
    commands: 40,
  });
  expect(order).toMatchObject({ id: 7, requester: 'Vận hành A', dim: 40, devices: 40, states: { verified: 38, expired: 2 } });
  expect(order?.requested).toBe(Date.UTC(2026, 10, 21, 16));
});

it('leaves out what is no order, and shows the rest of what is incomplete', () => {
  expect(orderOf({ reason: 'x' })).toBeUndefined();
  expect(orderOf({ order: 8, states: 'none' })).toMatchObject({ devices: 0, dim: undefined, reason: '' });
});
