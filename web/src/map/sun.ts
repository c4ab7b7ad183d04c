/** Where the sun stands, for the light on buildings. */

const RAD = Math.PI / 180;

export interface Sun {
  /** Clockwise from north, degrees. */
  readonly azimuthDeg: number;
  /** Above the horizon, degrees; negative at night. */
  readonly altitudeDeg: number;
}

/**
 * Position of the sun at an instant and place.
 *
 * Low-precision formulas of the Astronomical Almanac (section C): 0.01° between 1950 and 2050,
 * without refraction; ample for light on a map.
 */
export function sunAt(instant: Date, lonDeg: number, latDeg: number): Sun {
  const days = instant.getTime() / 86_400_000 - 10_957.5; // since J2000.0
  const meanLongitude = 280.46 + 0.9856474 * days;
  const anomaly = (357.528 + 0.9856003 * days) * RAD;
  const ecliptic = (meanLongitude + 1.915 * Math.sin(anomaly) + 0.02 * Math.sin(2 * anomaly)) * RAD;
  const obliquity = (23.439 - 4e-7 * days) * RAD;
  const rightAscension = Math.atan2(Math.cos(obliquity) * Math.sin(ecliptic), Math.cos(ecliptic));
  const declination = Math.asin(Math.sin(obliquity) * Math.sin(ecliptic));
  const siderealDeg = 280.46061837 + 360.98564736629 * days + lonDeg;
  const hourAngle = siderealDeg * RAD - rightAscension;
  const lat = latDeg * RAD;
  const altitude = Math.asin(
    Math.sin(lat) * Math.sin(declination) + Math.cos(lat) * Math.cos(declination) * Math.cos(hourAngle),
  );
  const azimuth = Math.atan2(
    -Math.sin(hourAngle),
    Math.tan(declination) * Math.cos(lat) - Math.sin(lat) * Math.cos(hourAngle),
  );
  return { azimuthDeg: (azimuth / RAD + 360) % 360, altitudeDeg: altitude / RAD };
}

/** Today in Vietnam (UTC+7) at an hour of the day, such as 9.5. */
export function vietnamToday(now: Date, hour: number): Date {
  const shifted = now.getTime() + 7 * 3_600_000;
  const midnight = Math.floor(shifted / 86_400_000) * 86_400_000 - 7 * 3_600_000;
  return new Date(midnight + hour * 3_600_000);
}
