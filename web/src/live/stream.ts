/** A line to the server on which it tells what is new; taken up again where it broke. */

import { SseParser, type Frame } from './sse.ts';

/** How a line stands. */
export type Line = 'connecting' | 'open' | 'lost';

/** The server says something at least every 5 s (`health`): silence that long is a dead line. */
const SILENCE_MS = 20_000;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;

export interface StreamOptions {
  /** The address of events after a sequence number. */
  address(since: string): string;
  /** The last event that is already known. */
  since?: string;
  /** Whether the end of an answer is the end of the story, as in a replay. */
  isFinite?: boolean;
  onFrame(frame: Frame): void;
  onLine(line: Line): void;
  /** The server no longer has what came after `since`: all must be asked for anew. */
  onGap?(): void;
  onEnd?(): void;
  /** Silence after which a line counts as dead. */
  silence_ms?: number;
  firstWait_ms?: number;
}

/** Listens until it is stopped. */
export class EventStream {
  private readonly options: StreamOptions;
  private readonly stopped = new AbortController();
  private since: string;
  private wait_ms: number;
  private wake: (() => void) | undefined;

  constructor(options: StreamOptions) {
    this.options = options;
    this.since = options.since ?? '';
    this.wait_ms = this.firstWait;
    void this.run();
  }

  stop(): void {
    this.stopped.abort();
    this.wake?.();
  }

  /** Tries again now, such as when the network has come back. */
  retry(): void {
    this.wake?.();
  }

  private get firstWait(): number {
    return this.options.firstWait_ms ?? FIRST_WAIT_MS;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopped;
    this.options.onLine('connecting');
    for (;;) {
      const after_ms = await this.listen().catch(() => undefined);
      if (signal.aborted) return;
      if (after_ms === 'end') { this.options.onEnd?.(); return; }
      this.options.onLine('lost');
      await this.pause(after_ms ?? this.wait_ms);
      if (this.stopped.signal.aborted) return;
      this.wait_ms = Math.min(LONGEST_WAIT_MS, this.wait_ms * 2);
    }
  }

  /** Listens on one connection; returns how long the server asks to wait before the next. */
  private async listen(): Promise<number | 'end' | undefined> {
    const { options } = this;
    const { silence_ms = SILENCE_MS } = options;
    const connection = new AbortController();
    const quit = (): void => connection.abort();
    this.stopped.signal.addEventListener('abort', quit, { once: true });
    let watch = setTimeout(quit, silence_ms);
    try {
      const response = await fetch(options.address(this.since), {
        headers: { Accept: 'text/event-stream', ...(Number(this.since) > 0 ? { 'Last-Event-ID': this.since } : {}) },
        cache: 'no-store',
        signal: connection.signal,
      });
      if (!response.ok || !response.body) {
        if (response.status === 410) { this.since = ''; options.onGap?.(); }
        const seconds = Number(response.headers.get('Retry-After'));
        return seconds > 0 ? seconds * 1000 : undefined;
      }
      options.onLine('open');
      const parser = new SseParser();
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return options.isFinite ? 'end' : undefined;
        clearTimeout(watch);
        watch = setTimeout(quit, silence_ms);
        this.wait_ms = this.firstWait;
        for (const frame of parser.push(value)) {
          if (this.stopped.signal.aborted) return undefined;
          // Remembered only once it was taken, so that one that fails is sent again.
          options.onFrame(frame);
          if (frame.id) this.since = frame.id;
        }
      }
    } finally {
      clearTimeout(watch);
      this.stopped.signal.removeEventListener('abort', quit);
      connection.abort();
    }
  }

  private pause(ms: number): Promise<void> {
    // Spread, so that a restart of the server is not followed by everybody at once.
    const spread = ms * (0.75 + Math.random() * 0.5);
    return new Promise((done) => {
      const timer = setTimeout(done, spread);
      this.wake = () => { clearTimeout(timer); done(); };
    });
  }
}
