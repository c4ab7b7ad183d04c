import { t } from '../i18n/index.ts';
import type { LiveDoor } from '../live/door.ts';
import { h, refill } from '../ui/dom.ts';
import { icon } from '../ui/icons.ts';

/** The live readings in the list of layers; its legend and kinds come with the live part. */
export function liveRow(door: LiveDoor): HTMLElement {
  const name = t('live.layer');
  const details = h('div', { class: 'details', attrs: { id: 'details-live' } });
  details.hidden = true;
  const toggle = h('input', {
    attrs: { type: 'checkbox', role: 'switch', 'aria-label': t('layers.show', { name }), 'data-layer': 'live' },
    on: { change: () => door.setOn(toggle.checked) },
  });
  const more = h(
    'button',
    {
      class: 'name',
      attrs: { type: 'button', 'aria-expanded': 'false', 'aria-controls': 'details-live', 'aria-label': t('live.details') },
      on: {
        click: () => {
          details.hidden = !details.hidden;
          more.setAttribute('aria-expanded', String(!details.hidden));
          if (!details.childElementCount) door.use((live) => refill(details, live.details()));
        },
      },
    },
    h('span', { class: 'label' }, name),
    icon('chevron'),
  );
  const item = h('li', { class: 'layer' }, h('div', { class: 'layer-row' }, h('label', { class: 'switch' }, toggle, h('span')), more), details);
  const show = (): void => {
    toggle.checked = door.isOn;
    item.classList.toggle('on', door.isOn);
  };
  show();
  const stop = door.onChange(() => {
    // The list is drawn anew often; a row that has gone takes itself off.
    if (item.isConnected) show();
    else stop();
  });
  return item;
}
