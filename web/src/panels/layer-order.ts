import type { App } from '../app.ts';
import { nameIn } from '../api/catalogue.ts';
import { t } from '../i18n/index.ts';
import type { MapLayer } from '../layers/stack.ts';
import { h, refill } from '../ui/dom.ts';
import { icon } from '../ui/icons.ts';
import { notify } from '../ui/notice.ts';

/** The layers that are on, topmost first, to be dragged or moved by buttons. */
export function orderList(app: App): HTMLElement {
  const list = h('ol', { class: 'order' });
  const fill = (): void => {
    const ids = app.stack.visibleFromTop;
    const rows = ids.flatMap((id, at) => {
      const layer = app.stack.layers.get(id);
      return layer ? [orderRow(app, layer, at, ids.length, fill)] : [];
    });
    refill(list, ...rows);
  };
  fill();
  return h(
    'div',
    {},
    h('p', { class: 'muted hint' }, app.stack.visibleFromTop.length ? t('layers.orderHint') : t('layers.orderEmpty')),
    list,
  );
}

function orderRow(app: App, layer: MapLayer, at: number, of: number, refresh: () => void): HTMLElement {
  const { id } = layer.collection;
  const name = nameIn(app.catalogue.collections, layer.collection);
  const mover = (by: 1 | -1): HTMLElement => {
    const blocked = by === 1 ? at === 0 : at === of - 1;
    return h(
      'button',
      {
        class: 'icon-button small',
        attrs: {
          type: 'button',
          disabled: blocked,
          'data-move': by,
          'aria-label': t(by === 1 ? 'layers.up' : 'layers.down', { name }),
        },
        on: { click: () => move(app, id, name, by, refresh) },
      },
      icon(by === 1 ? 'up' : 'down'),
    );
  };
  const item = h(
    'li',
    { class: 'order-row', attrs: { draggable: true, 'data-layer': id } },
    h('span', { class: 'grip', attrs: { title: t('layers.drag') } }, icon('grip')),
    h('span', { class: 'label' }, name),
    mover(1),
    mover(-1),
  );
  makeDraggable(app, item, id, refresh);
  return item;
}

function move(app: App, id: string, name: string, by: 1 | -1, refresh: () => void): void {
  app.stack.step(id, by);
  refresh();
  const order = app.stack.visibleFromTop;
  notify(t('layers.moved', { name, at: order.indexOf(id) + 1, of: order.length }));
  const row = document.querySelector(`.order-row[data-layer="${CSS.escape(id)}"]`);
  const wanted = row?.querySelector<HTMLButtonElement>(`[data-move="${by}"]:not(:disabled)`);
  (wanted ?? row?.querySelector<HTMLButtonElement>('button:not(:disabled)'))?.focus();
}

const DRAGGED = 'application/x-dothi-layer';

function makeDraggable(app: App, item: HTMLElement, id: string, refresh: () => void): void {
  item.addEventListener('dragstart', (event) => {
    event.dataTransfer?.setData(DRAGGED, id);
    item.classList.add('dragged');
  });
  item.addEventListener('dragend', () => item.classList.remove('dragged'));
  item.addEventListener('dragover', (event) => {
    if (!event.dataTransfer?.types.includes(DRAGGED)) return;
    event.preventDefault();
    item.dataset.drop = isUpperHalf(item, event) ? 'above' : 'below';
  });
  item.addEventListener('dragleave', () => delete item.dataset.drop);
  item.addEventListener('drop', (event) => {
    event.preventDefault();
    const dragged = event.dataTransfer?.getData(DRAGGED);
    if (dragged) app.stack.place(dragged, id, isUpperHalf(item, event) ? 'above' : 'below');
    refresh();
  });
}

function isUpperHalf(item: HTMLElement, event: DragEvent): boolean {
  const box = item.getBoundingClientRect();
  return event.clientY < box.top + box.height / 2;
}
