/** Signs of the live part, as `ui/icons.ts` has those of the page. */

import { drawn } from '../ui/icons.ts';

const PATHS = {
  play: 'M7 4.5v15l12.5-7.5L7 4.5Z',
  pause: 'M8 5v14M16 5v14',
  history: 'M4 12a8 8 0 1 0 2.6-5.9L4 8.5M4 4.5v4h4M12 7.5V12l3.2 2',
  pulse: 'M3 12.5h4l2.5-7 4.5 13 2.5-6H21',
  list: 'M8.5 6H20M8.5 12H20M8.5 18H20M4.5 6h.01M4.5 12h.01M4.5 18h.01',
  download: 'M12 4v11M7.5 11 12 15.5 16.5 11M5 19.5h14',
  lamp: 'M5 20.5h7M8.5 20.5V8a4.5 4.5 0 0 1 9 0M13.5 8h8M15 11.5l-1 2.5M17.5 11.5V14.5M20 11.5l1 2.5',
  stop: 'M6.5 6.5h11v11h-11v-11Z',
} as const;

/** A sign, hidden from screen readers: the button that holds it has the words. */
export const sign = (name: keyof typeof PATHS): SVGSVGElement => drawn(PATHS[name]);
