/** The way into the live part: small, in the first view; what it leads to is fetched on demand. */

import type { App, PanelName, Part } from '../app.ts';
import type { LiveView } from '../hash.ts';
import { t } from '../i18n/index.ts';
import { notify } from '../ui/notice.ts';
import type { Live } from './live.ts';

/** Panels that the live part fills. */
export const LIVE_PANELS = ['station', 'stations', 'alerts', 'orders', 'intake'] as const satisfies readonly PanelName[];
export type LivePanel = (typeof LIVE_PANELS)[number];

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Opens the live part once, and stands for it until then. */
export class LiveDoor {
  private readonly app: () => App;
  private readonly before: LiveView;
  private opening: Promise<Live> | undefined;
  private live: Live | undefined;
  private readonly listeners = new Set<() => void>();

  constructor(app: () => App, view: LiveView) {
    this.app = app;
    this.before = view;
  }

  /** The live part; fetched by the first who asks. */
  async open(): Promise<Live> {
    this.opening ??= import('./live.ts').then(({ Live: Part }) => {
      this.live = new Part(this.app(), this.before);
      this.live.topics.on(['mode', 'alerts'], () => this.tell());
      return this.live;
    });
    try {
      return await this.opening;
    } catch (error) {
      // The next who asks tries again.
      this.opening = undefined;
      throw error;
    }
  }

  /** Does something with the live part, or says that it could not be fetched. */
  use(run: (live: Live) => void): void {
    this.open().then(run, () => notify(t('live.failed'), 'warning'));
  }

  /** Whether the live layer is on. */
  get isOn(): boolean {
    return this.live ? this.live.isOn : this.before.live !== undefined;
  }

  /** How many alerts hold. */
  get alertCount(): number {
    return this.live?.alerts.length ?? 0;
  }

  /** What the address of the page keeps. */
  get view(): LiveView {
    return this.live?.view ?? this.before;
  }

  setOn(on: boolean): void {
    this.use((live) => live.setOn(on));
  }

  /** The address of the page was changed by hand. */
  takeOver(view: LiveView): void {
    const wants = view.live ?? view.station ?? view.replay ?? view.alert;
    if (this.live || wants !== undefined) this.use((live) => live.takeOver(view));
  }

  /** Takes a click on the map where a station lies. */
  takes(point: Point): boolean {
    return this.live?.takes(point) ?? false;
  }

  isOver(point: Point): boolean {
    return this.live?.isOver(point) ?? false;
  }

  /** Draws the live part's words anew. */
  relabel(): void {
    this.live?.relabel();
  }

  async panel(name: LivePanel): Promise<Part> {
    return (await this.open()).panel(name);
  }

  /** A panel of the live part was left. */
  left(panel: PanelName): void {
    this.live?.left(panel);
  }

  /** Calls back when the layer was switched or alerts changed. */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}

/** Whether a panel belongs to the live part. */
export function isLivePanel(panel: PanelName): panel is LivePanel {
  return LIVE_PANELS.some((each) => each === panel);
}
