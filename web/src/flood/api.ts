/** What the flood part asks the server (OGC API Processes, and Dothi's results of runs). */

import type { Place } from '../app.ts';
import { RequestError, request } from '../api/http.ts';
import { list, record } from '../api/read.ts';
import { ServerClock } from '../live/api.ts';
import { bearer } from '../live/rights.ts';
import type { Hydrograph, Results, Run } from './model.ts';
import { hydrographOf, resultsOf, runOf, runsOf } from './wire.ts';

export class FloodApi {
  readonly clock = new ServerClock();

  /** A scenario that the city at hand can run in a few minutes; nothing where there is none. */
  async example(): Promise<unknown> {
    const answer = record(await this.get('processes/flood'));
    return record(record(answer.example).inputs).scenario;
  }

  /** Asks for a run. */
  async execute(scenario: unknown): Promise<Run> {
    const response = await request('processes/flood/execution', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'application/json', ...bearer() },
      body: JSON.stringify({ inputs: { scenario } }),
    });
    this.clock.note(response);
    const run = runOf(await response.json());
    if (!run) throw new RequestError(response.status);
    return run;
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

  /** A file, which the caller may see only with a token. */
  async file(href: string): Promise<Blob> {
    return (await request(href, { headers: bearer() })).blob();
  }
}
