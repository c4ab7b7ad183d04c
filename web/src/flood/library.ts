/** Runs that were made beforehand, one for each level of a station. Values only. */

import { list, record, text, title } from '../api/read.ts';
import type { Title } from '../i18n/index.ts';
import { STATUSES, type FileLink, type Status } from './model.ts';
import { readRows } from './numbers.ts';
import { alternatesOf, instant, number } from './wire.ts';

/** Levels closer than this are the same: gauges tell centimetres. */
export const LEVEL_TOLERANCE_M = 0.005;

/** A station whose levels were run. */
export interface Station {
  readonly name: string;
  /** The datastream that tells its level; without one nobody knows the present level. */
  readonly datastream: number | undefined;
  /** Ascending. */
  readonly levels: readonly Level[];
}

export interface Level {
  readonly level_m: number;
  readonly name: Title | undefined;
  /** The run, and how it stands. */
  readonly job: string;
  readonly status: Status;
  /** Flooded ground at depths, where the run has ended. */
  readonly ground: readonly { readonly depth_m: number; readonly area_ha: number }[];
  /** Other forms of it, such as a map on paper. */
  readonly links: readonly FileLink[];
}

/** The run for a level. */
export interface Match {
  readonly level_m: number;
  /** When the level was measured; nothing where somebody gave it. */
  readonly observed: number | undefined;
  /** The lowest run that is not below the level, or the highest where all are. */
  readonly chosen: Level | undefined;
  readonly below: Level | undefined;
  readonly warning: Title | undefined;
}

/** What is to be made beforehand; without levels, the alarm thresholds of the datastream. */
export interface Recipe {
  readonly station: string;
  readonly datastream?: number;
  readonly levels?: readonly { readonly level_m: number }[];
  readonly scenario: unknown;
}

export function libraryOf(answer: unknown): Station[] {
  return list(record(answer).stations).map(record).flatMap((each) => {
    const name = text(each.station);
    const levels = list(each.levels).flatMap((level) => levelOf(level) ?? []).sort((a, b) => a.level_m - b.level_m);
    return name && levels.length ? [{ name, datastream: number(each.datastream), levels }] : [];
  });
}

export function matchOf(answer: unknown): Match {
  const raw = record(answer);
  return {
    level_m: number(raw.level_m) ?? 0,
    observed: instant(raw.observed),
    chosen: levelOf(raw.chosen),
    below: levelOf(raw.below),
    warning: record(raw.warning).vi === undefined ? undefined : title(raw.warning),
  };
}

function levelOf(value: unknown): Level | undefined {
  const raw = record(value);
  const [level_m, job, status] = [number(raw.level_m), text(raw.job), text(raw.status)];
  if (level_m === undefined || !job) return undefined;
  return {
    level_m,
    name: record(raw.name).vi === undefined ? undefined : title(raw.name),
    job,
    status: STATUSES.find((each) => each === status) ?? 'accepted',
    ground: list(record(raw.flooded).ground).map(record).flatMap((each) => {
      const [depth_m, area_ha] = [number(each.depth_m), number(each.area_ha)];
      return depth_m === undefined || area_ha === undefined ? [] : [{ depth_m, area_ha }];
    }),
    links: alternatesOf(raw.links),
  };
}

/** Levels that can be shown. */
export function readyOf({ levels }: Station): Level[] {
  return levels.filter(({ status }) => status === 'successful');
}

/** Levels that cannot be shown, each with how it stands. */
export function unreadyOf({ levels }: Station): Level[] {
  return levels.filter(({ status }) => status !== 'successful');
}

/** Levels as somebody writes them, `0,8; 1,2`; nothing where something else stands there. */
export function levelsIn(written: string): number[] | undefined {
  const pieces = written.split(/[;\s]+/).filter(Boolean);
  const levels = readRows(pieces.join('\n')).flat();
  return levels.length === pieces.length ? [...new Set(levels)].sort((a, b) => a - b) : undefined;
}
