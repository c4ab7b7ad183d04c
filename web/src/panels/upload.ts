import { RequestError } from '../api/http.ts';
import { nameIn } from '../api/catalogue.ts';
import type { App, Part } from '../app.ts';
import { t, titled, type Key } from '../i18n/index.ts';
import { tokenRow } from '../live/rights.ts';
import { h, refill } from '../ui/dom.ts';
import { icon } from '../ui/icons.ts';
import { importFile, layerOf, mayImport, roles, type Imported } from '../upload/send.ts';

/** What the importer reads of one file. */
const ENDINGS = '.zip,.geojson,.json,.gpkg,.kml,.kmz,.dxf,.csv,.fgb,.gml,.tif,.tiff,.xlsx,.ifc';

/** Longitude, latitude and degrees, as the importer takes them. */
const PLACE = '\\s*-?[0-9]+([.][0-9]+)?\\s*,\\s*-?[0-9]+([.][0-9]+)?(\\s*,\\s*-?[0-9]+([.][0-9]+)?)?\\s*';

/** A file of an editor becomes a layer: who may, a form, how far it is, what came of it. */
export function uploadPanel(app: App): Part {
  const element = h('section', { class: 'view stack upload', attrs: { 'aria-label': t('upload.title') } });
  let leave: AbortController | undefined;

  const begin = async (): Promise<void> => {
    refill(element, h('p', { class: 'muted' }, t('upload.checking')));
    const anyone = app.catalogue.collections.find((collection) => collection.downloads.length > 0);
    try {
      if (anyone && (await mayImport(anyone.id))) refill(element, form(await roles()));
      else refill(element, gate());
    } catch (error) {
      refill(element, warning(reasonOf(error)));
    }
  };

  /** Where who may not says who they are. */
  const gate = (): HTMLElement => {
    const token = tokenRow();
    token.element.hidden = false;
    const go = h('button', { class: 'action primary', attrs: { type: 'submit' } }, icon('check'), t('upload.check'));
    const submit = (event: Event): void => {
      event.preventDefault();
      token.take();
      void begin();
    };
    return h('form', { class: 'stack', on: { submit } }, h('p', {}, t('upload.onlyEditors')), token.element, go);
  };

  const form = (all: readonly string[]): HTMLElement => {
    const file = h('input', { attrs: { type: 'file', accept: ENDINGS, required: true, name: 'file' } });
    const layer = h('input', { attrs: { type: 'text', required: true, pattern: '[a-z0-9]+(-[a-z0-9]+)*', maxlength: 60, name: 'layer', autocomplete: 'off' } });
    const role = h('select', { attrs: { name: 'role' } }, ...all.map((one) => h('option', { attrs: { value: one, selected: one === 'other' } }, roleName(app, one))));
    const name = h('input', { attrs: { type: 'text', name: 'title', autocomplete: 'off' } });
    const crs = h('input', { attrs: { type: 'text', name: 'crs', placeholder: 'EPSG:5899', pattern: 'EPSG:[0-9]{4,6}', autocomplete: 'off' } });
    const place = h('input', { attrs: { type: 'text', name: 'place', placeholder: '108.4835, 15.5655, 30', pattern: PLACE, autocomplete: 'off' } });
    const here = (): void => {
      const { lng, lat } = app.map.getCenter();
      place.value = `${lng.toFixed(6)}, ${lat.toFixed(6)}`;
    };
    const replace = h('input', { attrs: { type: 'checkbox', name: 'replace' } });
    const outcome = h('div', { class: 'stack', attrs: { 'aria-live': 'polite' } });
    const go = h('button', { class: 'action primary', attrs: { type: 'submit' } }, icon('up'), t('upload.go'));
    file.addEventListener('change', () => {
      const chosen = file.files?.[0];
      if (!chosen) return;
      layer.value = layerOf(chosen.name);
      const isModel = /\.ifc$/i.test(chosen.name);
      standing.hidden = !isModel;
      if (isModel) role.value = 'buildings';
      name.value ||= chosen.name.replace(/(\.\w+)+$/, '');
    });
    const submit = async (): Promise<void> => {
      const chosen = file.files?.[0];
      if (!chosen) return;
      const running = (leave = new AbortController());
      const bar = h('progress', { attrs: { max: 100, value: 0, 'aria-label': t('upload.progress') } });
      const words = h('span', { class: 'small number' });
      const stop = h('button', { class: 'action', attrs: { type: 'button' }, on: { click: () => { running.abort(); } } }, icon('close'), t('upload.stop'));
      refill(outcome, h('div', { class: 'run-progress' }, bar, words), stop);
      go.disabled = true;
      const tell = (step: 'sending' | 'importing', share: number): void => {
        bar.value = Math.round(share * 100);
        words.textContent = `${t(`upload.${step}`)} ${bar.value} %`;
      };
      const title = name.value.trim();
      const wanted = {
        layer: layer.value.trim(),
        role: role.value,
        replace: replace.checked,
        ...(title ? { title: { vi: title, en: title } } : {}),
        ...(crs.value.trim() ? { crs: crs.value.trim() } : {}),
        ...(place.value.trim() && !standing.hidden ? { place: place.value.replace(/\s/g, '') } : {}),
      };
      try {
        refill(outcome, told(await importFile(chosen, wanted, tell, running.signal)));
      } catch (error) {
        const isStopped = error instanceof DOMException && error.name === 'AbortError';
        refill(outcome, isStopped ? h('p', { class: 'muted' }, t('upload.stopped')) : warning(reasonOf(error)));
      }
      leave = undefined;
      go.disabled = false;
    };
    const field = (key: Key, input: HTMLElement, hint?: Key): HTMLElement =>
      h('label', { class: 'stack tight' }, h('span', {}, t(key)), input, hint ? h('span', { class: 'small muted' }, t(hint)) : null);
    const standing = h(
      'div',
      { class: 'stack tight' },
      field('upload.place', place, 'upload.placeHint'),
      h('button', { class: 'action', attrs: { type: 'button' }, on: { click: here } }, icon('locate'), t('upload.placeHere')),
    );
    standing.hidden = true;
    return h(
      'form',
      {
        class: 'stack',
        on: {
          submit: (event) => {
            event.preventDefault();
            void submit();
          },
        },
      },
      field('upload.file', file, 'upload.fileHint'),
      field('upload.layer', layer, 'upload.layerHint'),
      field('upload.name', name),
      field('upload.role', role),
      field('upload.crs', crs, 'upload.crsHint'),
      standing,
      h('label', { class: 'row' }, replace, h('span', {}, t('upload.replace'))),
      go,
      outcome,
    );
  };

  void begin();
  return { element, dispose: () => leave?.abort() };
}

/** What came of it; the map is read anew to show it. */
function told({ layer, read, published, repaired, dropped, notes }: Imported): HTMLElement {
  const again = h('button', { class: 'action primary', attrs: { type: 'button' }, on: { click: () => { location.reload(); } } }, icon('layers'), t('upload.reload'));
  return h(
    'div',
    { class: 'stack', attrs: { 'data-imported': layer } },
    h('p', {}, icon('check'), ' ', t('upload.done', { layer, published, read })),
    repaired > 0 ? h('p', { class: 'small' }, t('upload.repaired', { n: repaired })) : null,
    dropped > 0 ? h('p', { class: 'warning-text small' }, t('upload.dropped', { n: dropped })) : null,
    ...notes.slice(0, 5).map((note) => h('p', { class: 'small muted' }, titled(note))),
    again,
  );
}

/** A role by the name of a layer that plays it. */
function roleName({ catalogue }: App, role: string): string {
  if (role === 'other') return t('upload.otherRole');
  const plays = catalogue.collections.find((collection) => collection.role === role);
  return plays ? `${nameIn(catalogue.collections, plays)} (${role})` : role;
}

function warning(words: string): HTMLElement {
  return h('p', { class: 'warning-text', attrs: { role: 'alert' } }, words);
}

function reasonOf(error: unknown): string {
  return error instanceof RequestError ? error.message : t('error.offline');
}
