/** The flood panel: a new scenario, the runs, the results of one. */

import type { Part } from '../../app.ts';
import { h, refill } from '../../ui/dom.ts';
import { icon } from '../../ui/icons.ts';
import { notify } from '../../ui/notice.ts';
import { isDenied } from '../../live/rights.ts';
import { isActive, reasonOf, type Flood, type Page } from '../flood.ts';
import { segments } from '../fields.ts';
import { nowcastBox } from '../nowcast/box.ts';
import { w } from '../words.ts';
import { gate } from './gate.ts';
import { formPage } from './form.ts';
import { libraryPage } from './library.ts';
import { resultPage } from './result.ts';
import { runsPage } from './runs.ts';

export function floodPanel(flood: Flood): Part {
  const tabs = h('div', { class: 'flood-tabs' });
  const room = h('div', { class: 'stack' });
  let part: Part | undefined;
  let shown: Page | undefined;
  const fillTabs = (): void => {
    const active = flood.runs.filter(isActive).length;
    refill(
      tabs,
      segments<Page>(
        w('panel.pages'),
        [
          ['new', w('panel.new')],
          ['runs', active ? w('panel.runsActive', { n: active }) : w('panel.runs')],
          ['result', w('panel.result')],
          ['library', w('panel.library')],
          ['nowcast', w('panel.nowcast')],
        ],
        flood.page,
        (page) => flood.go(page),
      ),
    );
  };
  const fill = (): void => {
    fillTabs();
    if (shown === flood.page) return;
    shown = flood.page;
    build();
  };
  const build = (): void => {
    part?.dispose?.();
    part = pageOf(flood, flood.page, () => {
      flood.deny(false);
      void flood.refresh().catch((error: unknown) => notify(reasonOf(error), 'warning'));
    });
    refill(room, part.element);
  };
  const body = h('div', { class: 'stack' }, tabs, room);
  const open = (): void => {
    refill(element, body);
    fill();
  };
  const element = h('section', { class: 'view stack flood-panel' });
  const begin = async (): Promise<void> => {
    if (flood.isKnown) open();
    else refill(element, h('p', { class: 'muted' }, w('common.loading')));
    try {
      const isFirst = !flood.isKnown;
      await flood.refresh();
      if (isFirst) {
        if (flood.results) flood.page = 'result';
        // Who sees only what is published has come to look at it.
        else if (flood.runs.length && flood.runs.every(({ published }) => published)) flood.page = 'runs';
        open();
      }
    } catch (error) {
      refill(element, isDenied(error) ? gate(() => void begin()) : trouble(reasonOf(error), () => void begin()));
    }
  };
  void begin();
  const stops = [flood.topics.on(['page'], () => { if (shown !== undefined) fill(); }), flood.topics.on(['runs'], fillTabs)];
  // A page that shows more or less to who is on duty tends to itself, but for the form.
  stops.push(flood.topics.on(['rights'], () => { if (shown === 'new' || shown === 'runs') build(); }));
  return {
    element,
    dispose: () => {
      for (const stop of stops) stop();
      part?.dispose?.();
    },
  };
}

function pageOf(flood: Flood, page: Page, again: () => void): Part {
  if (page === 'new') return flood.isDenied ? { element: gate(again) } : formPage(flood);
  if (page === 'library') return libraryPage(flood);
  if (page === 'nowcast') return nowcastBox(flood);
  return page === 'runs' ? runsPage(flood) : resultPage(flood);
}

function trouble(reason: string, again: () => void): HTMLElement {
  return h(
    'div',
    { class: 'empty-state' },
    icon('warning'),
    h('p', {}, reason),
    h('button', { class: 'action', attrs: { type: 'button' }, on: { click: again } }, w('common.again')),
  );
}
