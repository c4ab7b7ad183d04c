/** What a run has otherwise than another, as the server reckons it cell by cell. */

import type { Place } from '../app.ts';
import { list, record, title } from '../api/read.ts';
import type { Title } from '../i18n/index.ts';
import { number, place } from './wire.ts';

/** The second run less the first. */
export interface Changes {
  /** Areas in ha, in the order in which they are told. */
  readonly areas: readonly (readonly [name: AreaName, area_ha: number])[];
  readonly rise: Change | undefined;
  readonly fall: Change | undefined;
  readonly affected: readonly Figures[];
  /** People in flooded houses, by commune. */
  readonly communes: readonly Figures[];
}

const AREAS = ['newly_flooded_ha', 'no_longer_flooded_ha', 'deeper_ha', 'shallower_ha', 'common_ha'] as const;
export type AreaName = (typeof AREAS)[number];

/** The greatest change of a depth, and where. */
export interface Change {
  readonly at: Place;
  readonly change_m: number;
}

/** A number of both runs. */
export interface Figures {
  readonly title: Title;
  readonly first: number;
  readonly second: number;
  readonly change: number;
}

export function changesOf(answer: unknown): Changes {
  const raw = record(answer);
  return {
    areas: AREAS.flatMap((name) => {
      const area = number(raw[name]);
      return area === undefined ? [] : [[name, area] as const];
    }),
    rise: changeOf(raw.greatest_rise),
    fall: changeOf(raw.greatest_fall),
    affected: figuresOf(raw.affected),
    communes: figuresOf(raw.communes),
  };
}

function changeOf(value: unknown): Change | undefined {
  const raw = record(value);
  const [at, change_m] = [place(raw.at), number(raw.change_m)];
  return at && change_m !== undefined ? { at, change_m } : undefined;
}

function figuresOf(value: unknown): Figures[] {
  return list(value).map(record).flatMap((each) => {
    const [first, second] = [number(each.first), number(each.second)];
    return first === undefined || second === undefined ? [] : [{ title: title(each.title), first, second, change: number(each.change) ?? second - first }];
  });
}
