/** What the flood part knows of runs and their results. Values only; no page, no network. */

import type { Place } from '../app.ts';
import type { Bbox } from '../api/types.ts';
import type { Title } from '../i18n/index.ts';

export const STATUSES = ['accepted', 'running', 'successful', 'failed', 'dismissed'] as const;
/** OGC API Processes, `statusCode`. */
export type Status = (typeof STATUSES)[number];

/** A scenario that was asked for: a job of the server. Instants are epoch milliseconds. */
export interface Run {
  readonly id: string;
  readonly status: Status;
  readonly title: Title;
  readonly owner: string;
  /** Why it failed. */
  readonly message: string;
  readonly created: number | undefined;
  readonly started: number | undefined;
  readonly finished: number | undefined;
  readonly estimatedEnd: number | undefined;
  /** 0 to 1. */
  readonly progress: number;
  /** Who said that everyone may see it; nothing while it is internal. */
  readonly published: Publication | undefined;
}

/** The words with which somebody let everyone see a run. */
export interface Publication {
  readonly by: string;
  readonly at: number | undefined;
  readonly statement: Title;
}

/** A step of a legend: from this value on, this colour (red, green, blue, opacity; 0 to 255). */
export interface Step {
  readonly from: number;
  readonly rgba: readonly [number, number, number, number];
}

/** A picture of a run: one value for each cell. */
export interface Raster {
  readonly name: string;
  readonly title: Title;
  /** Its file. */
  readonly href: string;
  /** Address of its tiles in colours. */
  readonly tiles: string;
  readonly legend: readonly Step[];
}

/** Pictures of the depth over time. */
export interface Frames {
  /** Minutes of the scenario, ascending. */
  readonly minutes: readonly number[];
  /** Address of the tiles of a minute, with `{minutes}`. */
  readonly tiles: string;
  readonly href: string;
  readonly legend: readonly Step[];
}

/** Something to take home. */
export interface FileLink {
  readonly name: string;
  readonly title: Title | undefined;
  readonly href: string;
  readonly type: string;
}

/** What drains took from the ground and gave back, m³. */
export interface Drains {
  readonly taken_m3: number;
  readonly returned_m3: number;
  readonly outfall_m3: number;
  /** Manholes that water rose out of, those that gave most first. */
  readonly surcharged: readonly Manhole[];
}

export interface Manhole {
  readonly name: string;
  readonly at: Place;
  /** From when, h of the scenario, and how long in all. */
  readonly from_h: number;
  readonly hours: number;
  readonly above_rim_m: number;
  readonly returned_m3: number;
}

export interface Summary {
  readonly title: Title;
  readonly start: number | undefined;
  readonly duration_h: number;
  readonly bbox: Bbox | undefined;
  readonly cell_m: number;
  readonly cells: number;
  readonly steps: number;
  readonly wall_s: number;
  readonly terrain: string;
  readonly datum: string;
  /** Whether the terrain was generated and describes no real place. */
  readonly synthetic: boolean;
  /** Volumes by name, m³, and `relative_error`. */
  readonly ledger: Readonly<Record<string, number>>;
  /** What its drains did, where it has any. */
  readonly drains: Drains | undefined;
  readonly deepest: { readonly at: Place; readonly depth_m: number; readonly level_m: number } | undefined;
  readonly speed_m_s: number | undefined;
  readonly flooded: readonly { readonly depth_m: number; readonly area_ha: number }[];
  readonly structures: readonly Passed[];
  /** How it stands to flood marks; nothing where it was given none. */
  readonly marks: Marks | undefined;
  /** Members of its ensemble, besides itself. */
  readonly members: number;
  readonly assumptions: readonly Title[];
  /** What may be done with it. */
  readonly standing: Title;
}

/** What passed a levee, a gate or a pump. */
export interface Passed {
  readonly name: string;
  readonly greatest_m3_s: number;
  readonly greatest_at_h: number;
  /** Forwards less backwards. */
  readonly volume_m3: number;
}

/** A run against flood marks. */
export interface Marks {
  readonly marks: readonly Mark[];
  /** Those inside of the area. */
  readonly counted: number;
  readonly bias_m: number;
  readonly rmse_m: number;
}

/** A flood mark; levels in the terrain's datum. Outside of the area nothing is modelled. */
export interface Mark {
  readonly name: string;
  readonly at: Place | undefined;
  readonly marked_m: number | undefined;
  readonly modelled_m: number | undefined;
  readonly error_m: number | undefined;
  readonly source: string;
}

/** Documents about who and what is hit; each is there or not. */
export const AFFECTED = ['units', 'buildings', 'roads', 'facilities', 'evacuation'] as const;
export type Affected = (typeof AFFECTED)[number];
/** Those of them that tell of single households: published or not, they are for who is on duty. */
export const OF_PEOPLE: readonly Affected[] = ['units', 'buildings', 'evacuation'];

export interface Results {
  readonly run: string;
  readonly summary: Summary;
  readonly rasters: readonly Raster[];
  readonly frames: Frames | undefined;
  readonly affected: Readonly<Partial<Record<Affected, string>>>;
  readonly files: readonly FileLink[];
}

/** A commune or a village, and what the water did there. */
export interface Unit {
  readonly code: string;
  readonly name: string;
  readonly people: number | undefined;
  readonly households: number | undefined;
  readonly vulnerable: number | undefined;
  readonly buildings: number | undefined;
  readonly buildings_flooded: number | undefined;
  readonly flooded_ha: number | undefined;
  readonly deepest: { readonly at: Place | undefined; readonly depth_m: number } | undefined;
  /** Hours of the scenario. */
  readonly first_h: number | undefined;
  readonly peak_h: number | undefined;
  /** When no road leads out of it. */
  readonly cut_off: readonly Spell[];
}

/** From when to when, hours of the scenario; without an end where it lasts beyond the run. */
export interface Spell {
  readonly from_h: number;
  readonly to_h: number | undefined;
}

export interface Units {
  readonly communes: readonly Unit[];
  readonly villages: readonly Unit[];
}

/** A piece of road that a class of vehicles cannot pass for a while. */
export interface Closure {
  readonly name: string;
  readonly geometry: GeoJSON.Geometry;
  readonly vehicle: string;
  readonly vehicleTitle: Title;
  readonly closed: readonly Spell[];
  readonly depth_m: number | undefined;
  readonly length_m: number;
}

/** A school, a clinic, a pumping station under water. */
export interface Facility {
  readonly name: string;
  readonly kind: string;
  readonly at: Place | undefined;
  readonly depth_m: number | undefined;
  readonly arrival_h: number | undefined;
  readonly shelter: boolean;
  /** Whether water reaches it. */
  readonly wet: boolean;
  /** How many a shelter takes in. */
  readonly capacity: number | undefined;
}

/** People of a village and the shelter that they reach in time; without one where there is none. */
export interface Way {
  readonly village: string;
  readonly shelter: string;
  readonly people: number;
  readonly way_m: number | undefined;
  /** When they must have left, h of the scenario. */
  readonly leave_by_h: number | undefined;
  readonly geometry: GeoJSON.Geometry | undefined;
  /** Why they have no way; empty where they have one. */
  readonly left: string;
}

/** Depth over time at a place; both lists are equally long. */
export interface Hydrograph {
  /** Hours of the scenario. */
  readonly hours: readonly number[];
  readonly depth_m: readonly number[];
}
