/** The present: a snapshot of what is looked at, and every event after it. */

import type { Bbox } from '../api/types.ts';
import { eventsAddress, type LiveApi, type Query } from './api.ts';
import type { Frame } from './sse.ts';
import { LiveStore } from './store.ts';
import { EventStream, type Line } from './stream.ts';
import type { Health, Vehicle } from './model.ts';
import { healthOf, heardOf, positionsOf } from './wire.ts';

/** New and removed things are noticed this often; their values come at once. */
const RESYNC_MS = 60_000;
const RETRY_MS = 4000;

export interface FeedListener {
  /** Something that is looked at has changed. */
  onChange(): void;
  onLine(line: Line): void;
  onAlerts(): void;
  onHealth(health: Health): void;
  onPositions(vehicles: readonly Vehicle[]): void;
}

/** Follows a part of the city. */
export class Feed {
  readonly store = new LiveStore();
  private readonly api: LiveApi;
  private readonly listener: FeedListener;
  private query: Query | undefined;
  private loaded: Query | undefined;
  private stream: EventStream | undefined;
  private heardRoles = '';
  private since = '';
  private asking = new AbortController();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(api: LiveApi, listener: FeedListener) {
    this.api = api;
    this.listener = listener;
  }

  /** Looks at a part of the city. What is known already is not asked for again. */
  watch(query: Query): void {
    this.query = query;
    if (!this.loaded || !covers(this.loaded, query)) void this.load();
  }

  stop(): void {
    this.asking.abort();
    this.stream?.stop();
    this.stream = undefined;
    clearTimeout(this.timer);
  }

  /** The network may be back. */
  retry(): void {
    this.stream?.retry();
    if (!this.stream && this.query) void this.load();
  }

  private async load(): Promise<void> {
    const { query } = this;
    if (!query) return;
    this.asking.abort();
    this.asking = new AbortController();
    const { signal } = this.asking;
    clearTimeout(this.timer);
    const wider = { ...query, bbox: widened(query.bbox) };
    try {
      const snapshot = await this.api.latest(wider, signal);
      if (signal.aborted) return;
      this.store.take(snapshot);
      this.loaded = wider;
      this.listener.onChange();
      // An empty log has no number to go on from.
      if (!this.since && snapshot.seq) this.since = String(snapshot.seq);
      this.listen(query.roles);
      this.timer = setTimeout(() => void this.load(), RESYNC_MS);
    } catch {
      if (signal.aborted) return;
      if (!this.stream) this.listener.onLine('lost');
      this.timer = setTimeout(() => void this.load(), RETRY_MS);
    }
  }

  private listen(roles: readonly string[]): void {
    const wanted = roles.join();
    if (this.stream && wanted === this.heardRoles) return;
    this.stream?.stop();
    this.heardRoles = wanted;
    this.stream = new EventStream({
      address: eventsAddress(roles),
      since: this.since,
      onFrame: (frame) => this.take(frame),
      onLine: (line) => this.listener.onLine(line),
      onGap: () => {
        this.since = '';
        void this.load();
      },
    });
  }

  private take({ type, id, data }: Frame): void {
    if (id) this.since = id;
    const body = parsed(data);
    if (type === 'observations') {
      if (this.store.hear(heardOf(body))) this.listener.onChange();
    } else if (type === 'alerts') this.listener.onAlerts();
    else if (type === 'health') this.listener.onHealth(healthOf(body));
    else if (type === 'positions') this.listener.onPositions(positionsOf(body));
    // More was missed than is told again.
    else if (type === 'reset') void this.load();
  }
}

/** JSON as it came, nothing where it is none. */
export function parsed(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}

/** Whether all of a query was asked for already. */
function covers(loaded: Query, query: Query): boolean {
  const [west, south, east, north] = query.bbox;
  const box = loaded.bbox;
  const isInside = west >= box[0] && south >= box[1] && east <= box[2] && north <= box[3];
  return isInside && loaded.roles.join() === query.roles.join();
}

/** A box with half of itself on each side, so that a small move asks for nothing. */
export function widened([west, south, east, north]: Bbox): Bbox {
  const [dx, dy] = [(east - west) / 2, (north - south) / 2];
  const bound = (value: number, limit: number): number => Math.max(-limit, Math.min(limit, value));
  return [bound(west - dx, 180), bound(south - dy, 90), bound(east + dx, 180), bound(north + dy, 90)];
}
