/** Sending a file and having it imported, as the server's processes take it. */

import { RequestError, request, url } from '../api/http.ts';
import { parsed, reasonIn, resultsOf, startJob } from '../api/jobs.ts';
import { list, record, text, title } from '../api/read.ts';
import type { Title } from '../i18n/index.ts';
import { bearer } from '../live/rights.ts';

/** What the importer is told. */
export interface Wanted {
  readonly layer: string;
  readonly role: string;
  readonly title?: Title;
  readonly crs?: string;
  /** Where the origin of an IFC model stands: longitude, latitude, and how far it is turned. */
  readonly place?: string;
  readonly replace: boolean;
}

/** What came of an import. */
export interface Imported {
  readonly layer: string;
  readonly read: number;
  readonly published: number;
  readonly repaired: number;
  readonly dropped: number;
  readonly notes: readonly Title[];
}

/** Hears how far the work is, from 0 to 1. */
export type Tell = (step: 'sending' | 'importing', share: number) => void;

/** Whether the caller may make layers: whom the server lets add features to a collection. */
export async function mayImport(collection: string): Promise<boolean> {
  const path = `collections/${encodeURIComponent(collection)}/items`;
  const response = await fetch(url(path), { method: 'OPTIONS', headers: bearer() });
  return /\bPOST\b/.test(response.headers.get('allow') ?? '');
}

/** The roles that a layer may play. */
export async function roles(): Promise<readonly string[]> {
  const response = await request('processes/import', { headers: { Accept: 'application/json' } });
  const inputs = record(record(await response.json()).inputs);
  return list(record(record(inputs.role).schema).enum).map(text);
}

/** The identifier of a layer that a file's name suggests. */
export function layerOf(file: string): string {
  const stem = file.replace(/(\.\w+)+$/, '');
  const plain = stem.normalize('NFD').replace(/\p{M}/gu, '').replace(/[đĐ]/g, 'd').toLowerCase();
  return plain.replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 60);
}

/**
 * Sends a file and has it imported.
 *
 * @throws {RequestError} with the server's reason, in the language of the page; an `AbortError` when told to leave off.
 */
export async function importFile(file: File, wanted: Wanted, tell: Tell, signal: AbortSignal): Promise<Imported> {
  const upload = await send(file, (share) => tell('sending', share), signal);
  tell('importing', 0);
  let job: string;
  try {
    job = await jobOf(upload, wanted, signal);
  } catch (error) {
    // What was refused may be sent again, and the server keeps but a few of one person.
    void fetch(url(`uploads/${upload}`), { method: 'DELETE', headers: bearer() }).catch(() => undefined);
    throw error;
  }
  const result = await resultsOf(job, (share) => tell('importing', share), signal);
  return imported(record(result.report));
}

/** Asks for the import of what was sent; the number of its job. */
function jobOf(upload: string, wanted: Wanted, signal: AbortSignal): Promise<string> {
  return startJob('import', { upload, ...wanted }, signal);
}

function imported(report: Readonly<Record<string, unknown>>): Imported {
  const sum = (counts: unknown): number => Object.values(record(counts)).reduce<number>((all, one) => all + (Number(one) || 0), 0);
  return {
    layer: text(report.layer),
    read: Number(report.read) || 0,
    published: Number(report.published) || 0,
    repaired: sum(report.repaired),
    dropped: sum(report.dropped),
    notes: list(report.notes).map((note) => title(note)),
  };
}

/** Sends a file as a form does; its identifier. A request of the older kind tells how much has gone. */
function send(file: File, tell: (share: number) => void, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const sending = new XMLHttpRequest();
    const leave = (): void => {
      sending.abort();
    };
    sending.open('POST', url(`uploads?name=${encodeURIComponent(file.name)}`));
    for (const [name, value] of Object.entries(bearer())) sending.setRequestHeader(name, value);
    sending.upload.addEventListener('progress', (event) => {
      tell(event.total ? event.loaded / event.total : 0);
    });
    sending.addEventListener('load', () => {
      const said = record(parsed(sending.responseText));
      if (sending.status === 201) resolve(text(said.id));
      else reject(new RequestError(sending.status, reasonIn(said)));
    });
    sending.addEventListener('error', () => {
      reject(new RequestError(0));
    });
    sending.addEventListener('abort', () => {
      reject(new DOMException('', 'AbortError'));
    });
    sending.addEventListener('loadend', () => {
      signal.removeEventListener('abort', leave);
    });
    signal.addEventListener('abort', leave);
    const form = new FormData();
    form.append('file', file);
    sending.send(form);
  });
}
