/** Processes of the server that run as jobs: asked for, waited for, dismissed. */

import { lang } from '../i18n/index.ts';
import { bearer } from '../live/rights.ts';
import { RequestError, url } from './http.ts';
import { record, text } from './read.ts';

/** How often it is asked how far a job is. */
const ASK_MS = 500;

type Members = Readonly<Record<string, unknown>>;

/**
 * Asks for a process; the number of its job.
 *
 * @throws {RequestError} with the server's reason, in the language of the page.
 */
export async function startJob(process: string, inputs: Members, signal: AbortSignal): Promise<string> {
  const headers = { ...bearer(), 'Content-Type': 'application/json', Accept: 'application/json' };
  const body = JSON.stringify({ inputs });
  const made = await answered(await fetch(url(`processes/${process}/execution`), { method: 'POST', headers, body, signal }));
  return text(record(made).jobID);
}

/**
 * Waits for the end of a job and gives its results; `tell` hears the share that is done.
 *
 * @throws {RequestError} where it failed; an `AbortError` when told to leave off, and then the job is dismissed.
 */
export async function resultsOf(job: string, tell: (share: number) => void, signal: AbortSignal): Promise<Members> {
  const dismiss = (): void => {
    void fetch(url(`jobs/${job}`), { method: 'DELETE', headers: bearer() }).catch(() => undefined);
  };
  signal.addEventListener('abort', dismiss, { once: true });
  try {
    for (;;) {
      const status = record(await answered(await fetch(url(`jobs/${job}`), { headers: bearer(), signal })));
      tell(Number(status.progress) / 100 || 0);
      if (status.status === 'successful') break;
      if (status.status !== 'accepted' && status.status !== 'running') throw new RequestError(400, oneOf(text(status.message)));
      await new Promise((resolve) => setTimeout(resolve, ASK_MS));
    }
    return record(await answered(await fetch(url(`jobs/${job}/results`), { headers: bearer(), signal })));
  } finally {
    signal.removeEventListener('abort', dismiss);
  }
}

/** What a file of a job is, and what it is called: who has a token may read it, so it is fetched, not linked. */
export async function fileOf(job: string, signal: AbortSignal): Promise<Blob> {
  const response = await fetch(url(`jobs/${job}/results/file`), { headers: bearer(), signal });
  if (!response.ok) await answered(response);
  return response.blob();
}

async function answered(response: Response): Promise<unknown> {
  const said: unknown = parsed(await response.text());
  if (!response.ok) throw new RequestError(response.status, reasonIn(record(said)));
  return said;
}

/** A document; nothing where the words are none. */
export function parsed(words: string): unknown {
  try {
    return JSON.parse(words);
  } catch {
    return undefined;
  }
}

/** Why the server refused, in the language of the page. */
export function reasonIn(problem: Members): string | undefined {
  return text(lang() === 'vi' ? problem.detail : problem.detail_en) || text(problem.detail) || undefined;
}

/** Jobs say both languages at once: `vi / en`. */
function oneOf(message: string): string {
  const [vi, en] = message.split(' / ');
  return (lang() === 'vi' ? vi : en) ?? message;
}
