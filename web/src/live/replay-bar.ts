/** The replay's controls: which period, where in it, how fast. */

import { lang } from '../i18n/index.ts';
import { h, refill } from '../ui/dom.ts';
import { debounced } from '../ui/dom.ts';
import { icon } from '../ui/icons.ts';
import { notify } from '../ui/notice.ts';
import { timeText } from './age.ts';
import type { Live } from './live.ts';
import { LONGEST_MS, SPEEDS, type Period, type Replay } from './replay.ts';
import { sign } from './signs.ts';
import { w, type Word } from './words.ts';

const HOUR_MS = 3_600_000;
const PRESETS: readonly [Word, number][] = [['replay.last6', 6], ['replay.last24', 24], ['replay.last72', 72]];
/** Steps of the slider: small enough for a minute of a day. */
const STEPS = 1440;

export interface ReplayBar {
  readonly element: HTMLElement;
  readonly replay: Replay;
  /** Shows the clock as it stands. */
  fill(): void;
}

export function replayBar(live: Live, replay: Replay): ReplayBar {
  const play = h('button', {
    class: 'action primary play',
    attrs: { type: 'button' },
    on: { click: () => (replay.playing ? replay.pause() : replay.play()) },
  });
  const clock = h('output', { class: 'number replay-clock' });
  const ends = h('div', { class: 'replay-ends number', attrs: { 'aria-hidden': 'true' } });
  const slider = h('input', {
    attrs: { type: 'range', min: 0, max: STEPS, step: 1, 'aria-label': w('replay.at') },
    on: {
      input: () => {
        const { from, to } = replay.state;
        replay.seek(from + (Number(slider.value) / STEPS) * (to - from));
      },
    },
  });
  const speed = h(
    'select',
    {
      attrs: { 'aria-label': w('replay.speed'), title: w('replay.speed') },
      on: { change: () => replay.setSpeed(Number(speed.value)) },
    },
    ...SPEEDS.map((each) => h('option', { attrs: { value: each } }, w('replay.times', { n: each }))),
  );
  const remember = debounced(500, () => live.app.remember());
  let wasPlaying: boolean | undefined;
  const fill = (): void => {
    const { from, to, at } = replay.state;
    if (wasPlaying !== replay.playing) {
      wasPlaying = replay.playing;
      const word = replay.playing ? 'replay.pause' : 'replay.play';
      refill(play, sign(replay.playing ? 'pause' : 'play'));
      play.setAttribute('aria-label', w(word));
      play.title = w(word);
    }
    clock.textContent = timeText(at, lang(), undefined, false);
    if (document.activeElement !== slider || replay.playing) slider.value = String(Math.round(((at - from) / (to - from)) * STEPS));
    slider.setAttribute('aria-valuetext', timeText(at, lang()));
    slider.style.setProperty('--done', `${((at - from) / (to - from)) * 100}%`);
    refill(ends, h('span', {}, timeText(from, lang())), h('span', {}, timeText(to, lang())));
    speed.value = String(replay.state.speed);
    remember();
  };
  const chooser = periodChooser(live, replay);
  const period = h(
    'button',
    {
      class: 'action',
      attrs: { type: 'button', 'aria-expanded': 'false' },
      on: {
        click: () => {
          chooser.hidden = !chooser.hidden;
          period.setAttribute('aria-expanded', String(!chooser.hidden));
        },
      },
    },
    w('replay.period'),
  );
  const element = h(
    'section',
    { class: 'replay-bar', attrs: { 'aria-label': w('replay.title') } },
    h(
      'div',
      { class: 'replay-head' },
      h('span', { class: 'replay-mark' }, sign('history'), w('mark.replay')),
      clock,
      h(
        'button',
        { class: 'action back', attrs: { type: 'button' }, on: { click: () => live.stopReplay() } },
        icon('live'),
        w('replay.live'),
      ),
    ),
    h('div', { class: 'replay-line' }, play, h('div', { class: 'replay-track' }, slider, ends), speed, period),
    chooser,
  );
  fill();
  return { element, replay, fill };
}

function periodChooser(live: Live, replay: Replay): HTMLElement {
  const input = (word: Word, time: number): [HTMLElement, HTMLInputElement] => {
    const field = h('input', { attrs: { type: 'datetime-local', value: localText(time), required: true } });
    return [h('label', {}, h('span', { class: 'kicker' }, w(word)), field), field];
  };
  const [fromLabel, from] = input('replay.from', replay.state.from);
  const [toLabel, to] = input('replay.to', replay.state.to);
  const take = (period: Period): void => {
    from.value = localText(period.from);
    to.value = localText(period.to);
    replay.setPeriod(period);
  };
  const presets = PRESETS.map(([word, hours]) =>
    h(
      'button',
      {
        class: 'chip',
        attrs: { type: 'button' },
        on: {
          click: () => {
            const end = live.api.clock.now();
            take({ from: end - hours * HOUR_MS, to: end });
          },
        },
      },
      w(word),
    ),
  );
  const form = h(
    'form',
    {
      class: 'replay-period',
      on: {
        submit: (event) => {
          event.preventDefault();
          const period = { from: instantIn(from.value), to: instantIn(to.value) };
          const isFine = period.from < period.to && period.from < live.api.clock.now() && period.to - period.from <= LONGEST_MS;
          if (isFine) take(period);
          else notify(w('replay.wrong'), 'warning');
        },
      },
    },
    fromLabel,
    toLabel,
    h('button', { class: 'action', attrs: { type: 'submit' } }, w('replay.apply')),
    h('div', { class: 'chips' }, ...presets),
  );
  form.hidden = true;
  return form;
}

const VIETNAM_MS = 7 * HOUR_MS;

/** An instant as a field for local time takes it, in Vietnam's time. */
export function localText(time: number): string {
  return new Date(time + VIETNAM_MS).toISOString().slice(0, 16);
}

/** Reads such a field; NaN when it is empty. */
export function instantIn(text: string): number {
  return Date.parse(`${text}Z`) - VIETNAM_MS;
}
