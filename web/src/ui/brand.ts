const SVG = 'http://www.w3.org/2000/svg';

/** The mark of Dothi: three houses by a river. The same drawing is `public/icon.svg`. */
export function brandMark(): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 32 32');
  svg.setAttribute('class', 'mark');
  svg.setAttribute('aria-hidden', 'true');
  const shapes: [string, string][] = [
    ['#0b6e69', 'M9 0h14a9 9 0 0 1 9 9v14a9 9 0 0 1-9 9H9a9 9 0 0 1-9-9V9a9 9 0 0 1 9-9Z'],
    ['#ffffff', 'M6.5 20v-7l3.5-2.5 3.5 2.5v7h-7Z'],
    ['#ffd8a8', 'M14.5 20V8l4-2.5 4 2.5v12h-8Z'],
    ['#ffffff', 'M23.5 20v-6.5h3V20h-3Z'],
    ['#7fd1c7', 'M5 24.5c2.5-2.2 5-2.2 7.3-.5s4.8 1.7 7.3-.1 4.9-1.7 7.4.3v2.2c-2.5-2-4.9-2.1-7.4-.3s-5 1.8-7.3.1-4.8-1.7-7.3.5v-2.2Z'],
  ];
  for (const [fill, d] of shapes) {
    const path = document.createElementNS(SVG, 'path');
    path.setAttribute('fill', fill);
    path.setAttribute('d', d);
    svg.append(path);
  }
  return svg;
}
