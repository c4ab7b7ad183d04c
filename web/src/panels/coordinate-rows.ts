import type { App, Place } from '../app.ts';
import { formatLatLon, formatMetres } from '../coords/format.ts';
import { zoneName } from '../coords/zones.ts';
import { t } from '../i18n/index.ts';
import { h, refill } from '../ui/dom.ts';
import { icon } from '../ui/icons.ts';
import { copyText } from '../ui/notice.ts';
import { zonePicker } from './zone-picker.ts';

/** A point in VN-2000 and WGS 84, each with a button that copies it. */
export function coordinateRows(app: App, place: Place): HTMLElement {
  const rows = h('div', { class: 'stack' });
  const zone = app.state.get('zone');
  const wgs = formatLatLon(place[0], place[1]);
  const wgsRow = copyRow(t('readout.wgs'), [wgs], wgs);
  refill(rows, wgsRow);
  void import('../coords/vn2000.ts').then(({ toGrid }) => {
    const [east, north] = toGrid(zone, place);
    const [x, y] = [formatMetres(north), formatMetres(east)];
    const lines = [`${t('readout.north')} ${x}`, `${t('readout.east')} ${y}`];
    refill(rows, zonePicker(app), copyRow(`VN-2000 ${zoneName(zone)}`, lines, `${x} ${y}`), wgsRow);
  });
  return rows;
}

function copyRow(label: string, lines: readonly string[], copied: string): HTMLElement {
  return h(
    'div',
    { class: 'copy-row' },
    h('div', {}, h('p', { class: 'kicker' }, label), ...lines.map((line) => h('p', { class: 'number' }, line))),
    h(
      'button',
      {
        class: 'icon-button',
        attrs: { type: 'button', 'aria-label': `${t('common.copy')}: ${label}`, title: t('common.copy') },
        on: { click: () => void copyText(copied) },
      },
      icon('copy'),
    ),
  );
}
