/** Lengths on the WGS 84 ellipsoid and areas on a plane grid. */

const A = 6_378_137;
const F = 1 / 298.257223563;
const B = A * (1 - F);
const RAD = Math.PI / 180;

/**
 * Distance in metres between two points in longitude, latitude on WGS 84.
 *
 * Vincenty's inverse formula (Survey Review XXIII, 1975): sub-millimetre, except near antipodes,
 * which a city does not have.
 */
export function distance(from: readonly [number, number], to: readonly [number, number]): number {
  const L = (to[0] - from[0]) * RAD;
  const u1 = Math.atan((1 - F) * Math.tan(from[1] * RAD));
  const u2 = Math.atan((1 - F) * Math.tan(to[1] * RAD));
  const [sinU1, cosU1, sinU2, cosU2] = [Math.sin(u1), Math.cos(u1), Math.sin(u2), Math.cos(u2)];
  let lambda = L;
  for (let step = 0; step < 100; step += 1) {
    const [sinL, cosL] = [Math.sin(lambda), Math.cos(lambda)];
    const sinSigma = Math.hypot(cosU2 * sinL, cosU1 * sinU2 - sinU1 * cosU2 * cosL);
    if (sinSigma === 0) return 0;
    const cosSigma = sinU1 * sinU2 + cosU1 * cosU2 * cosL;
    const sigma = Math.atan2(sinSigma, cosSigma);
    const sinAlpha = (cosU1 * cosU2 * sinL) / sinSigma;
    const cos2Alpha = 1 - sinAlpha ** 2;
    const cos2M = cos2Alpha === 0 ? 0 : cosSigma - (2 * sinU1 * sinU2) / cos2Alpha;
    const C = (F / 16) * cos2Alpha * (4 + F * (4 - 3 * cos2Alpha));
    const before = lambda;
    lambda =
      L +
      (1 - C) *
        F *
        sinAlpha *
        (sigma + C * sinSigma * (cos2M + C * cosSigma * (2 * cos2M ** 2 - 1)));
    if (Math.abs(lambda - before) < 1e-12) {
      return arc(cos2Alpha, sigma, sinSigma, cosSigma, cos2M);
    }
  }
  return NaN;
}

function arc(
  cos2Alpha: number,
  sigma: number,
  sinSigma: number,
  cosSigma: number,
  cos2M: number,
): number {
  const u2 = (cos2Alpha * (A * A - B * B)) / (B * B);
  const a = 1 + (u2 / 16384) * (4096 + u2 * (-768 + u2 * (320 - 175 * u2)));
  const b = (u2 / 1024) * (256 + u2 * (-128 + u2 * (74 - 47 * u2)));
  const correction =
    b *
    sinSigma *
    (cos2M +
      (b / 4) *
        (cosSigma * (2 * cos2M ** 2 - 1) -
          (b / 6) * cos2M * (4 * sinSigma ** 2 - 3) * (4 * cos2M ** 2 - 3)));
  return B * a * (sigma - correction);
}

/** Length in metres of a path in longitude, latitude. */
export function pathLength(path: readonly (readonly [number, number])[]): number {
  let total = 0;
  for (const [i, point] of path.entries()) {
    const before = path[i - 1];
    if (before) total += distance(before, point);
  }
  return total;
}

/** Area in square units of a ring on a plane, closed or not (shoelace, about its first point). */
export function planeArea(ring: readonly (readonly [number, number])[]): number {
  const [x0, y0] = ring[0] ?? [0, 0];
  let doubled = 0;
  for (const [i, [x, y]] of ring.entries()) {
    const [xNext, yNext] = ring[(i + 1) % ring.length] ?? [x, y];
    doubled += (x - x0) * (yNext - y0) - (xNext - x0) * (y - y0);
  }
  return Math.abs(doubled) / 2;
}
