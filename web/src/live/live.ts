/** The live part of the map: what the city's devices say now, or said at an instant of the past. */

import '../styles/live.css';
import '../styles/live-panels.css';

import type { App, PanelName, Part } from '../app.ts';
import { RequestError } from '../api/http.ts';
import type { LiveView } from '../hash.ts';
import { frameBox } from '../map/frame.ts';
import { drawOverlay } from '../map/overlay.ts';
import { debounced } from '../ui/dom.ts';
import { notify } from '../ui/notice.ts';
import { AlertAreas } from './alert-areas.ts';
import { AlertWatch } from './alert-watch.ts';
import { LiveApi, type Query } from './api.ts';
import type { LivePanel } from './door.ts';
import { Feed } from './feed.ts';
import { LiveLayer } from './layer.ts';
import { liveDetails } from './legend.ts';
import { Replay, USUAL_SPEED, replayFrom, replayText, type ReplayView } from './replay.ts';
import { ALL_ROLES, kindOf, rolesFrom, rolesText } from './roles.ts';
import { mountSurface, type Surface } from './surface.ts';
import { Topics } from './topics.ts';
import { Vehicles } from './vehicles.ts';
import { w } from './words.ts';
import type { Alert, Health, Thing } from './model.ts';
import type { LiveStore } from './store.ts';
import type { Line } from './stream.ts';

/** The map is drawn anew at most this often; ages fade at least this often. */
const DRAW_MS = 400;
/** The labels of a replay change at each drawing, and must be read meanwhile. */
const REPLAY_DRAW_MS = 800;
const AGE_MS = 15_000;
const HOUR_MS = 3_600_000;
const USUAL_PERIOD_MS = 24 * HOUR_MS;
/** How many rates of the intake are kept for its chart: half an hour. */
const RATES = 360;

export class Live {
  readonly app: App;
  readonly api = new LiveApi();
  readonly topics = new Topics();
  isOn = false;
  roles: ReadonlySet<string> = new Set(ALL_ROLES);
  line: Line = 'connecting';
  /** When the line broke. */
  lostAt: number | undefined;
  health: Health | undefined;
  healthAt: number | undefined;
  /** Received per second, every time the server told it. */
  readonly rates: number[] = [];
  station: number | undefined;
  /** The alert that is open in the list. */
  alert: string | undefined;
  private readonly watch: AlertWatch;
  private readonly layer: LiveLayer;
  private readonly vehicles: Vehicles;
  private readonly areas: AlertAreas;
  private readonly surface: Surface;
  private feed: Feed | undefined;
  private past: Replay | undefined;
  private drawing: ReturnType<typeof setTimeout> | undefined;
  private aging: ReturnType<typeof setInterval> | undefined;
  private askingVehicles = new AbortController();
  /** The server has none and need not be asked again. */
  private hasNoVehicles = false;

  constructor(app: App, view: LiveView) {
    this.app = app;
    this.layer = new LiveLayer(app.map);
    this.vehicles = new Vehicles(app.map);
    this.areas = new AlertAreas(app.map);
    this.watch = new AlertWatch(this.api, app.catalogue.hasAlerts, () => {
      this.drawAreas();
      this.topics.tell('alerts');
    });
    this.surface = mountSurface(this);
    const look = debounced(200, () => this.look());
    app.map.on('moveend', look);
    window.addEventListener('online', () => this.feed?.retry());
    this.takeOver(view);
  }

  get alerts(): readonly Alert[] {
    return this.watch.alerts;
  }

  /** The replay, while the past is shown. */
  get replay(): Replay | undefined {
    return this.past;
  }

  get store(): LiveStore | undefined {
    return this.past?.store ?? this.feed?.store;
  }

  thing(id: number): Thing | undefined {
    return this.store?.thing(id);
  }

  /** The instant that is shown: now, or that of the replay. Epoch milliseconds. */
  now(): number {
    return this.past?.state.at ?? this.api.clock.now();
  }

  /** What the address of the page keeps. */
  get view(): LiveView {
    return {
      ...(this.isOn ? { live: rolesText(this.roles) } : {}),
      ...(this.station === undefined ? {} : { station: this.station }),
      ...(this.past ? { replay: replayText(this.past.state) } : {}),
      ...(this.alert === undefined ? {} : { alert: this.alert }),
    };
  }

  takeOver({ live, station, replay, alert }: LiveView): void {
    if (live !== undefined) this.roles = rolesFrom(live);
    const period = replay === undefined ? undefined : replayFrom(replay);
    if (period) this.startReplay(period);
    else {
      this.stopReplay();
      this.setOn(live !== undefined);
      if (this.isOn) this.look();
    }
    if (station !== undefined && station !== this.station) this.openStation(station);
    if (alert !== undefined && alert !== this.alert) this.openAlert(alert);
  }

  setOn(on: boolean): void {
    if (on === this.isOn) return;
    this.isOn = on;
    if (on) this.begin();
    else this.end();
    this.changed();
  }

  setRole(role: string, on: boolean): void {
    const roles = new Set(this.roles);
    if (on) roles.add(role);
    else roles.delete(role);
    this.roles = roles;
    this.look();
    this.changed();
  }

  /** Shows a station's page; its symbol is marked on the map. */
  openStation(id: number): void {
    this.station = id;
    this.app.state.set('current', undefined);
    this.app.open('station');
    this.draw();
    this.app.remember();
  }

  /** Shows the station that a map feature is. */
  openFeature(layer: string, feature: string): void {
    void this.api.thingOf(layer, feature).then(
      (thing) => {
        if (thing === undefined) notify(w('station.noThing'));
        else this.openStation(thing);
      },
      (error: unknown) => notify(reasonOf(error), 'warning'),
    );
  }

  /** Shows an alert in the list. */
  openAlert(id: string | undefined): void {
    this.alert = id;
    this.app.open('alerts');
    this.app.remember();
  }

  left(panel: PanelName): void {
    if (panel === 'station') {
      this.station = undefined;
      this.draw();
      drawOverlay(this.app.map, 'selection', []);
    }
    if (panel === 'alerts') this.alert = undefined;
  }

  /** Shows the past from a period's start on, or as the address of the page says. */
  startReplay(view?: ReplayView): void {
    const to = Math.floor(this.api.clock.now() / 60_000) * 60_000;
    const from = to - USUAL_PERIOD_MS;
    this.stopReplay();
    this.past = new Replay(this.api, view ?? { from, to, at: from, speed: USUAL_SPEED }, {
      onChange: () => this.redraw(),
      onTick: () => this.topics.tell('clock'),
      onEnd: () => notify(w('replay.done')),
      onTrouble: (error) => notify(w('replay.failed', { reason: reasonOf(error) }), 'warning'),
    });
    this.isOn = true;
    this.begin();
    this.look();
    this.changed();
  }

  /** Back to the present. */
  stopReplay(): void {
    if (!this.past) return;
    this.past.stop();
    this.past = undefined;
    this.draw();
    this.look();
    this.changed();
  }

  takes(point: { readonly x: number; readonly y: number }): boolean {
    const [thing] = [...this.layer.at(point), ...this.vehicles.at(point)];
    if (thing !== undefined) { this.openStation(thing); return true; }
    const alert = this.areas.at(point);
    if (alert !== undefined) this.openAlert(alert);
    return alert !== undefined;
  }

  isOver(point: { readonly x: number; readonly y: number }): boolean {
    return this.layer.at(point).length > 0 || this.vehicles.at(point).length > 0 || this.areas.at(point) !== undefined;
  }

  relabel(): void {
    this.surface.build();
    this.draw();
    this.drawAreas();
  }

  async panel(name: LivePanel): Promise<Part> {
    switch (name) {
      case 'station':
        return (await import('./panels/station.ts')).stationPanel(this);
      case 'stations':
        return (await import('./panels/stations.ts')).stationsPanel(this);
      case 'alerts':
        return (await import('./panels/alerts.ts')).alertsPanel(this);
      case 'orders':
        return (await import('./panels/orders.ts')).ordersPanel(this);
      case 'intake':
        return (await import('./panels/intake.ts')).intakePanel(this);
    }
  }

  /** What opens below its name in the list of layers. */
  details(): HTMLElement {
    return liveDetails(this);
  }

  /** Asks for the alerts again, such as after one was acknowledged. */
  refreshAlerts(): void {
    this.watch.refresh();
  }

  hearHealth(health: Health): void {
    this.health = health;
    this.healthAt = this.api.clock.now();
    this.rates.push(health.received_per_s);
    if (this.rates.length > RATES) this.rates.shift();
    this.topics.tell('health');
  }

  private begin(): void {
    this.feed ??= new Feed(this.api, {
      onChange: () => { if (!this.past) this.redraw(); },
      onLine: (line) => this.setLine(line),
      onAlerts: () => this.watch.refresh(),
      onHealth: (health) => this.hearHealth(health),
      onPositions: (vehicles) => {
        this.vehicles.hear(vehicles);
        if (!this.past) this.redraw();
      },
    });
    clearInterval(this.aging);
    this.aging = setInterval(() => this.redraw(), AGE_MS);
    this.look();
    this.draw();
  }

  private end(): void {
    this.past?.stop();
    this.past = undefined;
    this.feed?.stop();
    this.feed = undefined;
    clearInterval(this.aging);
    this.askingVehicles.abort();
    this.layer.remove();
    this.vehicles.remove();
    this.line = 'connecting';
    this.lostAt = undefined;
    this.watch.follow(false);
  }

  private setLine(line: Line): void {
    // A line that is tried again is still lost until it stands.
    if (this.line === 'lost' && line === 'connecting') return;
    if (this.line !== 'lost' && line === 'lost') this.lostAt = this.api.clock.now();
    if (this.line === 'lost' && line === 'open') notify(w('bar.back'));
    this.line = line;
    this.watch.follow(line === 'open');
    this.redraw();
    this.topics.tell('line');
  }

  /** Looks at what the map shows. */
  private look(): void {
    if (!this.isOn) return;
    const query = this.query();
    if (this.past) this.past.watch(query);
    else this.feed?.watch(query);
    if (!this.past && query.roles.includes('vehicles')) void this.askVehicles(query);
    this.draw();
  }

  private async askVehicles({ bbox }: Query): Promise<void> {
    this.askingVehicles.abort();
    this.askingVehicles = new AbortController();
    const { signal } = this.askingVehicles;
    if (this.hasNoVehicles) return;
    const found = await this.api.vehicles(bbox, signal).catch((error: unknown) => {
      this.hasNoVehicles = error instanceof RequestError && error.status === 404;
      return [];
    });
    if (signal.aborted) return;
    this.vehicles.hear(found);
    this.redraw();
  }

  private query(): Query {
    const { map } = this.app;
    const zoom = map.getZoom();
    const bounds = map.getBounds();
    const roles = ALL_ROLES.filter((role) => this.roles.has(role) && kindOf(role).minZoom <= zoom);
    return { roles, bbox: [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()] };
  }

  private redraw(): void {
    this.drawing ??= setTimeout(() => {
      this.drawing = undefined;
      this.draw();
    }, this.past ? REPLAY_DRAW_MS : DRAW_MS);
  }

  private draw(): void {
    if (!this.isOn) return;
    const moment = { now: this.now(), stale: this.line === 'lost' && !this.past, chosen: this.station };
    // What moves has arrows of its own, while these are told of.
    const isDrawn = (role: string): boolean => this.roles.has(kindOf(role).role) && (role !== 'vehicles' || this.past !== undefined);
    const shown = [...(this.store?.all ?? [])].filter(({ role }) => isDrawn(role));
    this.layer.draw(shown, moment);
    if (this.past || !this.roles.has('vehicles')) this.vehicles.remove();
    else this.vehicles.draw(moment.now, moment.stale);
    this.topics.tell('things');
  }

  /** Alerts are of the present: over the past their areas would say what was not so. */
  private drawAreas(): void {
    this.areas.draw(this.past ? [] : this.alerts);
  }

  private changed(): void {
    this.drawAreas();
    this.topics.tell('mode');
    this.app.remember();
  }

  /** Marks where the station of the open page is, where the live layer does not draw it. */
  markPlace([lon, lat]: readonly [number, number]): void {
    if (this.isOn) return;
    drawOverlay(this.app.map, 'selection', [{ type: 'Feature', geometry: { type: 'Point', coordinates: [lon, lat] }, properties: {} }]);
  }

  /** Moves the map so that a place is seen beside the panels. */
  goTo([lon, lat]: readonly [number, number], zoom = 14): void {
    const { map } = this.app;
    frameBox(map, [lon, lat, lon, lat], 20, Math.max(map.getZoom(), zoom));
  }
}

/** An error in words for people. */
export function reasonOf(error: unknown): string {
  return error instanceof Error && error.message ? error.message : w('bar.connecting');
}
