import type { App, PanelName, Part } from '../app.ts';
import { t, type Key } from '../i18n/index.ts';
import type { LiveDoor } from '../live/door.ts';
import { frameBox } from '../map/frame.ts';
import { h } from '../ui/dom.ts';
import { icon, type IconName } from '../ui/icons.ts';
import { notify } from '../ui/notice.ts';
import { locate } from './locate.ts';

/** The buttons at the map's edge. */
export function toolbar(app: App): Part {
  const { map, scene } = app;
  const compass = button('north', 'tool.north', () => map.easeTo({ bearing: 0, pitch: scene.buildings3d ? map.getPitch() : 0 }));
  const turn = (): void => {
    compass.style.setProperty('--bearing', `${-map.getBearing()}deg`);
    compass.classList.toggle('idle', map.getBearing() === 0 && map.getPitch() === 0);
  };
  const buildings = toggle('cube', 'tool.buildings3d', () => scene.buildings3d, () => {
    if (!scene.hasBuildings) { notify(t('tool.noBuildings')); return; }
    scene.setBuildings3d(!scene.buildings3d);
    app.repaint();
    app.remember();
    refresh();
  });
  const terrain = toggle('terrain', 'tool.terrain', () => scene.terrain, () => {
    if (!scene.hasTerrain) { notify(t('tool.noTerrain')); return; }
    scene.setTerrain(!scene.terrain);
    app.remember();
    refresh();
  });
  const sun = sunSlider(app);
  const refresh = (): void => {
    for (const [element, isOn] of [[buildings, scene.buildings3d], [terrain, scene.terrain]] as const) {
      element.setAttribute('aria-pressed', String(isOn));
    }
    sun.hidden = !scene.buildings3d;
  };
  refresh();
  turn();
  map.on('rotate', turn);
  map.on('pitch', turn);
  const element = h(
    'nav',
    { class: 'tools', attrs: { 'aria-label': t('tool.group') } },
    group(
      button('plus', 'tool.zoomIn', () => map.zoomIn(), 'wide-only'),
      button('minus', 'tool.zoomOut', () => map.zoomOut(), 'wide-only'),
      compass,
    ),
    group(button('home', 'tool.home', () => goHome(app)), button('locate', 'tool.locate', () => locate(app))),
    group(buildings, terrain),
    ...(app.live ? [liveGroup(app, app.live)] : []),
    ...(app.flood ? [group(button('flood', 'tool.flood', () => app.open('flood'), 'wide-only'), button('disaster', 'tool.disaster', () => app.open('disaster'), 'wide-only'))] : []),
    group(...panelButtons(app, 'wide-only')),
    sun,
  );
  return {
    element,
    dispose: () => {
      map.off('rotate', turn);
      map.off('pitch', turn);
    },
  };
}

const PANELS: readonly [PanelName, IconName, Key][] = [
  ['measure', 'ruler', 'tool.measure'],
  ['goto', 'goto', 'tool.goto'],
  ['share', 'share', 'tool.share'],
  ['print', 'print', 'tool.print'],
];

/** The tools that open in the side panel, as a row of chips for a phone. */
export function toolChips(app: App): HTMLElement {
  const floods: typeof PANELS = app.flood ? [['flood', 'flood', 'tool.flood'], ['disaster', 'disaster', 'tool.disaster']] : [];
  const chips = [...floods, ...PANELS].map(([panel, name, key]) =>
    h('button', { class: 'chip', attrs: { type: 'button' }, on: { click: () => app.open(panel) } }, icon(name), t(key)),
  );
  return h('div', { class: 'chips tool-chips', attrs: { role: 'group', 'aria-label': t('tool.group') } }, ...chips);
}

/** Shows the whole of the city. */
export function goHome(app: App): void {
  const box = app.home;
  if (box) frameBox(app.map, box, 20);
}

function panelButtons(app: App, extra: string): HTMLElement[] {
  return PANELS.map(([panel, name, key]) => button(name, key, () => app.open(panel), extra));
}

/** The live layer and the alerts. */
function liveGroup(app: App, door: LiveDoor): HTMLElement {
  const live = toggle('live', 'tool.live', () => door.isOn, () => door.setOn(!door.isOn));
  const alerts = button('bell', 'tool.alerts', () => app.open('alerts'));
  alerts.hidden = !app.catalogue.hasAlerts;
  const count = h('span', { class: 'count', attrs: { 'aria-hidden': 'true' } });
  alerts.append(count);
  const show = (): void => {
    live.setAttribute('aria-pressed', String(door.isOn));
    count.textContent = door.alertCount ? String(door.alertCount) : '';
    alerts.setAttribute('aria-label', door.alertCount ? `${t('tool.alerts')} (${door.alertCount})` : t('tool.alerts'));
  };
  show();
  const stop = door.onChange(() => {
    if (live.isConnected) show();
    else stop();
  });
  return group(live, alerts);
}

function group(...children: HTMLElement[]): HTMLElement {
  return h('div', { class: 'tool-group', attrs: { role: 'group' } }, ...children);
}

function button(name: IconName, key: Key, run: () => void, extra = ''): HTMLElement {
  return h(
    'button',
    {
      class: `tool ${extra}`.trim(),
      attrs: { type: 'button', 'aria-label': t(key), title: t(key), 'data-tool': key.replace('tool.', '') },
      on: { click: run },
    },
    icon(name),
  );
}

function toggle(name: IconName, key: Key, isOn: () => boolean, run: () => void): HTMLElement {
  const element = button(name, key, run);
  element.setAttribute('aria-pressed', String(isOn()));
  return element;
}

/** The hour whose sun lights the buildings; only while they stand up. */
function sunSlider(app: App): HTMLElement {
  const clock = (hour: number): string => {
    const minutes = Math.round((hour % 1) * 60);
    return `${String(Math.floor(hour)).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`;
  };
  const value = h('output', {}, clock(app.scene.hour));
  const slider = h('input', {
    attrs: { type: 'range', min: 5, max: 19, step: 0.25, 'aria-label': t('sun.title') },
    on: {
      input: () => {
        app.scene.setHour(Number(slider.value));
        value.textContent = clock(app.scene.hour);
      },
    },
  });
  slider.value = String(app.scene.hour);
  return h('label', { class: 'sun', attrs: { title: t('sun.hint') } }, icon('sun'), h('span', { class: 'visually-hidden' }, t('sun.title')), slider, value);
}
