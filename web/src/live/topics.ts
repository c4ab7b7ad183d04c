/** What the parts of the live page tell one another. */
export type Topic =
  /** The things that are seen, or the instant at which they are. */
  | 'things'
  /** Whether the server is heard. */
  | 'line'
  | 'alerts'
  | 'health'
  /** Live on or off, replay on or off, which kinds. */
  | 'mode'
  /** The replay's clock. */
  | 'clock';

/** Calls back those who asked, by topic. */
export class Topics<T extends string = Topic> {
  private readonly listeners = new Map<T, Set<() => void>>();

  tell(topic: T): void {
    for (const listener of [...(this.listeners.get(topic) ?? [])]) listener();
  }

  /** Listens to some topics; returns the way to stop that. */
  on(topics: readonly T[], listener: () => void): () => void {
    for (const topic of topics) {
      const all = this.listeners.get(topic) ?? new Set();
      this.listeners.set(topic, all.add(listener));
    }
    return () => {
      for (const topic of topics) this.listeners.get(topic)?.delete(listener);
    };
  }
}
