/** The rain of a storm that has passed: of the city's gauges over a period, or from a file. */

import { formatNumber, formatValue } from '../../coords/format.ts';
import { lang } from '../../i18n/index.ts';
import { timeText } from '../../live/age.ts';
import { instantIn, localText } from '../../live/replay-bar.ts';
import { h, refill } from '../../ui/dom.ts';
import { icon } from '../../ui/icons.ts';
import { notify } from '../../ui/notice.ts';
import { segments } from '../fields.ts';
import { reasonOf, type Flood } from '../flood.ts';
import { aroundArea, isOfUse, ofGauges, stormIn, takeStorm } from '../storm/chooser.ts';
import { stormFromCsv, type Trouble } from '../storm/csv.ts';
import { rainGauges, stormOf, type RainGauge } from '../storm/gauges.ts';
import { LONGEST_H, gapsOf, isHeard, lengthOfStorm, meanOf, totalOf, type Gap, type Storm } from '../storm/storm.ts';
import { barPicture } from '../preview.ts';
import { hoursText, momentText, shortMoment } from '../time.ts';
import { w } from '../words.ts';
import type { Form } from './form.ts';

const HOUR_MS = 3_600_000;
const PRESETS_H = [24, 72, 168];
/** More gaps than these are counted, not named. */
const MOST_GAPS = 3;
const MOST_BYTES = 4_000_000;

/** What is being chosen, as long as the page is open. */
interface Choice {
  source: 'city' | 'file';
  from: number;
  to: number;
  /** The storm that is looked at, before it is used. */
  storm: Storm | undefined;
  /** Gauges of it that are not wanted, by their index. */
  readonly unwanted: Set<number>;
  troubles: readonly Trouble[];
  file: string;
  /** Whether times that nobody measured are to be dry. */
  isDry: boolean;
}

const choices = new WeakMap<Flood, Choice>();
const known = new WeakMap<Flood, Promise<RainGauge[]>>();

export function stormFields(form: Form): (HTMLElement | null)[] {
  const { draft, flood } = form;
  const choice = choiceOf(flood);
  const used = draft.rain === 'gauges' ? stormIn(draft) : undefined;
  const room = h('div', { class: 'stack storm-choice' });
  const fill = (): void => {
    refill(
      room,
      segments<Choice['source']>(w('storm.source'), [['city', w('storm.city')], ['file', w('storm.file')]], choice.source, (source) => {
        choice.source = source;
        drop(choice);
        fill();
      }),
      ...(choice.source === 'city' ? periodFields(form, choice, fill) : fileFields(form, choice, fill)),
      choice.storm ? storyOf(form, choice, fill) : null,
    );
  };
  fill();
  if (!used) return [room];
  const other = h('details', { class: 'recipe-details' }, h('summary', {}, w('storm.other')), room);
  other.open = choice.storm !== undefined || choice.troubles.length > 0;
  return [usedBox(used), other];
}

function choiceOf(flood: Flood): Choice {
  const now = flood.api.clock.now();
  const to = now - (now % 600_000);
  const choice = choices.get(flood) ?? { source: 'city', from: to - 24 * HOUR_MS, to, storm: undefined, unwanted: new Set<number>(), troubles: [], file: '', isDry: false };
  choices.set(flood, choice);
  return choice;
}

function drop(choice: Choice): void {
  choice.storm = undefined;
  choice.troubles = [];
  choice.unwanted.clear();
  choice.isDry = false;
}

function take(choice: Choice, storm: Storm): void {
  drop(choice);
  choice.storm = storm;
}

/** The gauges of the city; asked for once. */
function gaugesOf(flood: Flood): Promise<RainGauge[]> {
  const asked = known.get(flood) ?? rainGauges((path) => flood.api.get(path));
  known.set(flood, asked);
  asked.catch(() => known.delete(flood));
  return asked;
}

/** The rain that the scenario has. */
function usedBox(storm: Storm): HTMLElement {
  const names = storm.gauges.map(({ name }) => name).filter(Boolean).join(', ');
  return h(
    'div',
    { class: 'stack tight storm-used' },
    h('p', { class: 'small' }, h('strong', {}, w('storm.used')), ' ', factsText(storm)),
    picture(storm),
    h('p', { class: 'small muted' }, names),
  );
}

function periodFields(form: Form, choice: Choice, fill: () => void): (HTMLElement | null)[] {
  const { flood, draft } = form;
  const say = h('p', { class: 'flood-trouble', attrs: { role: 'alert' } });
  say.hidden = true;
  const complain = (words: string): void => {
    say.textContent = words;
    say.hidden = !words;
  };
  const field = (word: 'storm.from' | 'storm.to', name: 'from' | 'to'): HTMLElement => {
    const input = h('input', { attrs: { type: 'datetime-local', value: localText(choice[name]), 'data-do': word }, on: { change: () => { choice[name] = instantIn(input.value); } } });
    return h('label', { class: 'field' }, h('span', { class: 'kicker' }, w(word)), input);
  };
  const look = h('button', { class: 'action', attrs: { type: 'button', 'data-do': 'storm-look' } }, icon('search'), w('storm.look'));
  look.addEventListener('click', () => {
    const wrong = periodTrouble(choice, flood.api.clock.now());
    complain(wrong);
    if (wrong) return;
    look.disabled = true;
    look.textContent = w('common.loading');
    void gaugesOf(flood)
      .then((all) => (all.length ? stormOf((path) => flood.api.get(path), aroundArea(all, draft.area), choice.from, choice.to) : undefined))
      .then((storm) => {
        drop(choice);
        if (storm) take(choice, storm);
        fill();
        if (!storm) notify(w('storm.noGauges'), 'warning');
      })
      .catch((error: unknown) => {
        look.disabled = false;
        look.textContent = w('storm.look');
        complain(reasonOf(error));
      });
  });
  const presets = PRESETS_H.map((hours) =>
    h('button', {
      class: 'chip', attrs: { type: 'button' },
      on: {
        click: () => {
          choice.to = Math.floor(flood.api.clock.now() / 600_000) * 600_000;
          choice.from = choice.to - hours * HOUR_MS;
          drop(choice);
          fill();
        },
      },
    }, w('storm.last', { time: hours < 72 ? hoursText(hours) : w('storm.days', { n: hours / 24 }) })),
  );
  return [
    h('p', { class: 'small muted' }, w('storm.cityHint')),
    h('div', { class: 'field-grid' }, field('storm.from', 'from'), field('storm.to', 'to')),
    h('div', { class: 'chips' }, ...presets),
    h('div', { class: 'actions' }, look),
    say,
  ];
}

/** What is wrong with a period; empty where it is right. */
function periodTrouble({ from, to }: Choice, now: number): string {
  if (Number.isNaN(from) || Number.isNaN(to)) return w('storm.noPeriod');
  if (from >= to) return w('storm.wrongOrder');
  if (from >= now) return w('storm.future');
  return to - from > LONGEST_H * HOUR_MS ? w('storm.tooLong', { days: LONGEST_H / 24 }) : '';
}

function fileFields({ flood }: Form, choice: Choice, fill: () => void): (HTMLElement | null)[] {
  // The browser's own button speaks the browser's language, and forgets the name once the form is drawn anew.
  const input = h('input', { class: 'visually-hidden', attrs: { type: 'file', accept: '.csv,.txt,.tsv,text/csv,text/plain', 'data-do': 'storm-file' } });
  input.addEventListener('change', () => {
    const file = input.files?.[0];
    if (!file) return;
    drop(choice);
    choice.file = file.name;
    const read = async (): Promise<void> => {
      if (file.size > MOST_BYTES) { choice.troubles = [{ line: 1, word: 'csv.tooLarge', places: { most: MOST_BYTES / 1e6 } }]; return; }
      const [source, gauges] = await Promise.all([file.text(), gaugesOf(flood).catch((): RainGauge[] => [])]);
      const parsed = stormFromCsv(source, gauges);
      if ('storm' in parsed) take(choice, parsed.storm);
      else choice.troubles = parsed.troubles;
    };
    void read().then(() => {
      fill();
      document.querySelector('.storm-troubles')?.scrollIntoView({ block: 'nearest' });
    }, (error: unknown) => notify(reasonOf(error), 'warning'));
  });
  return [
    h('p', { class: 'small muted' }, w('storm.fileHint')),
    h('pre', { class: 'storm-sample small' }, w('storm.sample')),
    h('div', { class: 'actions storm-file' }, h('label', { class: 'action' }, icon('open'), w('storm.chooseFile'), input), h('span', { class: 'small' }, choice.file)),
    choice.troubles.length
      ? h('ul', { class: 'flood-trouble storm-troubles', attrs: { role: 'alert' } }, ...choice.troubles.map(({ line, word, places }) => h('li', {}, h('strong', {}, w('csv.line', { line })), ' ', w(word, places))))
      : null,
  ];
}

/** The storm before it is used: its rain, its gauges, what nobody measured. */
function storyOf(form: Form, choice: Choice, fill: () => void): HTMLElement | null {
  const { storm } = choice;
  if (!storm) return null;
  const heard = storm.gauges.filter(isHeard);
  const silent = storm.gauges.filter((gauge) => !isHeard(gauge));
  const silentText = silent.length ? h('p', { class: 'warning-text small storm-silent' }, w('storm.silent', { names: silent.map(({ name }) => name).join(', ') })) : null;
  if (!heard.length) return h('div', { class: 'stack tight storm-story' }, h('p', { class: 'warning-text' }, w('storm.nothing')), silentText);
  const wanted = ofGauges(storm, (i) => !choice.unwanted.has(i));
  const gaps = gapsOf(wanted.times_h, meanOf(wanted));
  const agree = h('input', { attrs: { type: 'checkbox', checked: choice.isDry, 'data-do': 'storm-dry' }, on: { change: () => { choice.isDry = agree.checked; use.disabled = !isReady(); } } });
  const isReady = (): boolean => isOfUse(wanted) && (!gaps.length || agree.checked);
  const use = h('button', { class: 'action primary', attrs: { type: 'button', 'data-do': 'storm-use' } }, icon('check'), w('storm.use'));
  use.disabled = !isReady();
  use.addEventListener('click', () => {
    if (!takeStorm(form.draft, wanted)) return;
    drop(choice);
    const { start, duration_h } = form.draft;
    notify(w(wanted.start === undefined ? 'storm.takenHours' : 'storm.taken', { at: start === undefined ? '' : timeText(start, lang()), time: hoursText(duration_h ?? 0) }));
    form.rebuild();
  });
  const simulated = heard.filter((each) => each.simulated).length;
  return h(
    'div',
    { class: 'stack tight storm-story' },
    h('p', { class: 'storm-facts' }, factsText(wanted)),
    picture(wanted),
    storm.gauges.some(({ at }) => !at) ? h('p', { class: 'small muted' }, w('storm.everywhere')) : null,
    simulated ? h('p', { class: 'warning-text small' }, w('storm.simulated', { n: simulated })) : null,
    gaugeList(storm, choice, fill),
    silentText,
    gaps.length ? h('p', { class: 'warning-text small storm-gaps' }, w('storm.gaps', { gaps: gapsText(gaps, storm.start) })) : null,
    gaps.length ? h('label', { class: 'check' }, agree, w('storm.dry')) : null,
    h('div', { class: 'actions' }, use),
    h('p', { class: 'small muted' }, w('storm.tideHint')),
  );
}

function factsText(storm: Storm): string {
  const mean = meanOf(storm);
  const heard = storm.gauges.filter(isHeard);
  const most = Math.max(...heard.flatMap(({ mm_per_h }) => mm_per_h.map((rate) => rate ?? 0)), 0);
  const millimetres = (value: number): string => formatValue(value, lang(), value < 10 ? 1 : 0);
  const total = millimetres(totalOf(storm.times_h, mean));
  const span = hoursText(lengthOfStorm(storm));
  const when = storm.start === undefined ? '' : w('storm.begins', { at: timeText(storm.start, lang()) });
  const totals = heard.map(({ mm_per_h }) => totalOf(storm.times_h, mm_per_h));
  const range = heard.length > 1 ? w('storm.range', { low: millimetres(Math.min(...totals)), high: millimetres(Math.max(...totals)) }) : '';
  return [w(heard.length > 1 ? 'storm.meanTotal' : 'storm.total', { total, span, most: millimetres(most) }), range, when].filter(Boolean).join(' ');
}

/** The mean of the gauges as bars, and where nobody measured. */
function picture(storm: Storm): HTMLElement | null {
  const mean = meanOf(storm);
  const { times_h, start } = storm;
  const [begin, end] = [times_h[0] ?? 0, times_h.at(-1) ?? 0];
  const bars = mean.flatMap((rate, i) => (rate === null ? [] : [[(times_h[i] ?? 0) - begin, (times_h[i + 1] ?? 0) - begin, rate] as const]));
  const gaps = gapsOf(times_h, mean).map(({ from_h, to_h }) => [from_h - begin, to_h - begin] as const);
  const svg = barPicture(bars, end - begin, gaps);
  if (!svg) return h('p', { class: 'small muted' }, w('storm.noRain'));
  const most = Math.max(...bars.map(([, , rate]) => rate));
  const edge = (hour: number): string => (start === undefined ? momentText(hour, undefined) : timeText(start + hour * HOUR_MS, lang()));
  const figure = h('figure', { class: 'forcing storm-picture' }, h('figcaption', { class: 'kicker' }, w('storm.picture', { most: formatValue(most, lang(), 1) })));
  figure.append(svg, h('div', { class: 'replay-ends number', attrs: { 'aria-hidden': 'true' } }, h('span', {}, edge(begin)), h('span', {}, edge(end))));
  return figure;
}

function gaugeList(storm: Storm, choice: Choice, fill: () => void): HTMLElement | null {
  const heard = storm.gauges.filter(isHeard);
  const isMany = heard.length > 1;
  // A column that has no place is said to be everywhere.
  if (!isMany && !heard[0]?.at) return null;
  // What nobody measured is said once, and that all are simulated too.
  const common = isMany ? meanOf(storm) : [];
  const isMixed = heard.some(({ simulated }) => !simulated);
  const rows = storm.gauges.map((gauge, i) => {
    if (!isHeard(gauge)) return null;
    const { name, mm_per_h, refused, simulated } = gauge;
    const box = h('input', {
      attrs: { type: 'checkbox', checked: !choice.unwanted.has(i) },
      on: {
        change: () => {
          if (box.checked) choice.unwanted.delete(i);
          else choice.unwanted.add(i);
          fill();
        },
      },
    });
    const own = mm_per_h.map((rate, n) => (common[n] === null ? 0 : rate));
    const gaps = gapsOf(storm.times_h, own);
    const facts = [
      w('storm.greatest', { most: formatValue(Math.max(...mm_per_h.map((rate) => rate ?? 0)), lang(), 1) }),
      gaps.length ? w('storm.lacks', { gaps: gapsText(gaps, storm.start) }) : '',
      refused ? w('storm.refused', { n: refused }) : '',
    ].filter(Boolean).join(' · ');
    const title = h('span', {}, name, simulated && isMixed && h('span', { class: 'tag' }, w('disaster.simulated')));
    return h(
      'li',
      {},
      isMany ? h('label', { class: 'check' }, box, title) : title,
      h('strong', { class: 'number' }, `${formatNumber(totalOf(storm.times_h, mm_per_h), 1, lang())}\u00a0mm`),
      h('span', { class: 'small muted' }, facts),
    );
  });
  return h('ul', { class: 'storm-gauges', attrs: { tabindex: 0, 'aria-label': w('storm.gauges') } }, ...rows);
}

/** `02:10–03:00, 05:00–05:30 và 2 khoảng nữa`. */
function gapsText(gaps: readonly Gap[], start: number | undefined): string {
  const named = gaps.slice(0, MOST_GAPS).map(({ from_h, to_h }) => `${shortMoment(from_h, start)} – ${shortMoment(to_h, start)}`).join(', ');
  return gaps.length > MOST_GAPS ? w('storm.moreGaps', { named, n: gaps.length - MOST_GAPS }) : named;
}
