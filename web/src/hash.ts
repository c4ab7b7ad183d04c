/** The view in the address of the page, so that a link shows what its sender saw. */

import type { Lang } from './i18n/index.ts';

/** What of the live part the address keeps. */
export interface LiveView {
  /** Kinds of devices that are on: `1` for all, else their roles. */
  live?: string;
  /** The station that is open: the number of its Thing. */
  station?: number;
  /** A period of the past: `FROM/TO/AT/SPEED`. */
  replay?: string;
  /** The alert that is open. */
  alert?: string;
}

export interface ViewState extends LiveView {
  /** Camera; absent on a first visit. */
  camera?: Camera;
  /** `Stack.toText`. */
  layers?: string;
  lang?: Lang;
  /** A run that is shown: `RUN/OUTPUT`, and the minute of a depth. */
  flood?: string;
  buildings3d?: boolean;
  terrain?: boolean;
  /** A shared place: longitude, latitude. */
  pin?: readonly [number, number];
  /** A selected feature: collection and id. */
  feature?: readonly [string, string];
}

export interface Camera {
  readonly zoom: number;
  readonly lat: number;
  readonly lon: number;
  readonly bearing: number;
  readonly pitch: number;
}

/** Reads a hash such as `#map=15/15.57/108.47/0/45&layers=roads&lang=en&3d=1`. */
export function parseHash(hash: string): ViewState {
  const params = new URLSearchParams(hash.replace(/^#/, ''));
  const state: ViewState = {};
  const camera = cameraOf(params.get('map'));
  if (camera) state.camera = camera;
  const layers = params.get('layers');
  if (layers) state.layers = layers;
  const lang = params.get('lang');
  if (lang === 'vi' || lang === 'en') state.lang = lang;
  if (params.get('3d') === '1') state.buildings3d = true;
  if (params.get('terrain') === '1') state.terrain = true;
  const pin = numbers(params.get('pin') ?? '', ',');
  if (isPlace(pin)) state.pin = [pin[1], pin[0]];
  const feature = params.get('feature');
  const cut = feature?.indexOf('/') ?? -1;
  if (feature && cut > 0) state.feature = [feature.slice(0, cut), feature.slice(cut + 1)];
  for (const name of ['live', 'replay', 'alert', 'flood'] as const) {
    const text = params.get(name);
    if (text) state[name] = text;
  }
  const station = params.get('station');
  if (station && /^\d{1,15}$/.test(station)) state.station = Number(station);
  return state;
}

/** Writes the hash of a view, with its `#`. */
export function formatHash(state: ViewState): string {
  const parts: string[] = [];
  if (state.camera) parts.push(`map=${cameraText(state.camera)}`);
  if (state.layers) parts.push(`layers=${encodeURI(state.layers)}`);
  if (state.lang === 'en') parts.push('lang=en');
  if (state.buildings3d) parts.push('3d=1');
  if (state.terrain) parts.push('terrain=1');
  if (state.pin) parts.push(`pin=${state.pin[1].toFixed(6)},${state.pin[0].toFixed(6)}`);
  if (state.feature) parts.push(`feature=${state.feature.map(encodeURIComponent).join('/')}`);
  if (state.live) parts.push(`live=${encodeURI(state.live)}`);
  if (state.station !== undefined) parts.push(`station=${state.station}`);
  if (state.replay) parts.push(`replay=${encodeURI(state.replay)}`);
  if (state.alert) parts.push(`alert=${encodeURIComponent(state.alert)}`);
  if (state.flood) parts.push(`flood=${encodeURI(state.flood)}`);
  return `#${parts.join('&')}`;
}

function cameraText({ zoom, lat, lon, bearing, pitch }: Camera): string {
  // Digits that stay below a pixel at this zoom.
  const digits = Math.max(3, Math.ceil((zoom * Math.LN2 + Math.log(512 / 360)) / Math.LN10) + 1);
  const plain = (value: number, n: number): string => String(Number(value.toFixed(n)));
  const turn = bearing || pitch ? `/${plain(bearing, 1)}/${plain(pitch, 1)}` : '';
  return `${plain(zoom, 2)}/${plain(lat, digits)}/${plain(lon, digits)}${turn}`;
}

function cameraOf(text: string | null): Camera | undefined {
  const [zoom, lat, lon, bearing = 0, pitch = 0] = numbers(text ?? '', '/');
  if (zoom === undefined || lat === undefined || lon === undefined) return undefined;
  if (!isPlace([lat, lon]) || zoom < 0 || zoom > 24) return undefined;
  if (Math.abs(bearing) > 360 || pitch < 0 || pitch > 85) return undefined;
  return { zoom, lat, lon, bearing, pitch };
}

function numbers(text: string, separator: string): number[] {
  const found = text.split(separator).map((part) => (part.trim() ? Number(part) : NaN));
  return found.every(Number.isFinite) ? found : [];
}

function isPlace(pair: readonly (number | undefined)[]): pair is readonly [number, number] {
  const [lat, lon] = pair;
  if (pair.length !== 2 || lat === undefined || lon === undefined) return false;
  return Math.abs(lat) <= 85.06 && Math.abs(lon) <= 180;
}
