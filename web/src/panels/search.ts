import type { App, Part } from '../app.ts';
import { RequestError } from '../api/http.ts';
import { search } from '../api/search.ts';
import type { Hit } from '../api/types.ts';
import { t, titled } from '../i18n/index.ts';
import { frameBox } from '../map/frame.ts';
import { debounced, h, refill } from '../ui/dom.ts';
import { icon, type IconName } from '../ui/icons.ts';
import { goTo, readingsOf, type Reading } from './goto.ts';
import { chooseFeature } from './select.ts';

/** What the list below the search box offers. */
type Option =
  | { readonly kind: 'hit'; readonly hit: Hit }
  | { readonly kind: 'reading'; readonly reading: Reading };

const WAIT_MS = 180;
/** Until it asks again, while the server still reads what it is to find. */
const AGAIN_MS = 1000;

/** The search box: names, addresses, parcels and coordinates (ARIA combobox with a list). */
export function searchBox(app: App): Part {
  return new SearchBox(app).part();
}

class SearchBox {
  private readonly app: App;
  private readonly input: HTMLInputElement;
  private readonly list = h('ul', {
    class: 'results',
    attrs: { role: 'listbox', id: 'search-results', 'aria-label': t('search.results') },
  });
  private readonly said = h('p', { class: 'visually-hidden', attrs: { role: 'status' } });
  private readonly clearButton: HTMLElement;
  private options: readonly Option[] = [];
  private active = -1;
  private asking = new AbortController();
  private readonly ask = debounced(WAIT_MS, () => void this.answer());

  constructor(app: App) {
    this.app = app;
    this.input = h('input', {
      attrs: {
        type: 'text',
        role: 'combobox',
        inputmode: 'search',
        enterkeyhint: 'search',
        autocomplete: 'off',
        autocapitalize: 'off',
        spellcheck: 'false',
        // As long as the server reads.
        maxlength: 200,
        placeholder: t('search.placeholder'),
        'aria-label': t('search.label'),
        'aria-controls': 'search-results',
        'aria-expanded': 'false',
        'aria-autocomplete': 'list',
        id: 'search',
      },
      on: {
        input: () => this.ask(),
        keydown: (event) => this.key(event),
        focus: () => this.setOpen(this.list.childElementCount > 0),
        blur: () => setTimeout(() => this.setOpen(false), 150),
      },
    });
    this.clearButton = h(
      'button',
      {
        class: 'icon-button',
        attrs: { type: 'button', 'aria-label': t('search.clear'), title: t('search.clear') },
        on: { click: () => this.clear() },
      },
      icon('close'),
    );
    this.clearButton.hidden = true;
    this.setOpen(false);
  }

  part(): Part {
    const box = h('div', { class: 'search-box' }, icon('search'), this.input, this.clearButton);
    const element = h('div', { class: 'search', attrs: { role: 'search' } }, box, this.list, this.said);
    return { element, dispose: () => this.asking.abort() };
  }

  private async answer(): Promise<void> {
    this.asking.abort();
    this.asking = new AbortController();
    const { signal } = this.asking;
    const query = this.input.value.trim();
    this.clearButton.hidden = !query;
    if (!query) {
      this.show([], null);
      return;
    }
    const readings = await readingsOf(this.app, query);
    if (signal.aborted) return;
    if (readings.length) {
      this.show(readings.map((reading) => ({ kind: 'reading', reading })), t('goto.choose'));
      return;
    }
    try {
      for (;;) {
        const { hits, isWhole } = await search(query, signal);
        const options = hits.map((hit): Option => ({ kind: 'hit', hit }));
        if (isWhole) {
          this.show(options, hits.length ? null : this.nothing(query));
          return;
        }
        this.show(options, t('search.partial'));
        this.list.setAttribute('aria-busy', 'true');
        await new Promise((done) => setTimeout(done, AGAIN_MS));
        signal.throwIfAborted();
      }
    } catch (error) {
      if (error instanceof DOMException) return; // a newer question took its place
      const reason = error instanceof RequestError ? error.message : t('error.offline');
      this.show([], t('error.search', { reason }));
    }
  }

  private nothing(query: string): string {
    return `${t('search.none', { q: query })} ${t('search.noneHint')}`;
  }

  private show(options: readonly Option[], note: string | null): void {
    this.options = options;
    this.list.setAttribute('aria-busy', 'false');
    refill(
      this.list,
      note && h('li', { class: 'note', attrs: { role: 'presentation' } }, note),
      ...options.map((option, i) => this.row(option, i)),
    );
    this.said.textContent = note ?? (options.length ? t('search.count', { n: options.length }) : '');
    this.setActive(-1);
    this.setOpen(this.list.childElementCount > 0);
  }

  private row(option: Option, i: number): HTMLElement {
    const [name, first, rest] = this.wordsOf(option);
    return h(
      'li',
      {
        class: 'result',
        attrs: { role: 'option', id: `search-option-${i}`, 'aria-selected': 'false' },
        // Before the blur of the box closes the list.
        on: { mousedown: (event) => event.preventDefault(), click: () => this.choose(i) },
      },
      icon(name),
      h('span', {}, h('strong', {}, first), ...rest.map((line) => h('span', { class: 'note' }, line))),
    );
  }

  private wordsOf(option: Option): [IconName, string, readonly string[]] {
    if (option.kind === 'reading') return ['target', option.reading.title, option.reading.notes];
    const { hit } = option;
    const collection = this.app.catalogue.collections.find(({ id }) => id === hit.collection);
    const detail = titled(hit.detail) || (collection ? titled(collection.title) : hit.collection);
    return [iconOf(collection?.role), hit.label, [detail]];
  }

  private choose(i: number): void {
    const option = this.options[i];
    if (!option) return;
    this.setOpen(false);
    this.input.blur();
    if (option.kind === 'reading') goTo(this.app, option.reading.place);
    else this.goToHit(option.hit);
  }

  private goToHit(hit: Hit): void {
    const { map, stack } = this.app;
    this.input.value = hit.label;
    if (stack.layers.has(hit.collection)) stack.setVisible(hit.collection, true);
    const box = hit.bbox;
    if (box) frameBox(map, box, 60);
    else if (hit.point) map.flyTo({ center: [hit.point[0], hit.point[1]], zoom: Math.max(map.getZoom(), 17) });
    chooseFeature(this.app, [{ collection: hit.collection, id: hit.id }]);
  }

  private key(event: KeyboardEvent): void {
    const { length } = this.options;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      if (!length) return;
      const step = event.key === 'ArrowDown' ? 1 : -1;
      this.setOpen(true);
      this.setActive((this.active + step + length + (this.active < 0 && step < 0 ? 1 : 0)) % length);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      this.choose(Math.max(0, this.active));
    } else if (event.key === 'Escape') {
      if (this.list.hidden) this.clear();
      else this.setOpen(false);
    }
  }

  private setActive(i: number): void {
    this.active = i;
    for (const [at, row] of [...this.list.querySelectorAll('[role=option]')].entries()) {
      row.setAttribute('aria-selected', String(at === i));
      if (at === i) row.scrollIntoView({ block: 'nearest' });
    }
    if (i < 0) this.input.removeAttribute('aria-activedescendant');
    else this.input.setAttribute('aria-activedescendant', `search-option-${i}`);
  }

  private setOpen(open: boolean): void {
    this.list.hidden = !open;
    this.input.setAttribute('aria-expanded', String(open));
  }

  private clear(): void {
    this.input.value = '';
    this.clearButton.hidden = true;
    this.show([], null);
    this.input.focus();
  }
}

function iconOf(role: string | undefined): IconName {
  if (role === 'roads' || role === 'bridges') return 'road';
  if (role === 'buildings' || role === 'facilities') return 'building';
  if (role === 'parcels' || role === 'blocks') return 'parcel';
  return 'target';
}
