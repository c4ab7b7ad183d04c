/** The flood part of the map: scenarios are written and run here, and what comes of them is shown. */

import '../styles/flood.css';
import '../styles/flood-more.css';
import '../styles/flood-map.css';
import '../styles/nowcast.css';

import type { App, Part, Place } from '../app.ts';
import type { Bbox } from '../api/types.ts';
import { RequestError } from '../api/http.ts';
import { titled, type Title } from '../i18n/index.ts';
import { bearer } from '../live/rights.ts';
import { Topics } from '../live/topics.ts';
import { frameBox } from '../map/frame.ts';
import { drawOverlay } from '../map/overlay.ts';
import { notify } from '../ui/notice.ts';
import { FloodApi } from './api.ts';
import { differenceTiles, isOfBoth, numbersOf } from './difference.ts';
import type { FloodPanel } from './door.ts';
import { FloodLayer, allowTiles, type Picture, type Things } from './layer.ts';
import type { Recipe } from './library.ts';
import type { Results, Run, Summary } from './model.ts';
import { NowcastWatch } from './nowcast/watch.ts';
import type { Draft } from './scenario.ts';
import { sheetOf, type Sheet } from './sheet.ts';
import { mountSurface, type Surface } from './surface.ts';
import { swipe, type Swipe } from './swipe.ts';
import { nowcastIn, nowcastText, viewFrom, viewText } from './view.ts';
import { w } from './words.ts';

/** What the parts of the flood page tell one another. */
export type Topic =
  /** The list of runs, or how one stands. */
  | 'runs'
  /** Which run is shown, or what of it. */
  | 'shown'
  /** The minute that is shown, or whether time passes. */
  | 'frame'
  /** The place whose depth is shown. */
  | 'place'
  /** Which page of the panel is open. */
  | 'page'
  /** What is drawn beside the water. */
  | 'things'
  /** Whether the server has let this viewer see and do what is for who is on duty. */
  | 'rights'
  /** What is known of the nowcast. */
  | 'nowcast'
  /** Which time of the nowcast is looked at. */
  | 'lead';

export type Page = 'new' | 'runs' | 'result' | 'library' | 'nowcast';
/** The depth over time; every other output is the worst of each cell. */
export const DEPTH = 'depth';
const POLL_MS = 1500;
const FRAME_MS = 450;
/** A frame whose tiles do not come is passed over. */
const PATIENCE = 6;

/** Another run beside the one that is shown. */
export interface Comparison {
  readonly results: Results;
  readonly how: 'swipe' | 'difference';
}

export class Flood {
  readonly app: App;
  readonly api = new FloodApi();
  readonly topics = new Topics<Topic>();
  readonly layer: FloodLayer;
  readonly nowcast: NowcastWatch;
  /** The scenario in the form, kept while the page is open. */
  draft: Draft | undefined;
  page: Page = 'new';
  runs: readonly Run[] = [];
  /** Whether the list of runs was fetched. */
  isKnown = false;
  results: Results | undefined;
  other: Comparison | undefined;
  output = 'max-depth';
  minutes = 0;
  isPlaying = false;
  /** The server refused what is for who is on duty: what is published can be seen. */
  isDenied = false;
  place: Place | undefined;
  private readonly surface: Surface;
  private polling: ReturnType<typeof setTimeout> | undefined;
  private playing: ReturnType<typeof setInterval> | undefined;
  private swiping: Swipe | undefined;
  private openPanels = 0;
  private asked = 0;

  constructor(app: App, view: string | undefined) {
    this.app = app;
    this.layer = new FloodLayer(app);
    this.nowcast = new NowcastWatch(this);
    this.surface = mountSurface(this);
    this.takeOver(view);
  }

  /** What the address of the page keeps. */
  get view(): string | undefined {
    if (this.nowcast.output !== undefined) return nowcastText(this.nowcast.output);
    return this.results && viewText({ run: this.results.run, output: this.output, minutes: this.minutes });
  }

  takeOver(text: string | undefined): void {
    if (text === undefined || text === this.view) return;
    const map = nowcastIn(text);
    if (map !== undefined) void this.nowcast.takeOver(map);
    const view = viewFrom(text);
    if (!view) return;
    this.output = view.output;
    this.minutes = view.minutes;
    void this.showRun(view.run, false).catch((error: unknown) => notify(reasonOf(error), 'warning'));
  }

  async panel(name: FloodPanel): Promise<Part> {
    const part = name === 'disaster'
      ? await (await import('./panels/disaster.ts')).disasterPanel(this)
      : (await import('./panels/flood.ts')).floodPanel(this);
    this.openPanels += 1;
    return {
      element: part.element,
      dispose: () => {
        this.openPanels -= 1;
        part.dispose?.();
      },
    };
  }

  go(page: Page): void {
    this.page = page;
    this.topics.tell('page');
  }

  /** A click on the map asks for the depth there, while the panel is open and a run is shown. */
  takes([lon, lat]: Place): boolean {
    const box = this.results?.summary.bbox;
    if (!this.openPanels || !box || lon < box[0] || lon > box[2] || lat < box[1] || lat > box[3]) return false;
    this.setPlace([lon, lat]);
    return true;
  }

  setPlace(place: Place | undefined): void {
    this.place = place;
    drawOverlay(this.app.map, 'selection', place ? [{ type: 'Feature', geometry: { type: 'Point', coordinates: [...place] }, properties: {} }] : []);
    if (place && this.page !== 'result') this.go('result');
    this.topics.tell('place');
  }

  /** Fetches the list of runs; goes on doing so while one of them waits or runs. */
  async refresh(): Promise<void> {
    clearTimeout(this.polling);
    this.polling = undefined;
    const before = new Map(this.runs.map((run) => [run.id, run.status]));
    this.runs = await this.api.runs();
    this.isKnown = true;
    for (const run of this.runs) {
      const was = before.get(run.id);
      if (was !== undefined && was !== run.status) this.tellEnd(run);
    }
    this.topics.tell('runs');
    if (this.runs.some(isActive)) this.watch();
  }

  /** Asks for a run of a scenario. */
  async execute(scenario: unknown): Promise<Run> {
    const run = await this.api.execute(scenario);
    this.runs = [run, ...this.runs.filter(({ id }) => id !== run.id)];
    this.topics.tell('runs');
    this.watch();
    return run;
  }

  /** Has runs made beforehand. */
  async prepare(recipe: Recipe): Promise<readonly Run[]> {
    const made = await this.api.prepare(recipe);
    this.runs = [...made, ...this.runs.filter(({ id }) => made.every((each) => each.id !== id))];
    this.topics.tell('runs');
    this.watch();
    return made;
  }

  /** Lets everyone see a run, or nobody but who is on duty where there are no words for it. */
  async publish(id: string, statement: Title | undefined): Promise<void> {
    const run = statement ? await this.api.publish(id, statement) : await this.api.withdraw(id);
    this.runs = this.runs.map((each) => (each.id === id ? run : each));
    if (this.results?.run === id) this.results = await this.api.results(id);
    this.topics.tell('runs');
    this.topics.tell('shown');
  }

  /** Takes note of a refusal, or that somebody has written another token. */
  deny(isDenied: boolean): void {
    if (this.isDenied === isDenied) return;
    this.isDenied = isDenied;
    this.topics.tell('rights');
  }

  async dismiss(run: Run): Promise<void> {
    await this.api.dismiss(run.id);
    if (this.results?.run === run.id) this.hide();
    if (this.other?.results.run === run.id) this.compare(undefined);
    await this.refresh();
  }

  /** Shows a run's results on the map. */
  async showRun(id: string, moves = true): Promise<void> {
    this.asked += 1;
    const own = this.asked;
    const results = await this.api.results(id);
    // Somebody has asked for another one meanwhile.
    if (own !== this.asked) return;
    this.stop();
    this.compare(undefined);
    this.nowcast.hide();
    this.layer.clear();
    this.results = results;
    this.setPlace(undefined);
    const names = results.rasters.map(({ name }) => name);
    if (this.output !== DEPTH && !names.includes(this.output)) this.output = names[0] ?? DEPTH;
    this.minutes = nearest(results.frames?.minutes ?? [], this.minutes);
    const box = results.summary.bbox;
    if (box && moves) frameBox(this.app.map, box, 20);
    this.drawDeepest(results.summary);
    this.paint();
    this.topics.tell('shown');
    this.topics.tell('frame');
    this.app.remember();
  }

  /** Takes the water off the map. */
  hide(): void {
    this.stop();
    this.compare(undefined);
    this.results = undefined;
    this.layer.clear();
    this.setPlace(undefined);
    this.topics.tell('shown');
    this.app.remember();
  }

  setOutput(output: string): void {
    this.output = output;
    if (output !== DEPTH) this.stop();
    this.paint();
    this.topics.tell('shown');
    this.app.remember();
  }

  setOpacity(opacity: number): void {
    this.layer.setOpacity(opacity);
    this.paint();
  }

  /** Shows the water at a minute. */
  seek(minutes: number): void {
    this.minutes = minutes;
    if (this.output !== DEPTH) {
      this.output = DEPTH;
      this.topics.tell('shown');
    }
    this.paint();
    this.topics.tell('frame');
  }

  play(): void {
    const all = this.results?.frames?.minutes ?? [];
    if (all.length < 2 || this.isPlaying) return;
    this.isPlaying = true;
    if (this.minutes >= (all.at(-1) ?? 0) || this.output !== DEPTH) this.seek(all[0] ?? 0);
    let waited = 0;
    this.playing = setInterval(() => {
      const next = all[all.indexOf(this.minutes) + 1];
      if (next === undefined) { this.stop(); return; }
      const picture = this.pictureAt(next);
      if (picture && !this.layer.isReady(picture) && waited < PATIENCE) { waited += 1; return; }
      waited = 0;
      this.seek(next);
    }, FRAME_MS);
    this.topics.tell('frame');
  }

  /** Time stands still. */
  stop(): void {
    clearInterval(this.playing);
    if (!this.isPlaying) return;
    this.isPlaying = false;
    this.topics.tell('frame');
    this.app.remember();
  }

  /** Shows another run beside this one; nothing ends that. */
  compare(other: Comparison | undefined): void {
    if (!this.other && !other) return;
    this.other = other;
    this.swiping?.stop();
    this.swiping = undefined;
    if (this.results) this.paint();
    this.topics.tell('shown');
  }

  draw(kind: Things, features: readonly GeoJSON.Feature[]): void {
    this.layer.draw(kind, features);
    this.topics.tell('things');
  }

  relabel(): void {
    this.surface.build();
    this.nowcast.paint();
    this.topics.tell('page');
    if (this.results) this.drawDeepest(this.results.summary);
  }

  /** What is shown, for a printed map. */
  get sheet(): Sheet | undefined {
    return sheetOf(this);
  }

  /** The name of the output that is shown. */
  get outputName(): string {
    const raster = this.results?.rasters.find(({ name }) => name === this.output);
    return raster ? titled(raster.title) : w('output.depth');
  }

  goTo(at: Place, zoom = 15): void {
    const box: Bbox = [at[0], at[1], at[0], at[1]];
    frameBox(this.app.map, box, 20, Math.max(this.app.map.getZoom(), zoom));
  }

  private paint(): void {
    allowTiles(this.app.map);
    const picture = this.pictureAt(this.minutes);
    if (!picture) return;
    const minutes = this.output === DEPTH ? (this.results?.frames?.minutes ?? []) : [];
    const next = minutes.slice(minutes.indexOf(this.minutes) + 1).slice(0, 3);
    this.layer.show(picture, next.flatMap((each) => this.pictureAt(each) ?? []));
    const { other, results } = this;
    if (!other || !results || other.how !== 'swipe') return;
    const right = this.pictureOf(other.results, this.minutes);
    if (!right) return;
    if (this.swiping) this.swiping.show(right);
    else {
      const names = [nameOf(results), nameOf(other.results)] as const;
      this.swiping = swipe(this.app, right, names, this.layer.opacity, bearer);
    }
  }

  private pictureAt(minutes: number): Picture | undefined {
    const { results, other } = this;
    const own = results && this.pictureOf(results, minutes);
    const theirs = other?.how === 'difference' ? this.pictureOf(other.results, minutes) : undefined;
    if (!own || !theirs) return own;
    const tiles = differenceTiles([numbersOf(own.tiles), numbersOf(theirs.tiles)], isOfBoth(this.output), bearer);
    return { tiles, bbox: own.bbox };
  }

  private pictureOf(results: Results, minutes: number): Picture | undefined {
    const { bbox } = results.summary;
    if (this.output === DEPTH) {
      const { frames } = results;
      return frames && { tiles: frames.tiles.replace('{minutes}', String(nearest(frames.minutes, minutes))), bbox };
    }
    const raster = results.rasters.find(({ name }) => name === this.output);
    return raster && { tiles: raster.tiles, bbox };
  }

  private drawDeepest({ deepest }: Summary): void {
    if (!deepest) return;
    const name = w('result.deepestHere', { depth: deepest.depth_m.toFixed(1).replace('.', ',') });
    this.draw('deepest', [{ type: 'Feature', geometry: { type: 'Point', coordinates: [...deepest.at] }, properties: { name } }]);
  }

  private watch(): void {
    this.polling ??= setTimeout(() => {
      this.polling = undefined;
      void this.refresh().catch(() => this.watch());
    }, POLL_MS);
  }

  private tellEnd(run: Run): void {
    const name = titled(run.title);
    if (run.status === 'successful') notify(w('runs.ended', { name }));
    else if (run.status === 'failed') notify(w('runs.failed', { name }), 'warning');
  }
}

export const isActive = ({ status }: Run): boolean => status === 'accepted' || status === 'running';

export const nameOf = ({ run, summary }: Results): string => `${run} · ${titled(summary.title)}`;

/** The closest of some minutes. */
export function nearest(all: readonly number[], minutes: number): number {
  return all.reduce((best, each) => (Math.abs(each - minutes) < Math.abs(best - minutes) ? each : best), all[0] ?? 0);
}

/** An error in words for people. */
export function reasonOf(error: unknown): string {
  if (error instanceof RequestError || (error instanceof Error && error.message)) return error.message;
  return w('common.failed');
}
