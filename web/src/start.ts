/** Makes the map once its data and its library are there. */

import 'maplibre-gl/dist/maplibre-gl.css';

import { Map as MapLibreMap, Marker, setWorkerUrl, type StyleSpecification } from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url';

import { State, middleOf, type App, type Place } from './app.ts';
import { homeOf, usualGrid, type Catalogue } from './api/catalogue.ts';
import { base } from './api/http.ts';
import type { Bbox } from './api/types.ts';
import { ZONES, zoneAt, zoneOf } from './coords/zones.ts';
import { FloodDoor } from './flood/door.ts';
import { formatHash, parseHash, type ViewState } from './hash.ts';
import { lang, t } from './i18n/index.ts';
import { Stack } from './layers/stack.ts';
import { LiveDoor } from './live/door.ts';
import { StackPainter } from './map/apply.ts';
import { freeRoom } from './map/frame.ts';
import { addOverlays } from './map/overlay.ts';
import { loadLabelFonts, prepareStyle } from './map/prepare.ts';
import { Scene, withBuildings3d } from './map/scene.ts';
import { chooseFeature, enableSelection } from './panels/select.ts';
import { storedZone } from './panels/zone-picker.ts';
import { mountPage, type Page } from './page.ts';
import { debounced } from './ui/dom.ts';
import { notify } from './ui/notice.ts';

/** Vietnam with its sea, for a city without a box of its own. */
const COUNTRY: Bbox = [101.5, 6.5, 117.5, 23.5];

/** Opens the map over a catalogue and its style. */
export async function start(
  container: HTMLElement,
  catalogue: Catalogue,
  raw: StyleSpecification,
): Promise<void> {
  setWorkerUrl(new URL(workerUrl, document.baseURI).href);
  await loadLabelFonts();
  const view = parseHash(location.hash);
  const style = withBuildings3d(raw, catalogue.collections);
  const home = homeOf(catalogue.collections);
  const city = home && { name: catalogue.title.vi, at: middleOf(home) };
  const prepared = prepareStyle(style, base(), city);
  const map = makeMap(container, prepared, view, home);
  const stack = new Stack(style, catalogue.collections);
  stack.fromText(view.layers ?? '');
  const scene = new Scene(map, prepared, catalogue.collections);
  const painter = new StackPainter(map, style, stack);
  const usual = usualGrid(catalogue.collections, ZONES.map(({ epsg }) => epsg));
  const zone = zoneOf(storedZone() ?? usual ?? 0) ?? zoneAt(home ? middleOf(home)[0] : 108);
  const state = new State(zone);
  const page: { mounted?: Page } = {};
  const door = catalogue.hasLive ? new LiveDoor(() => app, view) : undefined;
  const flood = catalogue.hasProcesses ? new FloodDoor(() => app, view.flood) : undefined;
  const app: App = {
    live: door,
    flood,
    map,
    catalogue,
    stack,
    scene,
    home,
    state,
    open: (panel) => page.mounted?.sidebar.show(panel),
    remember: () => history.replaceState(history.state, '', formatHash(viewOf(app))),
    repaint: () => painter.paint(scene.buildings3d),
  };
  reportTrouble(map);
  showBusy(map, container);
  // Panels stand and the first view is drawn: what "usable" means in the browser tests.
  map.once('load', () => performance.mark('dothi-usable'));
  map.once('style.load', () => {
    addOverlays(map);
    app.repaint();
    if (view.buildings3d) scene.setBuildings3d(true, false);
    if (view.terrain) scene.setTerrain(true, false);
    app.repaint();
    page.mounted = mountPage(app);
    connect(app, view);
    document.documentElement.dataset.ready = 'true';
  });
}

function makeMap(
  container: HTMLElement,
  style: StyleSpecification,
  { camera }: ViewState,
  home: Bbox | undefined,
): MapLibreMap {
  const box = home ?? COUNTRY;
  const map = new MapLibreMap({
    container,
    style,
    attributionControl: false,
    maxPitch: 80,
    maxZoom: 22,
    minZoom: 3,
    pixelRatio: Math.min(window.devicePixelRatio, 2),
    ...(camera
      ? { center: [camera.lon, camera.lat], zoom: camera.zoom, bearing: camera.bearing, pitch: camera.pitch }
      : { bounds: [box[0], box[1], box[2], box[3]], fitBoundsOptions: { padding: freeRoom(12) } }),
  });
  map.getCanvas().setAttribute('aria-label', t('app.map'));
  return map;
}

/** Everything that listens to everything else. */
function connect(app: App, view: ViewState): void {
  const { map, stack, state } = app;
  const remember = debounced(200, () => app.remember());
  map.on('moveend', remember);
  stack.onChange(() => {
    app.repaint();
    remember();
  });
  state.on('current', remember);
  enableSelection(app);
  showPin(app);
  if (view.pin) state.set('pin', view.pin);
  if (app.live) openLive(map, app.live);
  app.flood?.takeOver(view.flood);
  if (view.feature) chooseFeature(app, [{ collection: view.feature[0], id: view.feature[1] }]);
  window.addEventListener('hashchange', () => takeOver(app));
}

/** The address was changed by hand or by going back. */
function takeOver(app: App): void {
  const view = parseHash(location.hash);
  const { camera } = view;
  if (camera) {
    app.map.jumpTo({
      center: [camera.lon, camera.lat],
      zoom: camera.zoom,
      bearing: camera.bearing,
      pitch: camera.pitch,
    });
  }
  if (view.layers !== undefined && view.layers !== app.stack.toText()) app.stack.fromText(view.layers);
  if (view.pin) app.state.set('pin', view.pin);
  app.live?.takeOver(view);
  app.flood?.takeOver(view.flood);
}

/** Alerts must be seen by all, but the map comes first: the live part is fetched once it stands. */
function openLive(map: MapLibreMap, door: LiveDoor): void {
  const { live, station, replay, alert } = door.view;
  const isAsked = [live, station, replay, alert].some((each) => each !== undefined);
  if (isAsked) door.use(() => undefined);
  else map.once('idle', () => void door.open().catch(() => undefined));
}

function viewOf({ map, stack, scene, state, live, flood }: App): ViewState {
  const { lng, lat } = map.getCenter().wrap();
  const current = state.get('current');
  const pin = state.get('pin');
  return {
    camera: { zoom: map.getZoom(), lat, lon: lng, bearing: map.getBearing(), pitch: map.getPitch() },
    layers: stack.toText(),
    lang: lang(),
    buildings3d: scene.buildings3d,
    terrain: scene.terrain,
    ...(pin ? { pin } : {}),
    ...live?.view,
    ...(flood?.view ? { flood: flood.view } : {}),
    ...(current ? { feature: [current.collection, current.id] as const } : {}),
  };
}

function showPin({ map, state }: App): void {
  let marker: Marker | undefined;
  const draw = (): void => {
    marker?.remove();
    const pin: Place | undefined = state.get('pin');
    if (!pin) return;
    marker = new Marker({ color: '#d9480f' }).setLngLat([pin[0], pin[1]]).addTo(map);
    marker.getElement().setAttribute('aria-label', t('share.marked'));
  };
  state.on('pin', draw);
}

/** Says to assistive technology, and to tests, whether the map is still drawing. */
function showBusy(map: MapLibreMap, container: HTMLElement): void {
  const set = (isBusy: boolean) => () => container.setAttribute('aria-busy', String(isBusy));
  set(true)();
  map.on('movestart', set(true));
  map.on('dataloading', set(true));
  map.on('idle', set(false));
}

/** Tiles that fail are said once in a while, kindly, and not as errors of the page. */
function reportTrouble(map: MapLibreMap): void {
  const QUIET_MS = 15_000;
  let last = -QUIET_MS;
  map.on('error', () => {
    const now = performance.now();
    if (now - last < QUIET_MS) return;
    last = now;
    notify(t('error.tiles'), 'warning');
  });
}
