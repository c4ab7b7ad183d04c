import type { Map as MapLibreMap } from 'maplibre-gl';

import type { Catalogue } from './api/catalogue.ts';
import type { Bbox } from './api/types.ts';
import type { Zone } from './coords/zones.ts';
import type { Stack } from './layers/stack.ts';
import type { FloodDoor } from './flood/door.ts';
import type { LiveDoor } from './live/door.ts';
import type { Scene } from './map/scene.ts';

/** The views of the side panel. */
export type PanelName =
  | 'layers' | 'feature' | 'measure' | 'goto' | 'share' | 'print' | 'place' | 'upload'
  | 'station' | 'stations' | 'alerts' | 'orders' | 'intake'
  | 'flood' | 'disaster';

/** What every part of the page may use. It is passed, never ambient. */
export interface App {
  readonly map: MapLibreMap;
  readonly catalogue: Catalogue;
  readonly stack: Stack;
  readonly scene: Scene;
  /** Where the server has live data: the way to it. */
  readonly live: LiveDoor | undefined;
  /** Where the server simulates: the way to floods. */
  readonly flood: FloodDoor | undefined;
  /** The box that "show everything" goes to. */
  readonly home: Bbox | undefined;
  /** What changes while the page is open. */
  readonly state: State;
  /** Shows a view of the side panel. */
  open(panel: PanelName): void;
  /** Takes over the state into the address of the page. */
  remember(): void;
  /** Applies stack and scene to the map. */
  repaint(): void;
}

/** A place that somebody pointed at: longitude, latitude. */
export type Place = readonly [number, number];

/** A feature that somebody chose. */
export interface Chosen {
  readonly collection: string;
  readonly id: string;
}

/** What the panels share, with word of every change. */
export class State {
  private readonly listeners = new Map<keyof Values, Set<() => void>>();
  private readonly values: Values;

  constructor(zone: Zone) {
    this.values = { zone, pin: undefined, place: undefined, chosen: [], current: undefined, busy: false };
  }

  get<K extends keyof Values>(key: K): Values[K] {
    return this.values[key];
  }

  set<K extends keyof Values>(key: K, value: Values[K]): void {
    this.values[key] = value;
    for (const listener of this.listeners.get(key) ?? []) listener();
  }

  /** Calls back on changes of one value; returns the way to stop that. */
  on(key: keyof Values, listener: () => void): () => void {
    const all = this.listeners.get(key) ?? new Set();
    this.listeners.set(key, all.add(listener));
    return () => all.delete(listener);
  }
}

interface Values {
  /** The VN-2000 grid of readouts. */
  zone: Zone;
  /** The pin of a shared link. */
  pin: Place | undefined;
  /** The point whose coordinates are shown. */
  place: Place | undefined;
  /** Everything under the last click, topmost first. */
  chosen: readonly Chosen[];
  /** The one of them that is shown. */
  current: Chosen | undefined;
  /** Whether a tool takes the clicks on the map. */
  busy: boolean;
}

/** A part of the page that goes when the language changes, with what it must undo. */
export interface Part {
  readonly element: HTMLElement;
  dispose?(): void;
}

/** Where the middle of a box lies. */
export function middleOf(box: Bbox): Place {
  return [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2];
}
