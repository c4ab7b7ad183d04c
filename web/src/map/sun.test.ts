import { expect, it } from 'vitest';

import { sunAt, vietnamToday } from './sun.ts';

it('stands over the subsolar point at the equinox', () => {
  // Equinox of 20 March 2024, 03:06 UTC; the equation of time is −7 min 28 s there.
  const noonAtGreenwich = new Date('2024-03-20T12:07:28Z');
  const sun = sunAt(noonAtGreenwich, 0, 0);
  expect(sun.altitudeDeg).toBeGreaterThan(89.7);
});

it('rises in the east over Tam Kỳ, stands in the south at noon in winter and sets in the west', () => {
  const at = (utc: string) => sunAt(new Date(utc), 108.474, 15.5736);
  const [morning, noon, evening] = [at('2026-12-21T00:00Z'), at('2026-12-21T04:44Z'), at('2026-12-21T10:00Z')];
  // cos A = (sin δ − sin h sin φ) / (cos h cos φ) at the solstice, δ = −23.44° (to 0.01°).
  const [h, phi, delta] = [morning.altitudeDeg, 15.5736, -23.44].map((deg) => (deg * Math.PI) / 180) as [number, number, number];
  const cosA = (Math.sin(delta) - Math.sin(h) * Math.sin(phi)) / (Math.cos(h) * Math.cos(phi));
  expect(Math.abs(morning.azimuthDeg - (Math.acos(cosA) * 180) / Math.PI)).toBeLessThan(0.1);
  // Altitude at noon is 90° − latitude − 23.44°, to the 0.1° that a minute of time may cost.
  expect(Math.abs(noon.altitudeDeg - (90 - 15.5736 - 23.44))).toBeLessThan(0.1);
  expect(Math.abs(noon.azimuthDeg - 180)).toBeLessThan(1);
  expect(evening.azimuthDeg).toBeGreaterThan(240);
});

it('takes the day of Vietnam, not of the browser', () => {
  expect(vietnamToday(new Date('2026-11-21T20:00:00Z'), 9).toISOString()).toBe('2026-11-22T02:00:00.000Z');
  expect(vietnamToday(new Date('2026-11-21T10:00:00Z'), 9).toISOString()).toBe('2026-11-21T02:00:00.000Z');
});
