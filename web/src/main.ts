/** The first thing the page runs: light, so that something stands there while the map comes. */

import './styles/app.css';

import type { StyleSpecification } from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url';

import { fetchCatalogue } from './api/catalogue.ts';
import { RequestError, getJson } from './api/http.ts';
import { parseHash } from './hash.ts';
import { setLang, t } from './i18n/index.ts';
import { h, refill } from './ui/dom.ts';
import { icon } from './ui/icons.ts';
import { mountNotices } from './ui/notice.ts';

async function main(): Promise<void> {
  // The map's worker is asked for last by the library; here it comes while the library loads.
  void fetch(new URL(workerUrl, document.baseURI)).catch(() => undefined);
  setLang(parseHash(location.hash).lang ?? 'vi');
  mountNotices(document.body);
  document.querySelector('.skip')?.addEventListener('click', (event) => {
    // The hash keeps the view, so the link must not change it.
    event.preventDefault();
    document.querySelector<HTMLElement>('#map canvas')?.focus();
  });
  await open();
}

async function open(): Promise<void> {
  const cover = document.querySelector<HTMLElement>('#cover');
  const container = document.querySelector<HTMLElement>('#map');
  if (!cover || !container) throw new Error('index.html has no #map or no #cover');
  cover.hidden = false;
  refill(cover, h('p', { class: 'opening' }, t('app.loading')));
  try {
    // All three at once: the page, the data's description and the map's library.
    const [catalogue, style, { start }] = await Promise.all([
      fetchCatalogue(),
      getJson('./styles/dothi?f=mapbox') as Promise<StyleSpecification>,
      import('./start.ts'),
    ]);
    if (!catalogue.collections.length) { showEmpty(cover); return; }
    await start(container, catalogue, style);
    cover.hidden = true;
  } catch (error) {
    showFailure(cover, error);
  }
}

function showEmpty(cover: HTMLElement): void {
  refill(
    cover,
    h(
      'div',
      { class: 'card' },
      h('h1', {}, t('error.empty')),
      h('p', {}, t('error.emptyHint')),
      h('pre', {}, 'datasets import roads.shp --layer roads --role roads --into data'),
      retryButton(),
    ),
  );
}

function showFailure(cover: HTMLElement, error: unknown): void {
  const isWebGl = error instanceof Error && /webgl/i.test(error.message);
  const reason = isWebGl ? t('error.webgl') : error instanceof RequestError ? error.message : t('error.offline');
  refill(
    cover,
    h('div', { class: 'card', attrs: { role: 'alert' } }, icon('warning'), h('h1', {}, t('error.title')), h('p', {}, reason), retryButton()),
  );
}

function retryButton(): HTMLElement {
  return h(
    'button',
    { class: 'action primary', attrs: { type: 'button' }, on: { click: () => void open() } },
    t('common.retry'),
  );
}

void main();
