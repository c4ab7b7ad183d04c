import { expect, it } from 'vitest';

import { contentsOf } from './swmm.ts';

it('counts nodes, links and places, whatever the lines end with, and no comments', () => {
  const inp = '[TITLE]\r\nThử\r\n[JUNCTIONS]\r\n;;Name Elev\r\nJ1 1.2 2\r\nJ2 1.0 2 ; sâu\r\n\r\n[outfalls]\r\nO1 0 FREE\r\n[CONDUITS]\r\nC1 J1 J2 50 0.013\r\nC2 J2 O1 50 0.013\r\n[COORDINATES]\r\nJ1 1 2\r\n';
  expect(contentsOf(inp)).toEqual({ nodes: 3, links: 2, places: 1 });
  expect(contentsOf('không phải SWMM')).toEqual({ nodes: 0, links: 0, places: 0 });
});
