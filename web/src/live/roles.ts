/** The kinds of devices that the live layer shows. */

import { isWord, w } from './words.ts';

export interface Kind {
  readonly role: string;
  /** First zoom at which its things are asked for and drawn. */
  readonly minZoom: number;
  /** First zoom with values beside its symbols; where absent, that of the layer. */
  readonly labelZoom?: number;
  /** Size of its symbols; 1 where absent. */
  readonly size?: number;
  /** Its sign, drawn with strokes on 24 × 24. */
  readonly sign: string;
}

const CAR = 'M4 16v-4l2-5h12l2 5v4H4ZM4 12h16M7.5 16v2M16.5 16v2';

/** By the roles of `city::Role`, and what devices may say besides; the rarest first. */
export const KINDS: readonly Kind[] = [
  { role: 'gauges', minZoom: 0, sign: 'M3 9c2.2-1.8 4.3-1.8 6 0s4 1.8 6 0 4-1.8 6 0M3 14.5c2.2-1.8 4.3-1.8 6 0s4 1.8 6 0 4-1.8 6 0' },
  { role: 'rain-gauges', minZoom: 0, sign: 'M12 4c3.6 4.5 5.4 7.4 5.4 10a5.4 5.4 0 0 1-10.8 0C6.6 11.4 8.4 8.5 12 4Z' },
  { role: 'reservoirs', minZoom: 0, sign: 'M15 5v14h5.5L17.5 5H15ZM3 10c2-1.6 4-1.6 6 0s4 1.6 6 0M3 15.5c2-1.6 4-1.6 6 0s4 1.6 6 0' },
  { role: 'stations', minZoom: 0, sign: 'M3 9.5h10.5a2.9 2.9 0 1 0-2.9-2.9M3 14h14.5a2.9 2.9 0 1 1-2.9 2.9' },
  { role: 'flood-marks', minZoom: 9, sign: 'M12 3.5v11M8.5 7h3.5M8.5 11h3.5M3 18.5c2.2-1.8 4.3-1.8 6 0s4 1.8 6 0 4-1.8 6 0' },
  { role: 'pumps', minZoom: 11, sign: 'M12 17a5 5 0 1 1 0-10h8M12 7a5 5 0 0 1 5 5v7M10.5 12h3' },
  { role: 'pressure-points', minZoom: 12, sign: 'M5 17a8 8 0 1 1 14 0M12 13l3.5-4' },
  { role: 'traffic-detectors', minZoom: 13, labelZoom: 14, size: 0.85, sign: CAR },
  { role: 'detectors', minZoom: 13, labelZoom: 14, size: 0.85, sign: CAR },
  { role: 'cameras', minZoom: 13, sign: 'M4 8h11v9H4V8ZM15 11l5-2.5v7L15 13' },
  { role: 'signals', minZoom: 14, labelZoom: 16, size: 0.8, sign: 'M8.5 3.5h7v17h-7v-17ZM12 7.5h.01M12 12h.01M12 16.5h.01' },
  { role: 'lighting-cabinets', minZoom: 14, labelZoom: 15.5, size: 0.8, sign: 'M6.5 3.5h11v17h-11v-17ZM13 7l-2.5 4.5h3L11 16' },
  { role: 'lamps', minZoom: 15, labelZoom: 17.5, size: 0.6, sign: 'M9 17.5c-2-1.2-3.2-3.3-3.2-5.5a6.2 6.2 0 0 1 12.4 0c0 2.2-1.2 4.3-3.2 5.5H9ZM10 20.5h4' },
  { role: 'vehicles', minZoom: 10, sign: 'M5 5.5h14v11H5v-11ZM5 11.5h14M8 16.5v2M16 16.5v2' },
  { role: 'other', minZoom: 12, sign: 'M12 17.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11Z' },
];

const BY_ROLE = new Map(KINDS.map((kind) => [kind.role, kind]));

/** The kind of a role; `other` for one that is not known. */
export function kindOf(role: string): Kind {
  const found = BY_ROLE.get(role) ?? BY_ROLE.get('other');
  if (!found) throw new Error('the kind "other" is gone');
  return found;
}

/** What a kind is called. */
export function kindName(role: string): string {
  const key = `role.${role}`;
  return isWord(key) ? w(key) : w('role.other');
}

/** Kinds that are on where nobody has chosen: all of them. */
export const ALL_ROLES: readonly string[] = KINDS.map(({ role }) => role);

/** Kinds as the address of the page keeps them: `1` for all, else their names. */
export function rolesText(on: ReadonlySet<string>): string {
  const names = ALL_ROLES.filter((role) => on.has(role));
  return names.length === ALL_ROLES.length ? '1' : names.join(',') || '-';
}

/** Reads what the address says; unknown names are passed over. */
export function rolesFrom(source: string): Set<string> {
  if (source === '1') return new Set(ALL_ROLES);
  const names = source.split(',');
  return new Set(ALL_ROLES.filter((role) => names.includes(role)));
}
