/** Keeps the forecast of the nowcast up to date while somebody looks at it, and shows its maps. */

import { RequestError } from '../../api/http.ts';
import type { Title } from '../../i18n/index.ts';
import { isDenied } from '../../live/rights.ts';
import { frameBox, isInSight } from '../../map/frame.ts';
import { reasonOf, type Flood } from '../flood.ts';
import { allowTiles } from '../layer.ts';
import type { Raster } from '../model.ts';
import { Dots } from './dots.ts';
import { cycleOf, waitFor } from './due.ts';
import { answerOf, type Nowcast } from './model.ts';

/** What is known: nothing yet; a forecast; that there is none; that one must be on duty; that this server makes none; that it failed. */
export type Standing = 'asking' | 'ready' | 'none' | 'denied' | 'absent' | 'failed';

export class NowcastWatch {
  standing: Standing = 'asking';
  forecast: Nowcast | undefined;
  /** Why there is none, as the server says it. */
  reason: Title | undefined;
  problem: string | undefined;
  /** Milliseconds between forecasts, once that is known. */
  cycle_ms: number | undefined;
  /** Which map of it is shown; nothing while none is. */
  output: string | undefined;
  /** Which of its times is looked at. */
  lead = 0;
  private readonly flood: Flood;
  private readonly dots: Dots;
  private users = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asking: Promise<void> | undefined;

  constructor(flood: Flood) {
    this.flood = flood;
    this.dots = new Dots(flood.app.map);
  }

  /** Asks now and from now on; returns the way to stop that. */
  use(): () => void {
    this.users += 1;
    if (this.timer === undefined) void this.ask();
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.users -= 1;
      if (!this.users) this.rest();
    };
  }

  /** Asks for the forecast of now. */
  ask(): Promise<void> {
    this.asking ??= this.fetch().finally(() => {
      this.asking = undefined;
      this.rest();
      if (!this.users || this.standing === 'absent' || this.standing === 'denied') return;
      const wait = waitFor(this.forecast?.issued, this.cycle_ms, this.flood.api.clock.now());
      this.timer = setTimeout(() => void this.ask(), wait);
    });
    return this.asking;
  }

  private rest(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private async fetch(): Promise<void> {
    const before = this.forecast;
    const was = this.standing;
    try {
      const { forecast, reason, problem } = answerOf(await this.flood.api.get('nowcast'));
      this.standing = forecast ? 'ready' : 'none';
      this.reason = reason;
      const sameProblem = problem === this.problem;
      this.problem = problem;
      if (forecast?.issued === before?.issued && was === this.standing && sameProblem) return;
      if (forecast) this.cycle_ms = cycleOf(forecast.cycle_min, forecast.issued, before?.issued) ?? this.cycle_ms;
      this.take(forecast, before);
    } catch (error) {
      // What was there stays: a forecast that grows old says so itself.
      const status = error instanceof RequestError ? error.status : 0;
      this.standing = isDenied(error) ? 'denied' : status === 404 ? 'absent' : this.forecast ? 'ready' : 'failed';
      if (this.standing === 'denied') this.take(undefined, before);
      const words = reasonOf(error);
      this.reason = { vi: words, en: words };
    }
    this.flood.topics.tell('nowcast');
  }

  /** Another forecast takes the place of the one before: the instant that is looked at stays, as long as it has it. */
  private take(forecast: Nowcast | undefined, before: Nowcast | undefined): void {
    const at = before?.times[this.lead];
    this.forecast = forecast;
    const index = at === undefined ? -1 : (forecast?.times.findIndex((each) => each >= at) ?? -1);
    this.lead = Math.max(0, index);
    if (this.output === undefined) return;
    if (forecast) this.paint();
    else this.hide();
  }

  /** The map that is shown. */
  get map(): Raster | undefined {
    return this.forecast?.maps.find(({ name }) => name === this.output);
  }

  /** Shows a map of the forecast in place of a run's. */
  show(output: string): void {
    if (this.flood.results) this.flood.hide();
    const isFirst = this.output === undefined;
    this.output = output;
    if (isFirst) this.frame();
    this.paint();
    this.flood.topics.tell('shown');
    this.flood.topics.tell('nowcast');
    this.flood.app.remember();
  }

  /** Takes it off the map. */
  hide(): void {
    if (this.output === undefined) return;
    this.output = undefined;
    this.dots.clear();
    if (!this.flood.results) this.flood.layer.clear();
    this.flood.topics.tell('shown');
    this.flood.topics.tell('nowcast');
    this.flood.app.remember();
  }

  /** What the address of the page names: the map is shown once the forecast is there. */
  async takeOver(output: string): Promise<void> {
    await this.ask();
    const name = this.forecast?.maps.find((each) => each.name === output)?.name ?? this.forecast?.maps[0]?.name;
    if (name !== undefined) this.show(name);
  }

  /** Looks at another of its times. */
  seek(lead: number): void {
    this.lead = Math.max(0, Math.min((this.forecast?.times.length ?? 1) - 1, lead));
    this.drawDots();
    this.flood.topics.tell('lead');
  }

  /** The instant that is looked at. */
  get at(): number | undefined {
    return this.forecast?.times[this.lead];
  }

  paint(): void {
    const { map, forecast } = this;
    if (!map || !forecast) return;
    allowTiles(this.flood.app.map);
    // The address of the next forecast is the same; what stands behind the number sign tells them apart here alone.
    this.flood.layer.show({ tiles: `${map.tiles}#${forecast.issued}`, bbox: undefined });
    this.drawDots();
  }

  private drawDots(): void {
    if (this.output !== undefined) this.dots.draw(this.forecast?.gauges ?? [], this.lead);
  }

  /** Moves the map to the gauges, where none of them is seen whole. */
  private frame(): void {
    const places = (this.forecast?.gauges ?? []).flatMap(({ at }) => (at ? [at] : []));
    if (!places.length) return;
    const [lons, lats] = [places.map(([lon]) => lon), places.map(([, lat]) => lat)];
    const box = [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)] as const;
    if (!isInSight(this.flood.app.map, box)) frameBox(this.flood.app.map, box, 60, 14);
  }
}
