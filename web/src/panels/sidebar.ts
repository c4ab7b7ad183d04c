import type { App, PanelName, Part } from '../app.ts';
import { t, type Key } from '../i18n/index.ts';
import { isFloodPanel } from '../flood/door.ts';
import { isLivePanel } from '../live/door.ts';
import { h, isPhone, refill } from '../ui/dom.ts';
import { icon } from '../ui/icons.ts';
import { notify } from '../ui/notice.ts';
import { featurePanel } from './feature.ts';
import { gotoPanel } from './goto.ts';
import { layersPanel } from './layers.ts';
import { measurePanel } from './measure.ts';
import { placePanel, sharePanel } from './share.ts';
import { clearSelection } from './select.ts';
import { toolChips } from './tools.ts';

const TITLES: Record<PanelName, Key> = {
  layers: 'layers.title',
  feature: 'feature.title',
  measure: 'measure.title',
  goto: 'goto.title',
  share: 'share.title',
  print: 'print.title',
  place: 'place.title',
  upload: 'upload.title',
  station: 'station.title',
  stations: 'stations.title',
  alerts: 'alerts.title',
  orders: 'orders.title',
  intake: 'intake.title',
  flood: 'flood.title',
  disaster: 'disaster.title',
};

/** How far the sheet of a phone is pulled up. */
type Height = 'low' | 'half' | 'full';

/** The side panel: one view at a time, beside the map or, on a phone, in a sheet below it. */
export class Sidebar {
  readonly element = h('aside', { class: 'sheet' });
  private readonly app: App;
  private current: PanelName = 'layers';
  private part: Part | undefined;
  private height: Height;

  constructor(app: App) {
    this.app = app;
    this.height = isPhone() ? 'low' : 'half';
  }

  get panel(): PanelName {
    return this.current;
  }

  /** Shows a view, drawn anew. */
  show(panel: PanelName): void {
    this.part?.dispose?.();
    this.part = undefined;
    if (panel !== this.current) this.app.live?.left(this.current);
    this.current = panel;
    this.element.setAttribute('aria-label', t(TITLES[panel]));
    this.element.dataset.panel = panel;
    const content = h('div', { class: 'sheet-content' });
    refill(this.element, this.head(panel), panel === 'layers' && toolChips(this.app), content);
    partOf(this.app, panel).then(
      (part) => {
        if (this.current !== panel || !content.isConnected) return part.dispose?.();
        this.part = part;
        refill(content, part.element);
      },
      () => notify(t('error.offline'), 'warning'),
    );
    if (panel !== 'layers' && this.height === 'low') this.setHeight('half');
    else this.setHeight(this.height);
  }

  /** Takes the listeners off; the element may then go. */
  dispose(): void {
    this.part?.dispose?.();
  }

  setHeight(height: Height): void {
    this.height = height;
    this.element.dataset.height = height;
    const grip = this.element.querySelector('.sheet-grip');
    grip?.setAttribute('aria-expanded', String(height !== 'low'));
    grip?.setAttribute('aria-label', t(height === 'low' ? 'panel.expand' : 'panel.collapse'));
  }

  private head(panel: PanelName): HTMLElement {
    const grip = h('button', {
      class: 'sheet-grip',
      attrs: { type: 'button' },
      on: { click: () => this.setHeight(this.height === 'low' ? 'half' : 'low') },
    });
    pullable(grip, () => this.height, (height) => this.setHeight(height));
    const isHome = panel === 'layers';
    const back = h(
      'button',
      {
        class: 'icon-button',
        attrs: { type: 'button', 'aria-label': t('feature.back'), title: t('feature.back') },
        on: { click: () => this.leave() },
      },
      icon(isHome ? 'layers' : 'back'),
    );
    return h(
      'header',
      { class: 'sheet-head' },
      grip,
      isHome ? icon('layers') : back,
      h('h2', {}, t(TITLES[panel])),
      h(
        'button',
        {
          class: 'icon-button fold wide-only',
          attrs: { type: 'button', 'aria-label': t('panel.collapse'), title: t('panel.collapse') },
          on: { click: () => this.fold() },
        },
        icon('chevron'),
      ),
    );
  }

  private fold(): void {
    const folded = this.element.classList.toggle('folded');
    const button = this.element.querySelector('.fold');
    button?.setAttribute('aria-label', t(folded ? 'panel.expand' : 'panel.collapse'));
    button?.setAttribute('aria-expanded', String(!folded));
  }

  private leave(): void {
    if (this.current === 'feature') clearSelection(this.app);
    else if (this.current === 'place') this.app.state.set('pin', undefined);
    this.show('layers');
    this.app.remember();
  }
}

async function partOf(app: App, panel: PanelName): Promise<Part> {
  if (isLivePanel(panel)) return app.live ? app.live.panel(panel) : layersPanel(app);
  if (isFloodPanel(panel)) return app.flood ? app.flood.panel(panel) : layersPanel(app);
  switch (panel) {
    case 'layers':
      return layersPanel(app);
    case 'feature':
      return featurePanel(app);
    case 'measure':
      return measurePanel(app);
    case 'goto':
      return gotoPanel(app);
    case 'share':
      return sharePanel(app);
    case 'place':
      return placePanel(app);
    case 'print':
      return (await import('./print.ts')).printPanel(app);
    case 'upload':
      return (await import('./upload.ts')).uploadPanel(app);
  }
}

/** Lets a finger pull the sheet up and down by its grip. */
function pullable(grip: HTMLElement, height: () => Height, set: (height: Height) => void): void {
  const heights: Height[] = ['low', 'half', 'full'];
  let from: number | undefined;
  grip.addEventListener('pointerdown', (event) => {
    from = event.clientY;
    grip.setPointerCapture(event.pointerId);
  });
  grip.addEventListener('pointerup', (event) => {
    if (from === undefined) return;
    const pulled_px = from - event.clientY;
    from = undefined;
    if (Math.abs(pulled_px) < 24) return;
    const at = heights.indexOf(height()) + Math.sign(pulled_px);
    set(heights[Math.max(0, Math.min(2, at))] ?? 'half');
    // The click that follows a pull must not fold the sheet again.
    grip.addEventListener('click', (click) => click.stopImmediatePropagation(), { once: true, capture: true });
  });
}
