/** The table of units as a file. */

import type { Unit } from './model.ts';

const HEAD = ['code', 'name', 'people', 'households', 'vulnerable', 'buildings', 'buildings_flooded', 'flooded_ha', 'depth_m', 'first_h', 'peak_h'];

/** With a byte order mark, without which spreadsheets take Vietnamese letters for others. */
export function unitsCsv(units: readonly Unit[]): string {
  const cell = (value: string | number | undefined): string => {
    const plain = value === undefined ? '' : String(value);
    return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
  };
  const rows = units.map((unit) =>
    [
      unit.code, unit.name, unit.people, unit.households, unit.vulnerable, unit.buildings, unit.buildings_flooded, unit.flooded_ha,
      unit.deepest?.depth_m, unit.first_h, unit.peak_h,
    ].map(cell).join(','),
  );
  return `\ufeff${[HEAD.join(','), ...rows].join('\r\n')}\r\n`;
}
