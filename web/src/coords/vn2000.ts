import proj4, { type Converter } from 'proj4/lib/core';
import Proj from 'proj4/lib/Proj';
import etmerc from 'proj4/lib/projections/etmerc';

import type { Zone } from './zones.ts';

/**
 * VN-2000 to WGS 84 (EPSG:6960, Decision 05/2007/QĐ-BTNMT; stated accuracy 1 m).
 *
 * `towgs84` reads rotations in the position-vector convention. EPSG stores them in the
 * coordinate-frame convention, with the opposite signs; copied unflipped they shift by 0.6 m.
 */
const TO_WGS84 =
  '-191.90441429,-39.30318279,-111.45032835,0.00928836,-0.01975479,0.00427372,0.252906278';
const WGS84 = '+proj=longlat +datum=WGS84 +no_defs';

Proj.projections.add(etmerc);

const converters = new Map<number, Converter>();

function converterOf(zone: Zone): Converter {
  let converter = converters.get(zone.epsg);
  if (!converter) {
    converter = proj4(
      WGS84,
      `+proj=etmerc +lat_0=0 +lon_0=${zone.meridianDeg} +k=${zone.scale} +x_0=500000 +y_0=0 ` +
        `+ellps=WGS84 +towgs84=${TO_WGS84} +units=m +no_defs`,
    );
    converters.set(zone.epsg, converter);
  }
  return converter;
}

/** Easting and northing in metres of a WGS 84 longitude and latitude in degrees. */
export function toGrid(zone: Zone, lonLat: readonly [number, number]): [number, number] {
  return converterOf(zone).forward([lonLat[0], lonLat[1]]);
}

/** WGS 84 longitude and latitude in degrees of an easting and northing in metres. */
export function fromGrid(zone: Zone, eastNorth: readonly [number, number]): [number, number] {
  return converterOf(zone).inverse([eastNorth[0], eastNorth[1]]);
}
