/** Everything of a run that can be taken home. */

import { titled } from '../../i18n/index.ts';
import { sign } from '../../live/signs.ts';
import { h } from '../../ui/dom.ts';
import { notify } from '../../ui/notice.ts';
import { reasonOf, type Flood } from '../flood.ts';
import { OF_PEOPLE, type FileLink, type Results } from '../model.ts';
import { isWord, w } from '../words.ts';
import { section } from './form.ts';

const ENDINGS: readonly (readonly [RegExp, ending: string, name: string])[] = [
  [/tiff/, 'tif', 'GeoTIFF'],
  [/geo\+json/, 'geojson', 'GeoJSON'],
  [/csv/, 'csv', 'CSV'],
  [/pdf/, 'pdf', 'PDF'],
  [/wordprocessingml/, 'docx', 'DOCX'],
  [/spreadsheetml/, 'xlsx', 'XLSX'],
  [/html/, 'html', 'HTML'],
  [/json/, 'json', 'JSON'],
];
/** Results that are features, whatever their type says. */
const FEATURES = ['buildings', 'roads', 'facilities', 'evacuation'];

interface Offer {
  readonly name: string;
  readonly words: string;
  readonly href: string;
  readonly type: string;
}

export function filesBox(flood: Flood, results: Results): HTMLElement {
  const own = `jobs/${results.run}`;
  const json = 'application/json';
  const offers: Offer[] = [
    ...results.files.filter(({ name }) => !flood.isDenied || !OF_PEOPLE.some((each) => each === name)).map(({ name, title, href, type }) => ({
      name, href, type: type || (FEATURES.includes(name) ? 'application/geo+json' : json), words: title ? titled(title) : wordsOf(name),
    })),
    { name: 'summary', words: w('file.summary'), href: `${own}/results/summary`, type: json },
    { name: 'scenario', words: w('file.scenario'), href: `${own}/scenario`, type: json },
  ];
  const frame = results.frames;
  const list = h('ul', { class: 'file-list' }, ...offers.map((offer) => h('li', {}, row(flood, results, offer))));
  if (frame?.href) list.append(h('li', {}, frameRow(flood, results, frame.href)));
  return section(w('file.title'), list);
}

function wordsOf(name: string): string {
  const word = `file.${name}`;
  return isWord(word) ? w(word) : name;
}

/** How a file of a media type ends, and what people call it. */
function endingOf(type: string): readonly [RegExp | undefined, ending: string, name: string] {
  return ENDINGS.find(([pattern]) => pattern.test(type)) ?? [undefined, 'bin', ''];
}

function row(flood: Flood, results: Results, { name, words, href, type }: Offer): HTMLElement {
  const [, ending, format] = endingOf(type);
  return fileButton(flood, words, format, () => [href, `flood-${results.run}-${name}.${ending}`]);
}

/** The depth at the minute that is shown. */
function frameRow(flood: Flood, results: Results, href: string): HTMLElement {
  return fileButton(flood, w('file.frame'), 'GeoTIFF', () => [
    href.replace('{minutes}', String(flood.minutes)),
    `flood-${results.run}-depth-${flood.minutes}min.tif`,
  ]);
}

/** A link of the server to a file, with the words of its title. */
export function linkRow(flood: Flood, { title, href, type }: FileLink, stem: string): HTMLElement {
  const [, ending, format] = endingOf(type);
  return fileButton(flood, title ? titled(title) : format || href, format, () => [href, `${stem}.${ending}`]);
}

function fileButton(flood: Flood, words: string, format: string, what: () => readonly [href: string, name: string]): HTMLElement {
  const button = h(
    'button',
    {
      class: 'file-row',
      attrs: { type: 'button' },
      on: {
        click: () => {
          const [href, name] = what();
          button.disabled = true;
          flood.api.file(href)
            .then((blob) => save(blob, name), (error: unknown) => notify(reasonOf(error), 'warning'))
            .finally(() => { button.disabled = false; });
        },
      },
    },
    sign('download'),
    h('span', {}, words),
    h('span', { class: 'small muted' }, format),
  );
  return button;
}

/** Hands a file to the browser, which keeps it under a name. */
export function save(blob: Blob, name: string): void {
  const href = URL.createObjectURL(blob);
  const link = h('a', { attrs: { href, download: name } });
  document.body.append(link);
  link.click();
  link.remove();
  // The browser takes a moment to begin reading.
  setTimeout(() => URL.revokeObjectURL(href), 10_000);
}
