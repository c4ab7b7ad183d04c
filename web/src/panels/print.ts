import type { App, Part } from '../app.ts';
import { formatMetres } from '../coords/format.ts';
import { zoneName } from '../coords/zones.ts';
import type { Sheet } from '../flood/sheet.ts';
import { lang, t, titled, type Key } from '../i18n/index.ts';
import { h, refill } from '../ui/dom.ts';
import { icon } from '../ui/icons.ts';
import { notify } from '../ui/notice.ts';
import { attributionsOf, showsSynthetic } from './attribution.ts';
import { legendList } from './layer-details.ts';
import { PX_PER_MM, northArrow, pictureOf, scaleOf, type Picture } from './picture.ts';

/** Millimetres of the map's frame inside margins of 10 mm, with room for what stands above and below it. */
const FRAMES = {
  A4: { landscape: { width: 277, height: 150 }, portrait: { width: 190, height: 222 } },
  A3: { landscape: { width: 400, height: 220 }, portrait: { width: 277, height: 335 } },
} as const;
type Paper = keyof typeof FRAMES;
type Orientation = keyof (typeof FRAMES)[Paper];

/** Width of the legend; on the larger paper its words are larger. */
const LEGEND_MM = { A4: 58, A3: 74 } as const;

interface Wanted {
  readonly title: string;
  readonly note: string;
  readonly paper: Paper;
  readonly orientation: Orientation;
  readonly legend: boolean;
  /** All of the results that are shown, instead of what is seen. */
  readonly whole: boolean;
}

/** Makes a page of what the map shows. */
export function printPanel(app: App): Part {
  const sheet = app.flood?.sheet;
  const title = h('input', { attrs: { type: 'text', value: sheet?.title ?? titled(app.catalogue.title), id: 'print-name' } });
  const note = h('input', { attrs: { type: 'text', value: sheet?.note ?? '', id: 'print-note' } });
  const legend = h('input', { attrs: { type: 'checkbox', checked: true } });
  const paper = choiceOf('print.paper', 'paper', [['A4', 'A4'], ['A3', 'A3']]);
  const orientation = choiceOf('print.orientation', 'orientation', [['landscape', t('print.landscape')], ['portrait', t('print.portrait')]]);
  // What the map is framed to beside the panels is not what fits on paper.
  const extent = choiceOf('print.extent', 'extent', sheet?.box ? [['whole', t('print.whole')], ['seen', t('print.asSeen')]] : [['seen', t('print.asSeen')]]);
  const go = h(
    'button',
    { class: 'action primary', attrs: { type: 'submit' } },
    icon('print'),
    h('span', {}, t('print.go')),
  );
  const submit = async (): Promise<void> => {
    const label = go.querySelector('span');
    go.disabled = true;
    if (label) label.textContent = t('print.making');
    try {
      await print(app, {
        title: title.value,
        note: note.value,
        paper: paper.value(),
        orientation: orientation.value(),
        legend: legend.checked,
        whole: extent.value() === 'whole',
      });
    } catch {
      notify(t('print.failed'), 'warning');
    }
    go.disabled = false;
    if (label) label.textContent = t('print.go');
  };
  const form = h(
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
    h('label', { class: 'stack tight' }, t('print.name'), title),
    h('label', { class: 'stack tight' }, t('print.note'), note),
    paper.element,
    orientation.element,
    sheet?.box ? extent.element : null,
    h('label', { class: 'check' }, legend, t('print.legend')),
    go,
  );
  return { element: h('section', { class: 'view' }, form) };
}

/** A few choices, of which the first holds at first. */
function choiceOf<T extends string>(key: Key, name: string, options: readonly (readonly [T, string])[]): { readonly element: HTMLElement; readonly value: () => T } {
  const inputs = options.map(([value], i) => h('input', { attrs: { type: 'radio', name, value, checked: i === 0 } }));
  const element = h('fieldset', {}, h('legend', {}, t(key)), ...options.map(([, words], i) => h('label', {}, inputs[i], words)));
  const first = options[0];
  return {
    element,
    value: () => {
      const chosen = options[inputs.findIndex((each) => each.checked)] ?? first;
      if (!chosen) throw new Error('a choice has options');
      return chosen[0];
    },
  };
}

async function print(app: App, wanted: Wanted): Promise<void> {
  const sheet = app.flood?.sheet;
  const frame = FRAMES[wanted.paper][wanted.orientation];
  const width_mm = frame.width - (wanted.legend ? LEGEND_MM[wanted.paper] : 0);
  const picture = await pictureOf(app.map, width_mm * PX_PER_MM, frame.height * PX_PER_MM, {
    // The larger paper shows the same ground, larger.
    closer: wanted.paper === 'A3' ? 0.5 : 0,
    ...(wanted.whole && sheet?.box ? { box: sheet.box } : {}),
    ...(sheet ? { headers: sheet.headers } : {}),
  });
  const image = h('img', { attrs: { src: picture.image, alt: '' } });
  image.style.width = `${width_mm}mm`;
  image.style.height = `${frame.height}mm`;
  const page = await pageOf(app, wanted, { picture, image, sheet });
  document.querySelector('.print-root')?.remove();
  const rule = h('style', {}, `@page { size: ${wanted.paper} ${wanted.orientation}; margin: 10mm; }`);
  const root = h('div', { class: `print-root ${wanted.orientation} paper-${wanted.paper}` }, rule, page);
  root.style.setProperty('--map-height', `${frame.height}mm`);
  document.body.append(root);
  await image.decode();
  window.addEventListener('afterprint', () => root.remove(), { once: true });
  window.print();
}

interface Drawn {
  readonly picture: Picture;
  readonly image: HTMLElement;
  /** What the flood part shows. */
  readonly sheet: Sheet | undefined;
}

async function pageOf(app: App, wanted: Wanted, { picture, image, sheet }: Drawn): Promise<HTMLElement> {
  const [standing, ...more] = sheet?.standing ?? [];
  const isSynthetic = showsSynthetic(app) || sheet?.isSynthetic === true;
  // A map that is fitted to a box lies with north up.
  const bearing = wanted.whole && sheet?.box ? 0 : app.map.getBearing();
  return h(
    'article',
    { class: 'print-page' },
    h(
      'header',
      {},
      h('div', {}, h('h1', {}, wanted.title), wanted.note ? h('p', {}, wanted.note) : null),
      h(
        'div',
        { class: 'print-marks' },
        standing ? h('p', { class: sheet?.isPublished ? 'print-standing published' : 'print-standing' }, standing) : null,
        isSynthetic ? h('p', { class: 'print-synthetic' }, t('print.synthetic')) : null,
      ),
    ),
    h(
      'div',
      { class: 'print-main' },
      h('div', { class: 'print-map' }, image, northArrow(bearing)),
      wanted.legend ? printedLegend(app, wanted, sheet) : null,
    ),
    await footer(app, picture, more),
  );
}

/** Millimetres of a row, of the name of a layer, and of what stands above them all; and letters that fit a row. */
const ROWS = { A4: { row: 4.6, name: 6.6, head: 6, letters: 30 }, A3: { row: 6.2, name: 9, head: 8, letters: 28 } } as const;

/** As many of the layers as there is room for: what is cut through tells nothing. */
function fitting(paper: Paper, sections: readonly HTMLElement[], room_mm: number): readonly HTMLElement[] {
  const { row, name, letters } = ROWS[paper];
  let left = room_mm;
  return sections.filter((section) => {
    const lines = [...section.querySelectorAll('li')].map(({ textContent }) => Math.ceil(Math.max(1, textContent.length) / letters));
    const height = name + row * lines.reduce((sum, each) => sum + each, 0);
    if (height > left) return false;
    left -= height;
    return true;
  });
}

function printedLegend(app: App, { paper, orientation }: Wanted, sheet: Sheet | undefined): HTMLElement {
  const parts = app.stack.visibleFromTop.flatMap((id) => {
    const layer = app.stack.layers.get(id);
    const list = layer && layer.minZoom <= app.map.getZoom() ? legendList(layer.legend) : null;
    return layer && list ? [h('section', {}, h('h3', {}, titled(layer.collection.title)), list)] : [];
  });
  const { row, head } = ROWS[paper];
  // The water's own legend comes first, and a line is kept for what is left out.
  const all = [...(sheet?.legend() ?? []), ...parts];
  const shown = fitting(paper, all, FRAMES[paper][orientation].height - head - 2 * row);
  const rest = all.length - shown.length;
  return h('div', { class: 'print-legend' }, h('h2', {}, t('layers.legend')), ...shown, rest ? h('p', { class: 'print-rest' }, t('print.rest', { n: rest })) : null);
}

async function footer(app: App, picture: Picture, told: readonly string[]): Promise<HTMLElement> {
  const { toGrid } = await import('../coords/vn2000.ts');
  const zone = app.state.get('zone');
  const [east, north] = toGrid(zone, picture.center);
  const today = new Date().toLocaleDateString(lang() === 'vi' ? 'vi-VN' : 'en-GB', { timeZone: 'Asia/Ho_Chi_Minh' });
  const footer = h('footer', {});
  const crs = t('print.crs', { zone: zoneName(zone), x: formatMetres(north, 0), y: formatMetres(east, 0) });
  refill(
    footer,
    scaleOf(picture),
    h('div', {}, ...told.map((words) => h('p', { class: 'print-told' }, words)), h('p', {}, crs), h('p', {}, `${t('print.sources')}: ${attributionsOf(app).join(' · ')}`)),
    h('div', {}, h('p', {}, `${t('print.date')}: ${today}`), h('p', {}, t('print.reference'))),
  );
  return footer;
}
