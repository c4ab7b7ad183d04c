import type { App } from '../app.ts';
import { ZONES, zoneName, zoneOf, type Zone } from '../coords/zones.ts';
import { t } from '../i18n/index.ts';
import { h } from '../ui/dom.ts';

const STORED = 'dothi.zone';

/**
 * A list to choose the VN-2000 grid from; the choice is remembered on this device. A short one names
 * the grids without their codes.
 */
export function zonePicker(app: App, isShort = false): HTMLElement {
  const select = h(
    'select',
    {
      class: 'zone',
      attrs: { 'aria-label': t('readout.zone') },
      on: {
        change: () => {
          const zone = zoneOf(Number(select.value));
          if (!zone) return;
          storeZone(zone.epsg);
          app.state.set('zone', zone);
        },
      },
    },
    ...ZONES.map((zone) => {
      const label = isShort ? `VN-2000 ${shortName(zone)}` : `${zoneName(zone)} · EPSG:${zone.epsg}`;
      return h('option', { attrs: { value: zone.epsg } }, label);
    }),
  );
  select.value = String(app.state.get('zone').epsg);
  return select;
}

function shortName(zone: Zone): string {
  return zoneName(zone).replace('TM-3 ', '');
}

function storeZone(epsg: number): void {
  try {
    localStorage.setItem(STORED, String(epsg));
  } catch {
    // A browser that keeps nothing still shows the zone.
  }
}

/** The grid chosen on this device before. */
export function storedZone(): number | undefined {
  try {
    return Number(localStorage.getItem(STORED)) || undefined;
  } catch {
    return undefined;
  }
}
