/** The past: a period of the log played again through the same code into a view of its own. */

import { record } from '../api/read.ts';
import { replayAddress, type LiveApi, type Query } from './api.ts';
import { parsed } from './feed.ts';
import { LiveStore } from './store.ts';
import { EventStream } from './stream.ts';
import { heardOf, instantOf, positionsOf } from './wire.ts';

export interface Period {
  /** Epoch milliseconds. */
  readonly from: number;
  readonly to: number;
}

export const SPEEDS = [10, 60, 300, 600, 1800, 3600] as const;
export const USUAL_SPEED = 600;

/** What the address of the page keeps of a replay. */
export interface ReplayView extends Period {
  readonly at: number;
  readonly speed: number;
}

/** The longest period that the server plays. */
export const LONGEST_MS = 31 * 24 * 3_600_000;

/** A scrub settles before the server is asked. */
const SETTLE_MS = 120;
const TICK_MS = 250;
const GRACE_MS = 4000;

export interface ReplayListener {
  onChange(): void;
  /** The instant, or whether it plays, has changed. */
  onTick(): void;
  onEnd(): void;
  onTrouble(reason: unknown): void;
}

/** Plays and scrubs a period. */
export class Replay {
  readonly store = new LiveStore();
  private readonly api: LiveApi;
  private readonly listener: ReplayListener;
  private view: ReplayView;
  private query: Query | undefined;
  private stream: EventStream | undefined;
  private asking = new AbortController();
  private settle: ReturnType<typeof setTimeout> | undefined;
  private tick: ReturnType<typeof setInterval> | undefined;
  private isPlaying = false;
  private isOpen = false;

  constructor(api: LiveApi, view: ReplayView, listener: ReplayListener) {
    this.api = api;
    this.view = view;
    this.listener = listener;
  }

  get state(): ReplayView {
    return this.view;
  }

  get playing(): boolean {
    return this.isPlaying;
  }

  /** Looks at a part of the city, at the same instant. */
  watch(query: Query): void {
    this.query = query;
    void this.load();
  }

  /** Goes to an instant (epoch milliseconds); playing goes on from there. */
  seek(at: number): void {
    const { from, to } = this.view;
    this.view = { ...this.view, at: Math.min(to, Math.max(from, at)) };
    this.hush();
    this.listener.onTick();
    clearTimeout(this.settle);
    this.settle = setTimeout(() => void this.load(), SETTLE_MS);
  }

  setPeriod({ from, to }: Period): void {
    this.view = { ...this.view, from, to, at: from };
    this.seek(from);
  }

  setSpeed(speed: number): void {
    this.view = { ...this.view, speed };
    this.listener.onTick();
    if (this.isPlaying) this.run();
  }

  play(): void {
    if (this.view.at >= this.view.to) this.view = { ...this.view, at: this.view.from };
    this.isPlaying = true;
    void this.load();
    this.listener.onTick();
  }

  pause(): void {
    this.isPlaying = false;
    this.hush();
    this.listener.onTick();
  }

  stop(): void {
    this.isPlaying = false;
    this.hush();
    this.asking.abort();
    clearTimeout(this.settle);
  }

  private hush(): void {
    this.stream?.stop();
    this.stream = undefined;
    this.isOpen = false;
    clearInterval(this.tick);
  }

  private async load(): Promise<void> {
    const { query } = this;
    if (!query) return;
    this.hush();
    this.asking.abort();
    this.asking = new AbortController();
    const { signal } = this.asking;
    try {
      const snapshot = await this.api.stateAt(this.view.at, query, signal);
      if (signal.aborted) return;
      this.store.reset(snapshot);
      this.listener.onChange();
      if (this.isPlaying) this.run();
    } catch (error) {
      if (signal.aborted) return;
      this.isPlaying = false;
      this.listener.onTrouble(error);
      this.listener.onTick();
    }
  }

  /** Lets the server play from here; the clock runs along at the same speed. */
  private run(): void {
    this.hush();
    const { query } = this;
    if (!query) return;
    const { at, to, speed } = this.view;
    // The clock runs along from where the server last said that it stands.
    let anchor = { at, since: performance.now() };
    this.stream = new EventStream({
      address: () => replayAddress(at, to, speed, query.roles),
      isFinite: true,
      // A quiet hour is no broken line.
      silence_ms: 600_000,
      onFrame: ({ type, data }) => {
        if (type === 'clock') {
          const told = instantOf(record(parsed(data)).at);
          if (told !== undefined) anchor = { at: told, since: performance.now() };
        } else if (type === 'end') this.finish();
        const isSeen =
          (type === 'observations' && this.store.hear(heardOf(parsed(data)))) ||
          (type === 'positions' && this.store.move(positionsOf(parsed(data))));
        if (isSeen) this.listener.onChange();
      },
      onLine: (line) => {
        if (line === 'open' && !this.isOpen) { this.isOpen = true; anchor = { at, since: performance.now() }; }
        if (line === 'lost') { this.pause(); this.listener.onTrouble(undefined); }
      },
      onEnd: () => this.finish(),
    });
    this.tick = setInterval(() => {
      if (!this.isOpen) return;
      const now = anchor.at + (performance.now() - anchor.since) * speed;
      this.view = { ...this.view, at: Math.min(to, now) };
      // The server says when it has told all; one that forgets to is not waited for.
      if (now >= to + GRACE_MS * speed) this.finish();
      else this.listener.onTick();
    }, TICK_MS);
  }

  private finish(): void {
    this.view = { ...this.view, at: this.view.to };
    this.pause();
    this.listener.onEnd();
  }
}

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?Z$/;

/** A replay as the address of the page keeps it: `FROM/TO/AT/SPEED`. */
export function replayText({ from, to, at, speed }: ReplayView): string {
  const plain = (time: number): string => new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');
  return [...[from, to, at].map(plain), speed].join('/');
}

/** Reads what the address says; nothing when it is no period. */
export function replayFrom(source: string): ReplayView | undefined {
  const [from, to, at] = source.split('/').slice(0, 3).map((each) => (ISO.test(each) ? Date.parse(each) : NaN));
  const speed = Number(source.split('/')[3] ?? USUAL_SPEED);
  if (from === undefined || to === undefined || !(from < to)) return undefined;
  const known = SPEEDS.find((each) => each === speed) ?? USUAL_SPEED;
  return { from, to, at: at !== undefined && at >= from && at <= to ? at : from, speed: known };
}
