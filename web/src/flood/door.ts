/** The way into the flood part: small, in the first view; what it leads to is fetched on demand. */

import type { App, PanelName, Part, Place } from '../app.ts';
import { t } from '../i18n/index.ts';
import { notify } from '../ui/notice.ts';
import type { Flood } from './flood.ts';
import type { Sheet } from './sheet.ts';

/** Panels that the flood part fills. */
export const FLOOD_PANELS = ['flood', 'disaster'] as const satisfies readonly PanelName[];
export type FloodPanel = (typeof FLOOD_PANELS)[number];

/** Opens the flood part once, and stands for it until then. */
export class FloodDoor {
  private readonly app: () => App;
  private readonly before: string | undefined;
  private opening: Promise<Flood> | undefined;
  private flood: Flood | undefined;

  constructor(app: () => App, view: string | undefined) {
    this.app = app;
    this.before = view;
  }

  /** The flood part; fetched by the first who asks. */
  async open(): Promise<Flood> {
    this.opening ??= import('./flood.ts').then(({ Flood: Whole }) => (this.flood = new Whole(this.app(), this.before)));
    try {
      return await this.opening;
    } catch (error) {
      // The next who asks tries again.
      this.opening = undefined;
      throw error;
    }
  }

  /** What the address of the page keeps. */
  get view(): string | undefined {
    return this.flood ? this.flood.view : this.before;
  }

  /** The address of the page names a run. */
  takeOver(view: string | undefined): void {
    if (view === undefined) return;
    this.open().then((flood) => flood.takeOver(view), () => notify(t('flood.openFailed'), 'warning'));
  }

  /** Takes a click on the map where a run is shown. */
  takes(place: Place): boolean {
    return this.flood?.takes(place) ?? false;
  }

  /** What a printed map says of the water that is shown; nothing where there is none. */
  get sheet(): Sheet | undefined {
    return this.flood?.sheet;
  }

  /** Draws the flood part's words anew. */
  relabel(): void {
    this.flood?.relabel();
  }

  async panel(name: FloodPanel): Promise<Part> {
    return (await this.open()).panel(name);
  }
}

/** Whether a panel belongs to the flood part. */
export function isFloodPanel(panel: PanelName): panel is FloodPanel {
  return FLOOD_PANELS.some((each) => each === panel);
}
