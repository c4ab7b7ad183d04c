/** The city's level gauges and their alarm levels, from SensorThings. */

import { list, record, text, title } from '../api/read.ts';
import { titled } from '../i18n/index.ts';
import type { Threshold } from '../live/model.ts';
import { rulesOf } from '../live/wire-rules.ts';
import { LEVEL_TOLERANCE_M, type Station } from './library.ts';
import { number } from './wire.ts';

/** What observes a water level (the server's nowcast listens to the same). */
const LEVEL = 'water_surface_height_above_reference_datum';
const MOST = 100;

/** A gauge whose alarm levels are known. */
export interface AlarmedGauge {
  readonly datastream: number;
  readonly name: string;
  /** Those above which there is alarm; the mildest first. */
  readonly alarms: readonly Threshold[];
}

/** The address of the gauges' datastreams. */
export function gaugesPath(): string {
  const filter = encodeURIComponent(`substringof('${LEVEL}',ObservedProperty/definition)`);
  return `sensorthings/v1.1/Datastreams?$top=${MOST}&$expand=Thing&$filter=${filter}`;
}

export function alarmedGauges(answer: unknown): AlarmedGauge[] {
  return list(record(answer).value).map(record).flatMap((each) => {
    const datastream = number(each['@iot.id']);
    const thing = record(each.Thing);
    const name = titled(title(record(thing.properties).title ?? thing.name, text(each.name)));
    const { thresholds } = rulesOf(record(each.properties).rules);
    const alarms = thresholds.filter(({ direction }) => direction === 'above').sort((a, b) => a.value - b.value);
    return datastream === undefined || !alarms.length ? [] : [{ datastream, name, alarms }];
  });
}

/** Alarm levels of a station's gauge for which the library has no run, whether it has ended or not. */
export function missingAlarms({ datastream, levels }: Station, gauges: readonly AlarmedGauge[]): readonly Threshold[] {
  const gauge = gauges.find((each) => each.datastream === datastream);
  const isThere = ({ value }: Threshold): boolean => levels.some((each) => each.of === 'level' && each.status !== 'failed' && Math.abs(each.value - value) < LEVEL_TOLERANCE_M);
  return gauge?.alarms.filter((each) => !isThere(each)) ?? [];
}

/** Gauges with alarm levels of which the library has nothing. */
export function absentGauges(stations: readonly Station[], gauges: readonly AlarmedGauge[]): AlarmedGauge[] {
  return gauges.filter(({ datastream }) => stations.every((each) => each.datastream !== datastream));
}
