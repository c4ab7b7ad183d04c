import type { LayerSpecification, StyleSpecification } from 'maplibre-gl';

import { record, text } from '../api/read.ts';
import type { Collection } from '../api/types.ts';
import { legendOf, type LegendRow } from './legend.ts';

/** A layer of the list: a collection with the style layers that draw it. */
export interface MapLayer {
  readonly collection: Collection;
  readonly styleLayers: readonly LayerSpecification[];
  readonly legend: readonly LegendRow[];
  /** First zoom at which anything of it is drawn. */
  readonly minZoom: number;
}

interface Shown {
  visible: boolean;
  /** 0 … 1. */
  opacity: number;
}

export type StackListener = () => void;

/** The name of the collection that a style layer draws. */
export function collectionOf(layer: { readonly metadata?: unknown }): string {
  return text(record(layer.metadata)['dothi:collection']);
}

/**
 * Which layers are on, how strong, and which lies above which. It knows the style, not the map:
 * `map/apply.ts` carries it over.
 */
export class Stack {
  /** Every layer by its collection's id. */
  readonly layers: ReadonlyMap<string, MapLayer>;
  private readonly defaults: ReadonlyMap<string, Shown>;
  /** Collection ids in the order of the style, lowest first. */
  readonly defaultOrder: readonly string[];
  private shown: Map<string, Shown>;
  /** Collection ids, lowest first. */
  private ids: string[];
  private readonly listeners = new Set<StackListener>();

  constructor(style: StyleSpecification, collections: readonly Collection[]) {
    this.layers = layersOf(style, collections);
    this.defaultOrder = [...this.layers.keys()];
    this.defaults = new Map(
      [...this.layers].map(([id, layer]) => [id, { visible: isDrawn(layer), opacity: 1 }]),
    );
    this.ids = [...this.defaultOrder];
    this.shown = copyOf(this.defaults);
  }

  /** Calls back after every change; returns the way to stop that. */
  onChange(listener: StackListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Collection ids, lowest first. */
  get order(): readonly string[] {
    return this.ids;
  }

  /** Collection ids of layers that are on, highest first, as people read a pile. */
  get visibleFromTop(): string[] {
    return this.ids.filter((id) => this.isVisible(id)).reverse();
  }

  isVisible(id: string): boolean {
    return this.shown.get(id)?.visible ?? false;
  }

  opacity(id: string): number {
    return this.shown.get(id)?.opacity ?? 1;
  }

  /** Whether the order is that of the style. */
  get hasDefaultOrder(): boolean {
    return this.ids.every((id, i) => id === this.defaultOrder[i]);
  }

  /** Whether anything differs from the style. */
  get isChanged(): boolean {
    return !this.hasDefaultOrder || [...this.shown].some(([id, now]) => {
      const then = this.defaults.get(id);
      return now.visible !== then?.visible || now.opacity !== then.opacity;
    });
  }

  setVisible(id: string, visible: boolean): void {
    this.change(id, { visible });
  }

  setOpacity(id: string, opacity: number): void {
    this.change(id, { opacity: Math.min(1, Math.max(0, opacity)) });
  }

  /** Moves a layer one place up (+1) or down (−1) among the layers that are on. */
  step(id: string, by: 1 | -1): void {
    const seen = this.ids.filter((other) => this.isVisible(other));
    const neighbour = seen[seen.indexOf(id) + by];
    if (neighbour) this.place(id, neighbour, by === 1 ? 'above' : 'below');
  }

  /** Puts a layer directly above or below another. */
  place(id: string, other: string, where: 'above' | 'below'): void {
    if (id === other || !this.layers.has(id) || !this.layers.has(other)) return;
    const rest = this.ids.filter((each) => each !== id);
    rest.splice(rest.indexOf(other) + (where === 'above' ? 1 : 0), 0, id);
    this.ids = rest;
    this.tell();
  }

  /** Back to what the style says. */
  reset(): void {
    this.ids = [...this.defaultOrder];
    this.shown = copyOf(this.defaults);
    this.tell();
  }

  /**
   * What is on, as the address of the page keeps it: `roads,buildings:60` from the top; empty when
   * nothing differs from the style.
   */
  toText(): string {
    if (!this.isChanged) return '';
    const ids = this.visibleFromTop.map((id) => {
      const percent = Math.round(this.opacity(id) * 100);
      return percent === 100 ? id : `${id}:${percent}`;
    });
    return ids.length ? ids.join(',') : '-';
  }

  /** Takes over what the address says; ids that are not here are passed over. */
  fromText(source: string): void {
    if (!source) return;
    const wanted = source.split(',').flatMap((part) => {
      const [id = '', percent] = part.split(':');
      const opacity = percent === undefined ? 1 : Number(percent) / 100;
      return this.layers.has(id) && opacity >= 0 && opacity <= 1 ? [{ id, opacity }] : [];
    });
    if (!wanted.length && source !== '-') return;
    for (const [id, now] of this.shown) {
      const found = wanted.find((each) => each.id === id);
      now.visible = found !== undefined;
      now.opacity = found?.opacity ?? 1;
    }
    this.ids = reordered(this.defaultOrder, wanted.map(({ id }) => id).reverse());
    this.tell();
  }

  private change(id: string, part: Partial<Shown>): void {
    const now = this.shown.get(id);
    if (!now) return;
    Object.assign(now, part);
    this.tell();
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}

/** `all` with the members of `some` in the order of `some`, in the places that they had. */
export function reordered(all: readonly string[], some: readonly string[]): string[] {
  const queue = [...some];
  const members = new Set(some);
  return all.map((id) => (members.has(id) ? (queue.shift() ?? id) : id));
}

/**
 * Ids of all style layers in the order in which the stack wants them drawn.
 *
 * Only what was moved leaves its place in the style. It goes directly above the shapes of the layer
 * below it; its labels stay where labels are, so that a plan laid over a street does not hide its
 * name.
 */
export function drawOrder(style: StyleSpecification, stack: Stack): string[] {
  const ids = style.layers.map(({ id }) => id);
  if (stack.hasDefaultOrder) return ids;
  const shapes = (collection: string): string[] =>
    (stack.layers.get(collection)?.styleLayers ?? [])
      .filter(({ type }) => type !== 'symbol' && type !== 'fill-extrusion')
      .map(({ id }) => id);
  const settled = new Set(longestInOrder(stack.order, stack.defaultOrder));
  let drawn = ids;
  for (const [at, collection] of stack.order.entries()) {
    if (settled.has(collection)) continue;
    const moved = shapes(collection);
    drawn = drawn.filter((id) => !moved.includes(id));
    const below = stack.order.slice(0, at).reverse().find((other) => shapes(other).length);
    const top = below === undefined ? undefined : shapes(below).at(-1);
    const background = style.layers[0]?.type === 'background' ? 1 : 0;
    drawn.splice(top === undefined ? background : drawn.indexOf(top) + 1, 0, ...moved);
  }
  return drawn;
}

/** The most members of `now` that stand in the order of `then`; the others were moved. */
export function longestInOrder(now: readonly string[], then: readonly string[]): string[] {
  const rank = new Map(then.map((id, i) => [id, i]));
  const chains: string[][] = [];
  for (const [i, id] of now.entries()) {
    const before = now
      .slice(0, i)
      .map((other, k) => ((rank.get(other) ?? -1) < (rank.get(id) ?? -1) ? chains[k] : undefined))
      .reduce<string[]>((best, chain) => (chain && chain.length > best.length ? chain : best), []);
    chains.push([...before, id]);
  }
  return chains.reduce((best, chain) => (chain.length > best.length ? chain : best), []);
}

function layersOf(
  style: StyleSpecification,
  collections: readonly Collection[],
): Map<string, MapLayer> {
  const byId = new Map(collections.map((collection) => [collection.id, collection]));
  const grouped = new Map<string, LayerSpecification[]>();
  for (const layer of style.layers) {
    const id = collectionOf(layer);
    if (!byId.has(id)) continue;
    grouped.set(id, [...(grouped.get(id) ?? []), layer]);
  }
  return new Map(
    [...grouped].flatMap(([id, all]) => {
      const collection = byId.get(id);
      if (!collection) return [];
      const styleLayers = listedOf(all);
      const legend = all.flatMap(legendOf);
      const minZoom = Math.min(...styleLayers.map((layer) => layer.minzoom ?? 0));
      return [[id, { collection, styleLayers, legend, minZoom }] as const];
    }),
  );
}

/**
 * What a switch of the list turns on and off. Where a collection is part of the map's ground and
 * can also be laid over it, that is the overlay alone: the ground stays.
 */
function listedOf(layers: readonly LayerSpecification[]): readonly LayerSpecification[] {
  const group = (layer: LayerSpecification): string => text(record(layer.metadata)['dothi:group']);
  const isMixed = layers.some((layer) => group(layer) === 'overlay');
  const is3d = (layer: LayerSpecification): boolean => layer.type === 'fill-extrusion';
  return isMixed ? layers.filter((layer) => group(layer) !== 'basemap' || is3d(layer)) : layers;
}

function isDrawn(layer: MapLayer): boolean {
  return layer.styleLayers.some((each) => each.layout?.visibility !== 'none');
}

function copyOf(shown: ReadonlyMap<string, Shown>): Map<string, Shown> {
  return new Map([...shown].map(([id, each]) => [id, { ...each }]));
}
