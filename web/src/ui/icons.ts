/** The page's own icons: 24 × 24, drawn with strokes in the colour of the text. */

const PATHS = {
  search: 'M10.5 17a6.5 6.5 0 1 1 0-13 6.5 6.5 0 0 1 0 13ZM15.4 15.4 20 20',
  close: 'M6 6l12 12M18 6 6 18',
  layers: 'M12 3.5 3.5 8 12 12.5 20.5 8 12 3.5ZM3.5 12 12 16.5 20.5 12M3.5 16 12 20.5 20.5 16',
  plus: 'M12 5v14M5 12h14',
  minus: 'M5 12h14',
  north: 'M12 3.5 16.5 20 12 16.6 7.5 20 12 3.5Z',
  home: 'M4 11.2 12 4.5l8 6.7M6.2 9.6V19h11.6V9.6M10 19v-5h4v5',
  locate: 'M12 16.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9ZM12 2.5v3M12 18.5v3M2.5 12h3M18.5 12h3',
  cube: 'M12 3 4.5 7v10l7.5 4 7.5-4V7L12 3ZM4.5 7l7.5 4 7.5-4M12 11v10',
  terrain: 'M2.5 18.5 9 7.5l4 6.5 2.3-3.2 6.2 7.7H2.5Z',
  ruler: 'M3.5 15.5 15.5 3.5l5 5-12 12-5-5ZM7.2 11.8l1.8 1.8M10 9l2.6 2.6M12.8 6.2l1.8 1.8',
  target: 'M12 21s-6.5-5.6-6.5-11a6.5 6.5 0 0 1 13 0c0 5.4-6.5 11-6.5 11ZM12 12.3a2.3 2.3 0 1 0 0-4.6 2.3 2.3 0 0 0 0 4.6Z',
  goto: 'M12 3v6M12 15v6M3 12h6M15 12h6M12 12h.01',
  share: 'M16.5 8.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5ZM7 14.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5ZM16.5 20.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5ZM9.2 10.8l5.1-3.1M9.2 13.2l5.1 3.1',
  print: 'M7 8.5V3.5h10v5M7 17.5H4.5v-9h15v9H17M7 14.5h10v6H7v-6Z',
  chevron: 'm7 10 5 5 5-5',
  up: 'm7 14 5-5 5 5',
  down: 'm7 10 5 5 5-5',
  back: 'M19 12H5M11 6l-6 6 6 6',
  copy: 'M9 9h10.5v10.5H9V9ZM5.5 15H4.5V4.5H15v1',
  link: 'M10 14a4 4 0 0 0 5.7 0l3.1-3.1a4 4 0 0 0-5.7-5.7L12 6.3M14 10a4 4 0 0 0-5.7 0l-3.1 3.1a4 4 0 0 0 5.7 5.7L12 17.7',
  open: 'M13 4.5h6.5V11M19.5 4.5 11 13M17 14v5.5H4.5V7H10',
  zoom: 'M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5',
  grip: 'M9 6h.01M15 6h.01M9 12h.01M15 12h.01M9 18h.01M15 18h.01',
  road: 'M8 3.5 5 20.5M16 3.5l3 17M12 4v3M12 10.5v3M12 17v3',
  building: 'M5 20.5v-14l7-3v17M12 9h7v11.5M3.5 20.5h17M8 9.5v.01M8 13v.01M8 16.5v.01M15.5 12.5v.01M15.5 16v.01',
  parcel: 'M4 5.5 14 4l6 4.5-2 10.5-12 1L4 5.5ZM14 4l-2.5 15.6',
  undo: 'M9 7 4.5 11.5 9 16M4.5 11.5H15a4.5 4.5 0 0 1 0 9h-2',
  check: 'm5 12.5 4.5 4.5L19 7.5',
  area: 'M5 5h14v14H5V5ZM5 5h.01M19 5h.01M5 19h.01M19 19h.01',
  sun: 'M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4',
  live: 'M12 13.5a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3ZM8.1 15.9a5.5 5.5 0 0 1 0-7.8M15.9 8.1a5.5 5.5 0 0 1 0 7.8M5.3 18.7a9.5 9.5 0 0 1 0-13.4M18.7 5.3a9.5 9.5 0 0 1 0 13.4',
  bell: 'M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 2h-15l1.5-2ZM10 18.5a2 2 0 0 0 4 0M12 5V3.5',
  flood: 'M12 3.5 5.5 9v4M12 3.5 18.5 9v4M10 13V9.8h4V13M3 16.2c1.5-1.3 3-1.3 4.5 0s3 1.3 4.5 0 3-1.3 4.5 0 3 1.3 4.5 0M3 20c1.5-1.3 3-1.3 4.5 0s3 1.3 4.5 0 3-1.3 4.5 0 3 1.3 4.5 0',
  disaster: 'M12 3 4.5 6v5.5c0 4.6 3 7.9 7.5 9.5 4.5-1.6 7.5-4.9 7.5-9.5V6L12 3ZM12 8v4.5M12 15.7h.01',
  warning: 'M12 4 2.8 19.5h18.4L12 4ZM12 10v4.5M12 17h.01',
} as const;

export type IconName = keyof typeof PATHS;

const SVG = 'http://www.w3.org/2000/svg';

/** An icon, hidden from screen readers: the button that holds it has the words. */
export const icon = (name: IconName): SVGSVGElement => drawn(PATHS[name]);

/** A drawing of 24 by 24 as an icon. */
export function drawn(d: string): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', d);
  svg.appendChild(path);
  return svg;
}
