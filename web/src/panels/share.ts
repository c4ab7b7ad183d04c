import type { App, Part, Place } from '../app.ts';
import { formatHash, parseHash } from '../hash.ts';
import { t } from '../i18n/index.ts';
import { h, refill } from '../ui/dom.ts';
import { icon } from '../ui/icons.ts';
import { copyText } from '../ui/notice.ts';
import { coordinateRows } from './coordinate-rows.ts';

/** A pin is looked for from near by. */
const PIN_ZOOM = 16;

/** The address of the page as it is, with a pin when one is given. */
export function pageLink(pin?: Place): string {
  const view = parseHash(location.hash);
  if (pin) {
    view.pin = pin;
    const { camera } = view;
    if (camera) view.camera = { ...camera, lon: pin[0], lat: pin[1], zoom: Math.max(camera.zoom, PIN_ZOOM) };
  }
  return new URL(formatHash(view), location.href).href;
}

/** A link to what is seen, with a pin in the middle. */
export function sharePanel(app: App): Part {
  const content = h('div', { class: 'stack' });
  const fill = (): void => {
    const { lng, lat } = app.map.getCenter();
    app.remember();
    refill(content, h('p', { class: 'muted' }, t('share.centre')), linkRow(pageLink([lng, lat])));
  };
  fill();
  app.map.on('moveend', fill);
  return {
    element: h('section', { class: 'view' }, content),
    dispose: () => app.map.off('moveend', fill),
  };
}

/** The coordinates of a point that was pointed at, and a link to it. */
export function placePanel(app: App): Part {
  const content = h('div', { class: 'stack' });
  const fill = (): void => {
    const place = app.state.get('place');
    if (!place) return;
    app.remember();
    refill(
      content,
      coordinateRows(app, place),
      h('p', { class: 'muted' }, t('share.marker')),
      linkRow(pageLink(place)),
    );
  };
  fill();
  const stops = [app.state.on('place', fill), app.state.on('zone', fill)];
  return { element: h('section', { class: 'view' }, content), dispose: () => stops.forEach((stop) => stop()) };
}

function linkRow(link: string): HTMLElement {
  const input = h('input', {
    attrs: { type: 'text', readonly: true, value: link, 'aria-label': t('share.link') },
    on: { focus: () => input.select() },
  });
  const canSend = typeof navigator.share === 'function';
  return h(
    'div',
    { class: 'stack' },
    input,
    h(
      'div',
      { class: 'actions' },
      h(
        'button',
        { class: 'action primary', attrs: { type: 'button' }, on: { click: () => void copyText(link) } },
        icon('copy'),
        t('common.copy'),
      ),
      canSend &&
        h(
          'button',
          {
            class: 'action',
            attrs: { type: 'button' },
            // The person may close the dialog again; that is no failure.
            on: { click: () => void navigator.share({ title: document.title, url: link }).catch(() => undefined) },
          },
          icon('share'),
          t('share.send'),
        ),
    ),
  );
}
