import type { App, Part } from './app.ts';
import { lang, setLang, t, titled } from './i18n/index.ts';
import { attribution, syntheticBadge } from './panels/attribution.ts';
import { readout } from './panels/readout.ts';
import { searchBox } from './panels/search.ts';
import { Sidebar } from './panels/sidebar.ts';
import { toolbar } from './panels/tools.ts';
import { url } from './api/http.ts';
import { h, refill } from './ui/dom.ts';
import { brandMark } from './ui/brand.ts';
import { icon } from './ui/icons.ts';
import { hush } from './ui/notice.ts';

/** The parts around the map. */
export interface Page {
  readonly sidebar: Sidebar;
}

/** Builds the parts around the map; on a change of language, all of them anew. */
export function mountPage(app: App): Page {
  const root = document.querySelector<HTMLElement>('#page');
  if (!root) throw new Error('index.html has no #page');
  const page: { sidebar: Sidebar } = { sidebar: new Sidebar(app) };
  let parts: Part[] = [];
  const build = (): void => {
    const { panel } = page.sidebar;
    page.sidebar.dispose();
    for (const part of parts) part.dispose?.();
    page.sidebar = new Sidebar(app);
    const badge = syntheticBadge(app);
    const search = searchBox(app);
    const tools = toolbar(app);
    const coordinates = readout(app);
    const sources = attribution(app);
    parts = [badge, search, tools, coordinates, sources];
    const changeLanguage = (): void => {
      setLang(lang() === 'vi' ? 'en' : 'vi');
      hush();
      build();
      app.live?.relabel();
      app.flood?.relabel();
      app.remember();
      root.querySelector<HTMLElement>('.language')?.focus();
    };
    refill(
      root,
      h(
        'div',
        { class: 'side' },
        brand(app, badge.element, changeLanguage),
        search.element,
        page.sidebar.element,
      ),
      tools.element,
      h('footer', { class: 'status' }, coordinates.element, sources.element),
    );
    page.sidebar.show(panel);
    name(app);
  };
  build();
  return page;
}

function brand(app: App, badge: HTMLElement, changeLanguage: () => void): HTMLElement {
  return h(
    'header',
    { class: 'brand' },
    brandMark(),
    h('h1', {}, titled(app.catalogue.title) || t('app.tagline')),
    badge,
    app.catalogue.hasTwin &&
      h(
        'a',
        { class: 'icon-button', attrs: { href: url('3d'), title: t('app.twin'), 'aria-label': t('app.twin') } },
        icon('cube'),
      ),
    h(
      'button',
      {
        class: 'language',
        attrs: { type: 'button', 'aria-label': t('app.language'), title: t('app.language') },
        on: { click: changeLanguage },
      },
      t('app.languageShort'),
    ),
  );
}

/** Texts that stand outside the parts. */
function name(app: App): void {
  document.title = `${titled(app.catalogue.title) || t('app.tagline')} · Dothi`;
  app.map.getCanvas().setAttribute('aria-label', t('app.map'));
  const skip = document.querySelector('.skip');
  if (skip) skip.textContent = t('app.skip');
}
