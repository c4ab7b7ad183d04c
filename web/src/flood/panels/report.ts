/** A run as official papers, as the draft of a warning, and before everyone's eyes. */

import type { Part } from '../../app.ts';
import { lang, titled } from '../../i18n/index.ts';
import { timeText } from '../../live/age.ts';
import { isDenied } from '../../live/rights.ts';
import { sign } from '../../live/signs.ts';
import { h, refill } from '../../ui/dom.ts';
import { icon } from '../../ui/icons.ts';
import { notify } from '../../ui/notice.ts';
import { choice } from '../fields.ts';
import { reasonOf, type Flood } from '../flood.ts';
import type { Results, Run } from '../model.ts';
import { w } from '../words.ts';
import { save } from './files.ts';
import { section } from './form.ts';

const KINDS = ['full', 'quick', 'evacuation'] as const;
const FORMATS = ['pdf', 'docx', 'html', 'xlsx'] as const;
/** As the server takes it at most. */
const LONGEST = 2000;

export function reportBox(flood: Flood, results: Results): Part {
  const { run: id } = results;
  const room = h('div', { class: 'stack tight report-box' });
  let kind: (typeof KINDS)[number] = 'full';
  let run = flood.runs.find((each) => each.id === id);
  const fill = (): void => {
    run = flood.runs.find((each) => each.id === id) ?? run;
    // What is published is for everyone in its short form.
    const kinds = flood.isDenied ? (['quick'] as const) : KINDS;
    if (flood.isDenied) kind = 'quick';
    refill(
      room,
      kinds.length > 1 ? choice('report.kind', kinds.map((each) => [each, w(`report.${each}`)] as const), kind, (next) => { kind = next; }) : h('p', {}, w('report.quick')),
      h('div', { class: 'actions report-formats' }, ...FORMATS.map((format) => fileButton(flood, format.toUpperCase(), `report-${format}`, () => [
        `jobs/${id}/report?kind=${kind}&f=${format}`, `ngap-${id}-${kind}.${format}`,
      ]))),
      !flood.isDenied && h('div', { class: 'actions' }, fileButton(flood, w('report.cap'), 'cap', () => [`jobs/${id}/alert-draft`, `ngap-${id}-canh-bao.xml`])),
      run && publication(flood, run),
    );
  };
  fill();
  if (!run) void flood.api.run(id).then((found) => { run = found; fill(); }, () => undefined);
  const stop = flood.topics.on(['runs', 'rights'], fill);
  return { element: section(w('report.title'), room), dispose: stop };
}

function fileButton(flood: Flood, words: string, what: string, file: () => readonly [href: string, name: string]): HTMLElement {
  const button = h(
    'button',
    {
      class: 'action',
      attrs: { type: 'button', 'data-do': what },
      on: {
        click: () => {
          const [href, name] = file();
          button.disabled = true;
          flood.api.file(href)
            .then((blob) => save(blob, name), (error: unknown) => { refused(flood, error); })
            .finally(() => { button.disabled = false; });
        },
      },
    },
    sign('download'),
    words,
  );
  return button;
}

/** Says why, and takes away what the viewer may not do. */
function refused(flood: Flood, error: unknown): void {
  if (isDenied(error)) flood.deny(true);
  notify(reasonOf(error), 'warning');
}

/** Whether everyone sees it, with what words; for who is on duty, the way to change that. */
function publication(flood: Flood, { id, title, published }: Run): HTMLElement {
  const change = (words: string, name: 'check' | 'undo' | 'share', what: string, act: () => void): HTMLElement =>
    h('button', { class: 'action', attrs: { type: 'button', 'data-do': what }, on: { click: act } }, icon(name), words);
  if (!published) {
    return h(
      'div',
      { class: 'publication stack tight' },
      h('p', { class: 'small muted' }, w('publish.internal')),
      !flood.isDenied && h('div', { class: 'actions' }, change(w('publish.open'), 'share', 'publish', () => askStatement(flood, id, titled(title)))),
    );
  }
  const withdraw = (): void => {
    void flood.publish(id, undefined).then(() => notify(w('publish.withdrawn')), (error: unknown) => { refused(flood, error); });
  };
  return h(
    'div',
    { class: 'publication published stack tight' },
    h('blockquote', {}, titled(published.statement)),
    h('p', { class: 'small muted' }, w('publish.by', { by: published.by, at: published.at === undefined ? '' : timeText(published.at, lang(), flood.api.clock.now()) })),
    !flood.isDenied && h('div', { class: 'actions' }, change(w('publish.withdraw'), 'undo', 'withdraw', withdraw)),
  );
}

/** A small dialog for the words with which a run is published. */
function askStatement(flood: Flood, id: string, name: string): void {
  const field = (word: 'publish.vi' | 'publish.en', value: string): HTMLTextAreaElement => {
    const area = h('textarea', { attrs: { rows: 4, maxlength: LONGEST, 'aria-label': w(word), required: word === 'publish.vi' } });
    area.value = value;
    return area;
  };
  const [vi, en] = [field('publish.vi', w('publish.draftVi', { name })), field('publish.en', w('publish.draftEn', { name }))];
  const trouble = h('p', { class: 'warning-text small', attrs: { role: 'alert' } });
  const submit = h('button', { class: 'action primary', attrs: { type: 'submit', 'data-do': 'publish-yes' } }, icon('check'), w('publish.yes'));
  const send = async (): Promise<void> => {
    submit.disabled = true;
    try {
      await flood.publish(id, { vi: vi.value.trim(), en: en.value.trim() || vi.value.trim() });
      dialog.close();
      notify(w('publish.done'));
    } catch (error) {
      if (isDenied(error)) flood.deny(true);
      trouble.textContent = reasonOf(error);
    } finally {
      submit.disabled = false;
    }
  };
  const labelled = (word: 'publish.vi' | 'publish.en', area: HTMLElement): HTMLElement => h('label', { class: 'field' }, h('span', { class: 'kicker' }, w(word)), area);
  const dialog = h(
    'dialog',
    { class: 'flood-dialog', attrs: { 'aria-label': w('publish.open') }, on: { close: () => dialog.remove() } },
    h(
      'form',
      {
        class: 'stack',
        on: {
          submit: (event) => {
            event.preventDefault();
            void send();
          },
        },
      },
      h('h3', {}, w('publish.ask')),
      h('p', { class: 'small muted' }, w('publish.means')),
      labelled('publish.vi', vi),
      labelled('publish.en', en),
      trouble,
      h(
        'div',
        { class: 'actions' },
        submit,
        h('button', { class: 'action', attrs: { type: 'button' }, on: { click: () => dialog.close() } }, icon('close'), w('common.cancel')),
      ),
    ),
  );
  document.body.append(dialog);
  dialog.showModal();
}
