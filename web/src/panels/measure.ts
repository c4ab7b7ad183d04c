import type { MapMouseEvent } from 'maplibre-gl';

import type { App, Part, Place } from '../app.ts';
import { formatArea, formatLength } from '../coords/format.ts';
import { zoneAt, zoneName, type Zone } from '../coords/zones.ts';
import { pathLength, planeArea } from '../geo/geodesic.ts';
import { lang, t } from '../i18n/index.ts';
import { drawOverlay } from '../map/overlay.ts';
import { h, isPhone, refill } from '../ui/dom.ts';
import { icon } from '../ui/icons.ts';

type Kind = 'distance' | 'area';

/** Measures a distance or an area from points set on the map. */
export function measurePanel(app: App): Part {
  const tool = new MeasureTool(app);
  const tabs = h('div', { class: 'segments', attrs: { role: 'tablist' } });
  const result = h('div', { class: 'result', attrs: { 'aria-live': 'polite' } });
  const buttons = h('div', { class: 'actions' });
  const method = h('p', { class: 'muted small' });
  const tab = (kind: Kind): HTMLElement =>
    h(
      'button',
      {
        attrs: { type: 'button', role: 'tab', 'aria-selected': String(tool.kind === kind) },
        on: { click: () => tool.setKind(kind) },
      },
      icon(kind === 'distance' ? 'ruler' : 'area'),
      t(kind === 'distance' ? 'measure.distance' : 'measure.area'),
    );
  const button = (label: string, name: Parameters<typeof icon>[0], run: () => void, disabled = false): HTMLElement =>
    h('button', { class: 'action', attrs: { type: 'button', disabled }, on: { click: run } }, icon(name), label);

  tool.onChange = () => {
    const none = tool.points.length === 0;
    refill(tabs, tab('distance'), tab('area'));
    refill(
      buttons,
      button(t('measure.undo'), 'undo', () => tool.undo(), none),
      button(t('common.clear'), 'close', () => tool.clear(), none),
      button(t('measure.addCentre'), 'plus', () => tool.addCentre()),
    );
    method.textContent = t('measure.method', { zone: zoneName(tool.zone()) });
    void tool.results().then((rows) =>
      refill(result, ...rows.map(([label, value]) => h('div', {}, h('span', { class: 'kicker' }, label), h('strong', {}, value)))),
    );
  };
  tool.start();
  const stopZone = app.state.on('zone', () => tool.onChange());
  return {
    element: h(
      'section',
      { class: 'view stack' },
      tabs,
      result,
      h('p', { class: 'muted' }, t(isPhone() ? 'measure.startTouch' : 'measure.start')),
      buttons,
      method,
    ),
    dispose: () => {
      stopZone();
      tool.stop();
    },
  };
}

class MeasureTool {
  kind: Kind = 'distance';
  points: Place[] = [];
  onChange: () => void = () => undefined;
  private pointer: Place | undefined;
  private finished = false;
  private readonly app: App;

  constructor(app: App) {
    this.app = app;
  }

  start(): void {
    const { map, state } = this.app;
    state.set('busy', true);
    map.doubleClickZoom.disable();
    map.getCanvas().classList.add('measuring');
    map.on('click', this.click);
    map.on('dblclick', this.finish);
    map.on('mousemove', this.move);
    window.addEventListener('keydown', this.key);
    this.draw();
  }

  stop(): void {
    const { map, state } = this.app;
    map.off('click', this.click);
    map.off('dblclick', this.finish);
    map.off('mousemove', this.move);
    window.removeEventListener('keydown', this.key);
    map.getCanvas().classList.remove('measuring');
    map.doubleClickZoom.enable();
    drawOverlay(map, 'measure', []);
    // The click that ended the measuring must not choose a feature too.
    setTimeout(() => state.set('busy', false));
  }

  setKind(kind: Kind): void {
    this.kind = kind;
    this.draw();
  }

  undo(): void {
    this.points = this.points.slice(0, -1);
    this.finished = false;
    this.draw();
  }

  clear(): void {
    this.points = [];
    this.finished = false;
    this.draw();
  }

  /** For the keyboard: the arrows move the map, this sets a point in its middle. */
  addCentre(): void {
    const { lng, lat } = this.app.map.getCenter();
    this.add([lng, lat]);
  }

  /** The grid in which areas are taken: the chosen one where it reaches, else the nearest. */
  zone(): Zone {
    const chosen = this.app.state.get('zone');
    const lon = this.points[0]?.[0] ?? this.app.map.getCenter().lng;
    return Math.abs(chosen.meridianDeg - lon) <= 1.5 ? chosen : zoneAt(lon);
  }

  async results(): Promise<[string, string][]> {
    const path = this.path();
    if (this.kind === 'distance') return [[t('measure.length'), formatLength(pathLength(path), lang())]];
    const { toGrid } = await import('../coords/vn2000.ts');
    const zone = this.zone();
    const area = planeArea(path.map((point) => toGrid(zone, point)));
    const [first] = path;
    const closed = first ? [...path, first] : path;
    return [
      [t('measure.surface'), formatArea(area, lang())],
      [t('measure.perimeter'), formatLength(pathLength(closed), lang())],
    ];
  }

  private readonly click = (event: MapMouseEvent): void => {
    this.add([event.lngLat.lng, event.lngLat.lat]);
  };

  private add(point: Place): void {
    if (this.finished) this.points = [];
    this.finished = false;
    const last = this.points.at(-1);
    // The second click of a double click sets no second point.
    if (last?.[0] === point[0] && last[1] === point[1]) return;
    this.points = [...this.points, point];
    this.draw();
  }

  private readonly finish = (event?: MapMouseEvent): void => {
    event?.preventDefault();
    this.finished = true;
    this.pointer = undefined;
    this.draw();
  };

  private readonly move = (event: MapMouseEvent): void => {
    if (this.finished || !this.points.length) return;
    this.pointer = [event.lngLat.lng, event.lngLat.lat];
    this.draw();
  };

  private readonly key = (event: KeyboardEvent): void => {
    const inField = event.target instanceof Element && event.target.closest('input, textarea, select, button');
    if (event.key === 'Escape') this.app.open('layers');
    else if (inField) return;
    else if (event.key === 'Enter') this.finish();
    else if (event.key === 'Backspace') this.undo();
  };

  private path(): Place[] {
    return this.pointer && !this.finished ? [...this.points, this.pointer] : this.points;
  }

  private draw(): void {
    const path = this.path().map(([lon, lat]) => [lon, lat]);
    const features: GeoJSON.Feature[] = this.points.map(([lon, lat]) => feature({ type: 'Point', coordinates: [lon, lat] }));
    const [first] = path;
    if (this.kind === 'area' && first && path.length > 2) {
      features.push(feature({ type: 'Polygon', coordinates: [[...path, first]] }));
      features.push(feature({ type: 'LineString', coordinates: [...path, first] }));
    } else if (path.length > 1) features.push(feature({ type: 'LineString', coordinates: path }));
    drawOverlay(this.app.map, 'measure', features);
    this.onChange();
  }
}

function feature(geometry: GeoJSON.Geometry): GeoJSON.Feature {
  return { type: 'Feature', geometry, properties: {} };
}
