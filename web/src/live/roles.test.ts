import { expect, it } from 'vitest';

import { ALL_ROLES, kindOf, rolesFrom, rolesText } from './roles.ts';

it('keeps the kinds that are on in the address', () => {
  expect(rolesText(new Set(ALL_ROLES))).toBe('1');
  expect(rolesFrom('1')).toEqual(new Set(ALL_ROLES));
  const some = new Set(['rain-gauges', 'gauges']);
  expect(rolesText(some)).toBe('gauges,rain-gauges');
  expect(rolesFrom('gauges,rain-gauges,unicorns')).toEqual(some);
  expect(rolesFrom(rolesText(new Set()))).toEqual(new Set());
});

it('takes a role that it does not know for some other device', () => expect(kindOf('unicorns').role).toBe('other'));
