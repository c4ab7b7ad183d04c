/** The alerts that hold now. While the live line is open it tells of changes; else they are asked for. */

import { SEVERITIES, type Alert } from './model.ts';
import type { LiveApi } from './api.ts';

const POLL_MS = 30_000;
/** Even while the line tells of changes: one that was missed is found. */
const SURE_MS = 120_000;
const SETTLE_MS = 200;

export class AlertWatch {
  alerts: readonly Alert[] = [];
  isLoaded = false;
  private readonly api: LiveApi;
  private readonly onChange: () => void;
  private readonly isThere: boolean;
  private isFollowed = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asking = new AbortController();

  /** `isThere` says whether the server has alerts at all. */
  constructor(api: LiveApi, isThere: boolean, onChange: () => void) {
    this.api = api;
    this.isThere = isThere;
    this.onChange = onChange;
    void this.ask();
  }

  /** Says whether the line tells of changes. */
  follow(isFollowed: boolean): void {
    if (isFollowed && !this.isFollowed) this.refresh();
    this.isFollowed = isFollowed;
  }

  refresh(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.ask(), SETTLE_MS);
  }

  private async ask(): Promise<void> {
    if (!this.isThere) return;
    if (document.visibilityState === 'hidden') { this.later(); return; }
    this.asking.abort();
    this.asking = new AbortController();
    const { signal } = this.asking;
    try {
      const alerts = await this.api.alerts(signal);
      if (signal.aborted) return;
      this.alerts = sorted(alerts.filter(({ state }) => state !== 'cleared'));
      this.isLoaded = true;
      this.onChange();
    } catch {
      if (signal.aborted) return;
    }
    this.later();
  }

  private later(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.ask(), this.isFollowed ? SURE_MS : POLL_MS);
  }
}

/** The gravest first, of these the newest. */
export function sorted(alerts: readonly Alert[]): Alert[] {
  const rank = ({ severity }: Alert): number => SEVERITIES.indexOf(severity);
  return [...alerts].sort((a, b) => rank(a) - rank(b) || (b.since ?? 0) - (a.since ?? 0));
}
