import { RequestError } from '../api/http.ts';
import { fileOf, resultsOf, startJob } from '../api/jobs.ts';
import type { Collection } from '../api/types.ts';
import { t, titled } from '../i18n/index.ts';
import { h, refill } from '../ui/dom.ts';
import { icon } from '../ui/icons.ts';

/** Files of tiles that the server's process `tiles` writes: their name there, and for people. */
const CONTAINERS = [['pmtiles', 'PMTiles'], ['mbtiles', 'MBTiles']] as const;

/** A layer that is first drawn from here on is worth its closest tiles. */
const CLOSE_ZOOM = 13;
/** The last zoom that the process writes. */
const LAST_ZOOM = 16;

/** What the process is asked for. */
export function inputsOf({ id, zoom }: Pick<Collection, 'id' | 'zoom'>, format: string): Readonly<Record<string, unknown>> {
  // A copy without this server is looked at as closely as the layer itself.
  return { collections: [id], format, ...(zoom[0] >= CLOSE_ZOOM ? { maxZoom: LAST_ZOOM } : {}) };
}

/** A layer's vector tiles as one file: the buttons, and below them how far the job is. */
export function tileExport(collection: Collection): HTMLElement {
  const outcome = h('div', { class: 'stack', attrs: { 'aria-live': 'polite' } });
  const buttons = CONTAINERS.map(([format, name]) =>
    h('button', { class: 'text-button', attrs: { type: 'button', 'data-tiles': format }, on: { click: () => void make(format) } }, name),
  );
  const busy = (is: boolean): void => {
    for (const button of buttons) button.disabled = is;
  };

  const make = async (format: string): Promise<void> => {
    const running = new AbortController();
    const bar = h('progress', { attrs: { max: 100, value: 0, 'aria-label': t('layers.tilesProgress') } });
    const words = h('span', { class: 'small number' }, '0 %');
    const stop = h('button', { class: 'action', attrs: { type: 'button' }, on: { click: () => { running.abort(); } } }, icon('close'), t('upload.stop'));
    refill(outcome, h('div', { class: 'run-progress' }, bar, words), stop);
    busy(true);
    try {
      const job = await startJob('tiles', inputsOf(collection, format), running.signal);
      const tell = (share: number): void => {
        bar.value = Math.round(share * 100);
        words.textContent = `${bar.value} %`;
      };
      await resultsOf(job, tell, running.signal);
      const file = await fileOf(job, running.signal);
      const name = `${collection.id}${collection.synthetic ? '-synthetic' : ''}.${format}`;
      refill(outcome, save(file, name));
    } catch (error) {
      const isStopped = error instanceof DOMException && error.name === 'AbortError';
      refill(outcome, isStopped ? h('p', { class: 'muted' }, t('layers.tilesStopped')) : warning(error));
    }
    busy(false);
  };

  return h(
    'div',
    { class: 'stack tight', attrs: { 'aria-label': t('layers.tilesOf', { name: titled(collection.title) }), role: 'group' } },
    h('p', { class: 'small muted' }, t('layers.tiles')),
    h('div', { class: 'row' }, ...buttons),
    outcome,
  );
}

/** Saves a file, and leaves a link to save it once more. */
function save(file: Blob, name: string): HTMLElement {
  const href = URL.createObjectURL(file);
  const link = h('a', { class: 'text-button', attrs: { href, download: name } }, icon('check'), t('layers.tilesDone', { name }));
  link.click();
  return link;
}

function warning(error: unknown): HTMLElement {
  const words = error instanceof RequestError ? error.message : t('error.offline');
  return h('p', { class: 'warning-text', attrs: { role: 'alert' } }, words);
}
