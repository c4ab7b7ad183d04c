import { t } from '../i18n/index.ts';
import { record } from './read.ts';

/** The server's address: the folder this page was served from, so that a base path works. */
export function base(): string {
  return new URL('.', document.baseURI).href;
}

/** The absolute address of a path below the server's base. */
export function url(path: string): string {
  return new URL(path, base()).href;
}

/** Whether an address is of results that only who is on duty may see: runs, and the nowcast. */
export const isInternal = (address: string): boolean => /\/(jobs|nowcast)\//.test(address);

/** What went wrong with a request, in words for people. */
export class RequestError extends Error {
  /** HTTP status; 0 when the server was not reached. */
  readonly status: number;

  constructor(status: number, detail?: string) {
    super(detail ?? (status === 0 ? t('error.offline') : t('error.server', { status })));
    this.status = status;
  }
}

/**
 * Fetches a JSON document from the server.
 *
 * @throws {RequestError} when the server is not reached or refuses; the reason of a problem
 * document (RFC 9457) is in its message.
 */
export async function getJson(path: string, signal?: AbortSignal): Promise<unknown> {
  const response = await request(path, { headers: { Accept: 'application/json' }, ...(signal ? { signal } : {}) });
  return response.json();
}

/**
 * Sends a request to the server.
 *
 * @throws {RequestError} as `getJson` does.
 */
export async function request(path: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url(path), init);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new RequestError(0);
  }
  if (!response.ok) throw new RequestError(response.status, await reason(response));
  return response;
}

async function reason(response: Response): Promise<string | undefined> {
  if (response.status >= 500) return undefined;
  const body: unknown = await response.json().catch(() => undefined);
  const detail = record(body).detail;
  return typeof detail === 'string' ? detail : undefined;
}
