/** What a SWMM 5 file holds, as far as the form tells of it; the server reads it whole. */

const NODES = new Set(['JUNCTIONS', 'OUTFALLS', 'STORAGE', 'DIVIDERS']);
const LINKS = new Set(['CONDUITS', 'PUMPS', 'ORIFICES', 'WEIRS', 'OUTLETS']);

/** How many nodes, links and places of nodes there are. */
export interface Contents {
  readonly nodes: number;
  readonly links: number;
  readonly places: number;
}

/** Counts the lines of the sections; comments begin with `;`. */
export function contentsOf(inp: string): Contents {
  let section = '';
  const counts = { nodes: 0, links: 0, places: 0 };
  for (const line of inp.split(/\r\n?|\n/)) {
    const told = line.split(';')[0]?.trim() ?? '';
    const head = /^\[(\w+)/.exec(told)?.[1];
    if (head !== undefined) section = head.toUpperCase();
    else if (told && NODES.has(section)) counts.nodes += 1;
    else if (told && LINKS.has(section)) counts.links += 1;
    else if (told && section === 'COORDINATES') counts.places += 1;
  }
  return counts;
}
