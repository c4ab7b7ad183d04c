/** The alerts that hold: what, where, since when, what to do; and who has taken them on. */

import type { Part } from '../../app.ts';
import { boundsOf } from '../../geo/bounds.ts';
import { lang, titled } from '../../i18n/index.ts';
import { frameBox } from '../../map/frame.ts';
import { h, refill } from '../../ui/dom.ts';
import { icon } from '../../ui/icons.ts';
import { notify } from '../../ui/notice.ts';
import { timeText } from '../age.ts';
import { SEVERITY_COLORS } from '../alert-areas.ts';
import { atomUrl, capUrl } from '../api.ts';
import { reasonOf, type Live } from '../live.ts';
import type { Alert, Step } from '../model.ts';
import { isDenied, tokenRow } from '../rights.ts';
import { isWord, w } from '../words.ts';

export function alertsPanel(live: Live): Part {
  const list = h('ul', { class: 'alert-list' });
  const fill = (): void => {
    // Somebody who is writing a note is not disturbed.
    if (list.contains(document.activeElement) && document.activeElement?.matches('textarea, input')) return;
    const active = document.activeElement?.getAttribute('data-alert');
    refill(list, ...live.alerts.map((alert) => item(live, alert, fill)));
    empty.hidden = live.alerts.length > 0;
    if (active) list.querySelector<HTMLElement>(`[data-alert="${CSS.escape(active)}"]`)?.focus();
  };
  const empty = h(
    'div',
    { class: 'empty-state' },
    icon('check'),
    h('p', {}, h('strong', {}, w('alerts.none'))),
    h('p', { class: 'muted small' }, w('alerts.noneHint')),
  );
  fill();
  const foot = h('p', { class: 'small' }, h('a', { attrs: { href: atomUrl(), target: '_blank', rel: 'noopener' } }, w('alerts.atom')));
  const stop = live.topics.on(['alerts'], fill);
  live.refreshAlerts();
  return { element: h('section', { class: 'view stack' }, empty, list, foot), dispose: stop };
}

function item(live: Live, alert: Alert, refresh: () => void): HTMLElement {
  const isOpen = live.alert === alert.id;
  const toggle = h(
    'button',
    {
      class: 'alert-head',
      attrs: { type: 'button', 'aria-expanded': String(isOpen), 'data-alert': alert.id },
      on: {
        click: () => {
          live.alert = isOpen ? undefined : alert.id;
          live.app.remember();
          refresh();
        },
      },
    },
    h('strong', {}, titled(alert.headline)),
    h('span', { class: 'alert-facts' }, ...facts(live, alert)),
  );
  const element = h('li', { class: 'alert', attrs: { 'data-severity': alert.severity } }, toggle, isOpen && body(live, alert));
  element.style.setProperty('--severity', SEVERITY_COLORS[alert.severity]);
  return element;
}

function facts(live: Live, alert: Alert): HTMLElement[] {
  const place = titled(alert.place);
  const since = alert.since === undefined ? '' : w('alerts.since', { time: timeText(alert.since, lang(), live.api.clock.now()) });
  return [
    h('span', { class: 'severity' }, w(`severity.${alert.severity}`)),
    h('span', { class: `alert-state ${alert.state}` }, w(`state.${alert.state}`)),
    ...[place, since].filter(Boolean).map((each) => h('span', { class: 'muted' }, each)),
    ...(alert.isInternal && !alert.simulated ? [h('span', { class: 'tag' }, w('alerts.internal'))] : []),
    ...(alert.simulated ? [h('span', { class: 'tag' }, w('mark.simulated'))] : []),
  ];
}

function body(live: Live, alert: Alert): HTMLElement {
  const { thing } = alert;
  const button = (name: Parameters<typeof icon>[0], label: string, run: () => void): HTMLElement =>
    h('button', { class: 'action', attrs: { type: 'button' }, on: { click: run } }, icon(name), label);
  const box = alert.area && boundsOf(alert.area);
  return h(
    'div',
    { class: 'alert-body stack' },
    paragraph('', titled(alert.description)),
    paragraph(w('alerts.risk'), riskText(alert)),
    paragraph(w('alerts.instruction'), titled(alert.instruction)),
    h(
      'div',
      { class: 'actions' },
      box && button('zoom', w('alerts.show'), () => frameBox(live.app.map, box, 40, 16)),
      thing !== undefined && button('live', w('alerts.station'), () => live.openStation(thing)),
      h('a', { class: 'action', attrs: { href: capUrl(alert.id), target: '_blank', rel: 'noopener' } }, icon('open'), w('alerts.cap')),
    ),
    takenOn(live, alert),
    steps(live, alert.steps),
    alert.state === 'raised' || alert.state === 'escalated' ? acknowledgeForm(live, alert) : null,
  );
}

function paragraph(title: string, words: string): HTMLElement | null {
  if (!words) return null;
  return h('p', {}, title && h('span', { class: 'kicker' }, `${title}: `), words);
}

/** Who has taken it on, when, and what they said. */
function takenOn(live: Live, { steps }: Alert): HTMLElement | null {
  const step = steps.findLast(({ kind }) => kind === 'acknowledged');
  if (!step) return null;
  const time = step.time === undefined ? '' : timeText(step.time, lang(), live.api.clock.now());
  return h('p', { class: 'taken-on' }, icon('check'), h('span', {}, w('alerts.takenOn', { by: step.by || '–', time })), step.note && h('q', {}, step.note));
}

/** The official level, with the bulletin that it stands in. */
function riskText({ risk }: Alert): string {
  if (!risk) return '';
  const issued = risk.issued === undefined ? '' : timeText(risk.issued, lang());
  return [w('alerts.level', { level: risk.level }), [risk.issuer, risk.number, issued].filter(Boolean).join(', ')].filter(Boolean).join(' – ');
}

function stepName({ kind, by, to }: Step): string {
  const [state, step] = [`state.${kind}`, `step.${kind}`];
  const name = isWord(state) ? w(state) : isWord(step) ? w(step) : kind;
  return [name, to, by].filter(Boolean).join(' · ');
}

function steps(live: Live, all: readonly Step[]): HTMLElement | null {
  if (!all.length) return null;
  return h(
    'div',
    {},
    h('h4', { class: 'kicker' }, w('alerts.steps')),
    h(
      'ol',
      { class: 'alert-steps' },
      ...all.map((step) =>
        h(
          'li',
          {},
          h('span', { class: 'number muted' }, step.time === undefined ? '' : timeText(step.time, lang(), live.api.clock.now())),
          h('span', {}, stepName(step)),
          step.note && h('q', {}, step.note),
        ),
      ),
    ),
  );
}

function acknowledgeForm(live: Live, alert: Alert): HTMLElement {
  const note = h('textarea', { attrs: { rows: 2, maxlength: 1000, placeholder: w('alerts.notePlace') } });
  const token = tokenRow();
  const submit = h('button', { class: 'action primary', attrs: { type: 'submit' } }, icon('check'), w('alerts.acknowledge'));
  const send = async (): Promise<void> => {
    submit.disabled = true;
    try {
      token.take();
      await live.api.acknowledge(alert.id, note.value.trim());
      notify(w('alerts.acknowledged'));
      submit.focus();
      live.refreshAlerts();
    } catch (error) {
      if (!isDenied(error)) notify(w('alerts.failed', { reason: reasonOf(error) }), 'warning');
      else if (token.ask()) notify(w('alerts.forbidden'), 'warning');
    } finally {
      submit.disabled = false;
    }
  };
  return h(
    'form',
    {
      class: 'stack tight',
      on: {
        submit: (event) => {
          event.preventDefault();
          void send();
        },
      },
    },
    h('label', { class: 'stack tight' }, h('span', { class: 'kicker' }, w('alerts.note')), note),
    token.element,
    h('div', { class: 'actions' }, submit),
  );
}
