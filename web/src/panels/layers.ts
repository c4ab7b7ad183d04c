import type { App, Part } from '../app.ts';
import { nameIn } from '../api/catalogue.ts';
import { THEMES } from '../api/types.ts';
import { t } from '../i18n/index.ts';
import type { MapLayer } from '../layers/stack.ts';
import { h, refill } from '../ui/dom.ts';
import { icon } from '../ui/icons.ts';
import { foldText } from '../ui/fold.ts';
import { layerDetails } from './layer-details.ts';
import { orderList } from './layer-order.ts';
import { liveRow } from './live-row.ts';

type Mode = 'theme' | 'order';

// Kept while the page is open, so that a change of language does not close what was open.
const memory = { mode: 'theme' as Mode, expanded: new Set<string>() };

/** The list of layers, by theme or in the order in which they are drawn. */
export function layersPanel(app: App): Part {
  const body = h('div', { class: 'layer-body' });
  const find = findBox(() => fill());
  const tabs = h('div', { class: 'segments', attrs: { role: 'tablist' } });
  const head = h('div', { class: 'layer-head' }, tabs);
  const reset = h(
    'button',
    { class: 'text-button', attrs: { type: 'button' }, on: { click: () => app.stack.reset() } },
    t('layers.reset'),
  );
  const count = h('span', { class: 'muted' });
  const send = h(
    'button',
    { class: 'text-button', attrs: { type: 'button' }, on: { click: () => app.open('upload') } },
    t('upload.open'),
  );
  const foot = h('div', { class: 'layer-foot' }, count, reset, send);

  const fill = (): void => {
    refill(tabs, tab('theme', t('layers.byTheme')), tab('order', t('layers.byOrder')));
    const query = foldText(find.querySelector('input')?.value ?? '');
    find.hidden = memory.mode === 'order';
    refill(body, memory.mode === 'theme' ? themeList(app, query) : orderList(app));
    note();
  };
  const note = (): void => {
    reset.hidden = !app.stack.isChanged;
    count.textContent = t('layers.visible', { n: app.stack.visibleFromTop.length });
  };
  const tab = (mode: Mode, label: string): HTMLElement =>
    h(
      'button',
      {
        attrs: { type: 'button', role: 'tab', 'aria-selected': String(memory.mode === mode) },
        on: {
          click: () => {
            memory.mode = mode;
            fill();
            tabs.querySelector<HTMLElement>('[aria-selected=true]')?.focus();
          },
        },
      },
      label,
    );

  fill();
  const stopStack = app.stack.onChange(note);
  const refresh = (): void => markOutOfZoom(app, body);
  app.map.on('zoomend', refresh);
  const element = h('section', { class: 'view', attrs: { 'aria-label': t('layers.title') } }, head, find, body, foot);
  queueMicrotask(refresh);
  return {
    element,
    dispose: () => {
      stopStack();
      app.map.off('zoomend', refresh);
    },
  };
}

function findBox(onInput: () => void): HTMLElement {
  const input = h('input', {
    attrs: {
      type: 'search',
      placeholder: t('layers.find'),
      'aria-label': t('layers.find'),
      autocomplete: 'off',
    },
    on: { input: onInput },
  });
  return h('div', { class: 'find' }, icon('search'), input);
}

function themeList(app: App, query: string): HTMLElement {
  const matches = (layer: MapLayer): boolean => {
    const { title, id } = layer.collection;
    return !query || foldText(`${title.vi} ${title.en} ${id}`).includes(query);
  };
  const all = [...app.stack.layers.values()].reverse();
  const groups = THEMES.flatMap((theme) => {
    const members = all.filter((layer) => layer.collection.theme === theme && matches(layer));
    const live = theme === 'live' && app.live && matchesLive(query) ? liveRow(app.live) : null;
    if (!members.length && !live) return [];
    return [
      h(
        'section',
        { class: 'theme', attrs: { 'data-theme': theme } },
        h('h3', {}, t(`theme.${theme}`)),
        h('ul', {}, live, ...members.map((layer) => row(app, layer))),
      ),
    ];
  });
  if (!groups.length) return h('p', { class: 'empty' }, t('layers.none'));
  return h('div', {}, ...groups);
}

/** Whether the live layer is what somebody looks for. */
function matchesLive(query: string): boolean {
  return !query || foldText(`${t('theme.live')} ${t('live.layer')}`).includes(query);
}

function row(app: App, layer: MapLayer): HTMLElement {
  const { id } = layer.collection;
  const name = nameIn(app.catalogue.collections, layer.collection);
  const details = h('div', { class: 'details', attrs: { id: `details-${id}` } });
  const open = memory.expanded.has(id);
  details.hidden = !open;
  if (open) refill(details, layerDetails(app, layer));
  const toggle = h('input', {
    attrs: { type: 'checkbox', role: 'switch', 'aria-label': t('layers.show', { name }), 'data-layer': id },
    on: {
      change: () => {
        app.stack.setVisible(id, toggle.checked);
        item.classList.toggle('on', toggle.checked);
      },
    },
  });
  toggle.checked = app.stack.isVisible(id);
  const more = h(
    'button',
    {
      class: 'name',
      attrs: {
        type: 'button',
        'aria-expanded': String(open),
        'aria-controls': `details-${id}`,
        'aria-label': t('layers.details', { name }),
      },
      on: {
        click: () => {
          details.hidden = !details.hidden;
          more.setAttribute('aria-expanded', String(!details.hidden));
          if (details.hidden) memory.expanded.delete(id);
          else memory.expanded.add(id);
          if (!details.childElementCount) refill(details, layerDetails(app, layer));
        },
      },
    },
    h('span', { class: 'label' }, name),
    isMixed(app) && layer.collection.synthetic && h('span', { class: 'tag' }, t('layers.synthetic')),
    icon('chevron'),
  );
  const item = h(
    'li',
    { class: `layer${toggle.checked ? ' on' : ''}`, attrs: { 'data-minzoom': layer.minZoom } },
    h('div', { class: 'layer-row' }, h('label', { class: 'switch' }, toggle, h('span')), more),
    details,
  );
  return item;
}

/** Whether generated layers stand beside real ones; where all are, the badge above says it once. */
function isMixed({ catalogue }: App): boolean {
  return catalogue.collections.some(({ synthetic }) => !synthetic);
}

/** Greys out layers that are drawn only further in. */
function markOutOfZoom(app: App, body: HTMLElement): void {
  const zoom = app.map.getZoom();
  for (const item of body.querySelectorAll<HTMLElement>('[data-minzoom]')) {
    const hidden = zoom < Number(item.dataset.minzoom);
    item.classList.toggle('out-of-zoom', hidden);
    item.title = hidden ? t('layers.zoomIn') : '';
  }
}
