/** What the flood part asks the server (OGC API Processes, and Dothi's results of runs). */

import type { Place } from '../app.ts';
import { RequestError, request } from '../api/http.ts';
import { list, record } from '../api/read.ts';
import type { Title } from '../i18n/index.ts';
import { ServerClock } from '../live/api.ts';
import { bearer } from '../live/rights.ts';
import { changesOf, type Changes } from './changes.ts';
import { alarmedGauges, gaugesPath, type AlarmedGauge } from './gauges.ts';
import { libraryOf, matchOf, MEMBER, type Mark, type Match, type Recipe, type Station } from './library.ts';
import type { Hydrograph, Results, Run } from './model.ts';
import { hydrographOf, resultsOf, runOf, runsOf } from './wire.ts';
import { w } from './words.ts';

export class FloodApi {
  readonly clock = new ServerClock();

  /** A scenario that the city at hand can run in a few minutes; nothing where there is none. */
  async example(): Promise<unknown> {
    const answer = record(await this.get('processes/flood'));
    return record(record(answer.example).inputs).scenario;
  }

  /** Asks for a run. */
  async execute(scenario: unknown): Promise<Run> {
    return certain(runOf(await this.send('POST', 'processes/flood/execution', { inputs: { scenario } })));
  }

  /** Runs, the latest first. */
  async runs(): Promise<Run[]> {
    return runsOf(await this.get('jobs?processID=flood&limit=100'));
  }

  async run(id: string): Promise<Run | undefined> {
    return runOf(await this.get(`jobs/${id}`));
  }

  /** Stops a run, or removes one that has ended. */
  async dismiss(id: string): Promise<void> {
    await request(`jobs/${id}`, { method: 'DELETE', headers: { Accept: 'application/json', ...bearer() } });
  }

  /** Lets everyone see a run, with these words. */
  async publish(id: string, statement: Title): Promise<Run> {
    return certain(runOf(await this.send('PUT', `jobs/${id}/publication`, { statement })));
  }

  /** Makes a run internal again. */
  async withdraw(id: string): Promise<Run> {
    return certain(runOf(await this.send('DELETE', `jobs/${id}/publication`)));
  }

  /** What the second of two runs has otherwise than the first. */
  async changes(first: string, second: string): Promise<Changes> {
    return changesOf(await this.get(`jobs/${first}/comparison/${second}`));
  }

  /** Runs that were made beforehand, by station. */
  async library(): Promise<Station[]> {
    return libraryOf(await this.get('flood-library'));
  }

  /** The run that was made beforehand for a level of a station or a release: of now where none is given. */
  async match(station: string, mark?: Mark): Promise<Match> {
    const asked = mark ? `&${MEMBER[mark.of]}=${mark.value}` : '';
    return matchOf(await this.get(`flood-library/match?station=${encodeURIComponent(station)}${asked}`));
  }

  /** The city's gauges that have alarm levels. */
  async gauges(): Promise<AlarmedGauge[]> {
    return alarmedGauges(await this.get(gaugesPath()));
  }

  /** Has runs made beforehand, one for each level. */
  async prepare(recipe: Recipe): Promise<Run[]> {
    return runsOf(await this.send('POST', 'flood-library', recipe));
  }

  async scenario(id: string): Promise<unknown> {
    return this.get(`jobs/${id}/scenario`);
  }

  async results(id: string): Promise<Results> {
    return resultsOf(id, await this.get(`jobs/${id}/results`));
  }

  /** Depth over time at a place; nothing outside of the run's area. */
  async hydrograph(id: string, [lon, lat]: Place): Promise<Hydrograph | undefined> {
    const coords = encodeURIComponent(`POINT(${lon.toFixed(7)} ${lat.toFixed(7)})`);
    try {
      return hydrographOf(await this.get(`jobs/${id}/position?coords=${coords}`));
    } catch (error) {
      if (error instanceof RequestError && error.status === 404) return undefined;
      throw error;
    }
  }

  /** The features of a layer of the city, such as its communes. */
  async features(collection: string, most: number): Promise<readonly unknown[]> {
    const answer = await this.get(`collections/${encodeURIComponent(collection)}/items?limit=${most}&f=json`);
    return list(record(answer).features);
  }

  /** A document of a run. */
  async get(path: string): Promise<unknown> {
    const response = await request(path, { headers: { Accept: 'application/json', ...bearer() } });
    this.clock.note(response);
    return response.json();
  }

  private async send(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await request(path, {
      method,
      headers: { Accept: 'application/json', ...bearer(), ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    this.clock.note(response);
    return response.json();
  }

  /** A file, which the caller may see only with a token. */
  async file(href: string): Promise<Blob> {
    return (await request(href, { headers: bearer() })).blob();
  }
}

/** An answer of the shape that was asked for. */
function certain<T>(found: T | undefined): T {
  if (found === undefined) throw new Error(w('common.failed'));
  return found;
}
