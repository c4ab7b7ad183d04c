/** Runs that were made beforehand, one for each level of a station or release of a reservoir. Values only. */

import { list, record, text, title } from '../api/read.ts';
import type { Title } from '../i18n/index.ts';
import { STATUSES, type FileLink, type Status } from './model.ts';
import { readRows } from './numbers.ts';
import { alternatesOf, instant, number } from './wire.ts';

/** Levels closer than this are the same: gauges tell centimetres. */
export const LEVEL_TOLERANCE_M = 0.005;

/** What a run was made for: a station's level, m, or a reservoir's release, m³/s. */
export interface Mark {
  readonly of: 'level' | 'release';
  readonly value: number;
}

/** A station whose levels were run, or a reservoir whose releases were. */
export interface Station {
  readonly name: string;
  /** What its runs were made for. */
  readonly of: Mark['of'];
  /** The datastream that tells its level or release; without one nobody knows that of now. */
  readonly datastream: number | undefined;
  /** Ascending. */
  readonly levels: readonly Level[];
}

export interface Level extends Mark {
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
export interface Match extends Mark {
  /** When it was measured; nothing where somebody gave it. */
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
  readonly levels?: readonly { readonly level_m?: number; readonly discharge_m3_s?: number }[];
  readonly scenario: unknown;
}

export function libraryOf(answer: unknown): Station[] {
  return list(record(answer).stations).map(record).flatMap((each) => {
    const name = text(each.station);
    const levels = list(each.levels).flatMap((level) => levelOf(level) ?? []).sort((a, b) => a.value - b.value);
    const [first] = levels;
    return name && first ? [{ name, of: first.of, datastream: number(each.datastream), levels }] : [];
  });
}

export function matchOf(answer: unknown): Match {
  const raw = record(answer);
  return {
    ...(markOf(raw) ?? { of: 'level', value: 0 }),
    observed: instant(raw.observed),
    chosen: levelOf(raw.chosen),
    below: levelOf(raw.below),
    warning: record(raw.warning).vi === undefined ? undefined : title(raw.warning),
  };
}

function levelOf(value: unknown): Level | undefined {
  const raw = record(value);
  const [mark, job, status] = [markOf(raw), text(raw.job), text(raw.status)];
  if (!mark || !job) return undefined;
  return {
    ...mark,
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

function markOf(raw: Readonly<Record<string, unknown>>): Mark | undefined {
  const [level, release] = [number(raw.level_m), number(raw.discharge_m3_s)];
  if (level !== undefined) return { of: 'level', value: level };
  return release === undefined ? undefined : { of: 'release', value: release };
}

/** The member of a request that tells it. */
export const MEMBER = { level: 'level_m', release: 'discharge_m3_s' } as const satisfies Record<Mark['of'], string>;

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
