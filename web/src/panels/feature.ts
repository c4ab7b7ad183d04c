import type { App, Chosen, Part } from '../app.ts';
import { featureUrl, fetchCodes, fetchFeature, type CodeTitles } from '../api/features.ts';
import { RequestError } from '../api/http.ts';
import type { Collection, Column, Feature } from '../api/types.ts';
import { boundsOf } from '../geo/bounds.ts';
import { lang, t, titled } from '../i18n/index.ts';
import { frameBox } from '../map/frame.ts';
import { drawOverlay } from '../map/overlay.ts';
import { h, refill } from '../ui/dom.ts';
import { icon } from '../ui/icons.ts';
import { copyText } from '../ui/notice.ts';
import { pageLink } from './share.ts';
import { asLink, valueText } from './values.ts';

interface Attribute {
  readonly name: string;
  readonly label: string;
  readonly text: string;
}

/** Layers whose features may be devices that report. */
const DEVICE_ROLES: readonly string[] = [
  'gauges', 'rain-gauges', 'reservoirs', 'flood-marks', 'stations', 'traffic-detectors', 'signals', 'cameras', 'lighting-cabinets', 'lamps',
];

/** What the chosen feature is: its attributes in words, and what can be done with it. */
export function featurePanel(app: App): Part {
  const others = h('div', { class: 'others' });
  const body = h('div', { class: 'feature-body', attrs: { 'aria-live': 'polite' } });
  const element = h('section', { class: 'view', attrs: { 'aria-label': t('feature.title') } }, others, body);
  let asking = new AbortController();

  const show = async (): Promise<void> => {
    asking.abort();
    asking = new AbortController();
    const { signal } = asking;
    const current = app.state.get('current');
    refill(others, chooser(app));
    if (!current) return;
    refill(body, h('p', { class: 'muted busy' }, t('feature.loading')));
    try {
      const feature = await fetchFeature(current.collection, current.id, signal);
      const attributes = await attributesOf(app, feature);
      if (signal.aborted) return;
      drawOverlay(app.map, 'selection', [geometryOf(feature)]);
      refill(body, ...content(app, feature, attributes));
    } catch (error) {
      if (signal.aborted) return;
      refill(body, h('p', { class: 'warning-text' }, failure(error)));
    }
  };
  const stop = app.state.on('current', () => void show());
  void show();
  return {
    element,
    dispose: () => {
      stop();
      asking.abort();
    },
  };
}

function failure(error: unknown): string {
  if (error instanceof RequestError) {
    return error.status === 404 ? t('feature.gone') : error.message;
  }
  return t('error.offline');
}

/** A list to choose from where several features lie under the pointer. */
function chooser(app: App): HTMLElement | null {
  const chosen = app.state.get('chosen');
  if (chosen.length < 2) return null;
  const current = app.state.get('current');
  const option = (each: Chosen, i: number): HTMLElement =>
    h(
      'button',
      {
        class: 'chip',
        attrs: { type: 'button', 'aria-pressed': String(each === current) },
        on: { click: () => app.state.set('current', each) },
      },
      `${i + 1}. ${nameOf(app, each.collection)}`,
    );
  return h(
    'div',
    { class: 'chips', attrs: { role: 'group', 'aria-label': t('feature.several', { n: chosen.length }) } },
    h('span', { class: 'muted small' }, t('feature.several', { n: chosen.length })),
    ...chosen.map(option),
  );
}

function collectionOf(app: App, id: string): Collection | undefined {
  return app.catalogue.collections.find((each) => each.id === id);
}

function nameOf(app: App, collection: string): string {
  const found = collectionOf(app, collection);
  return found ? titled(found.title) : collection;
}

/** Attributes in the order of the columns. What the catalogue does not name is not shown. */
async function attributesOf(app: App, feature: Feature): Promise<Attribute[]> {
  const columns = collectionOf(app, feature.collection)?.properties ?? [];
  const all = await Promise.all(columns.map((column) => attributeOf(feature, column)));
  return all.flatMap((attribute) => attribute ?? []);
}

async function attributeOf(feature: Feature, column: Column): Promise<Attribute | undefined> {
  const value = feature.properties[column.name];
  const codes: CodeTitles | undefined =
    column.codeList && value !== null ? await fetchCodes(column.codeList) : undefined;
  const text = valueText(value, column, codes, lang());
  return text === undefined ? undefined : { name: column.name, label: titled(column.title), text };
}

function content(app: App, feature: Feature, attributes: readonly Attribute[]): HTMLElement[] {
  const collection = collectionOf(app, feature.collection);
  const named = attributes.find(({ name }) => name === (collection?.columns.name ?? 'name'));
  const heading = named?.text ?? `${nameOf(app, feature.collection)} ${feature.id}`;
  const rows = attributes.filter((attribute) => attribute !== named);
  return [
    h(
      'header',
      { class: 'feature-head' },
      h('p', { class: 'kicker' }, nameOf(app, feature.collection)),
      h('h2', { attrs: { tabindex: -1, 'data-feature': feature.id } }, heading),
      collection?.synthetic ? h('span', { class: 'tag' }, t('app.synthetic')) : null,
    ),
    rows.length ? table(rows) : h('p', { class: 'muted' }, t('feature.noAttributes')),
    actions(app, feature, attributes),
    ...(collection?.attribution
      ? [h('p', { class: 'muted small' }, t('feature.source', { source: collection.attribution }))]
      : []),
  ].filter((each) => each instanceof HTMLElement);
}

function table(attributes: readonly Attribute[]): HTMLElement {
  return h(
    'dl',
    { class: 'attributes' },
    ...attributes.flatMap(({ label, text }) => {
      const link = asLink(text);
      return [
        h('dt', {}, label),
        h('dd', {}, link ? h('a', { attrs: { href: link, rel: 'noopener noreferrer' } }, text) : text),
      ];
    }),
  );
}

function actions(app: App, feature: Feature, attributes: readonly Attribute[]): HTMLElement {
  const button = (name: Parameters<typeof icon>[0], label: string, run: () => void): HTMLElement =>
    h('button', { class: 'action', attrs: { type: 'button' }, on: { click: run } }, icon(name), label);
  const lines = attributes.map(({ label, text }) => `${label}\t${text}`).join('\n');
  const { live } = app;
  const isDevice = DEVICE_ROLES.includes(collectionOf(app, feature.collection)?.role ?? '');
  return h(
    'div',
    { class: 'actions' },
    live && isDevice && button('live', t('feature.live'), () => live.use((part) => part.openFeature(feature.collection, feature.id))),
    button('zoom', t('feature.zoom'), () => zoomTo(app, feature)),
    button('link', t('feature.link'), () => void copyText(pageLink())),
    button('copy', t('feature.copyAll'), () => void copyText(lines)),
    h(
      'a',
      {
        class: 'action',
        attrs: { href: featureUrl(feature.collection, feature.id), target: '_blank', rel: 'noopener' },
      },
      icon('open'),
      t('feature.open'),
    ),
  );
}

function zoomTo(app: App, feature: Feature): void {
  const box = feature.geometry && boundsOf(feature.geometry);
  if (box) frameBox(app.map, box, 60, 19);
}

function geometryOf(feature: Feature): GeoJSON.Feature {
  const geometry = feature.geometry ?? { type: 'GeometryCollection', geometries: [] };
  return { type: 'Feature', geometry, properties: {} };
}
