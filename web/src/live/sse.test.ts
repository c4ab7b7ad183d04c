import { expect, it } from 'vitest';

import { SseParser } from './sse.ts';

const TEXT = ': xin chào\n\nevent: observations\nid: 41\ndata: [1]\n\nevent: health\ndata: {"a":\ndata: 1}\n\ndata: mưa\r\n\r\n';
const EXPECTED = [
  { type: 'observations', id: '41', data: '[1]' },
  { type: 'health', id: '41', data: '{"a":\n1}' },
  { type: 'message', id: '41', data: 'mưa' },
];

it('puts events together wherever the pieces are cut', () => {
  for (let size = 1; size <= TEXT.length; size += 1) {
    const parser = new SseParser();
    const frames = [];
    for (let at = 0; at < TEXT.length; at += size) frames.push(...parser.push(TEXT.slice(at, at + size)));
    expect(frames, `in pieces of ${size}`).toEqual(EXPECTED);
  }
});

it('tells nothing of an event that did not end, or that has no data', () => {
  const parser = new SseParser();
  expect(parser.push('event: a\nid: 3\n\ndata: x')).toEqual([]);
  expect(parser.push('\n\n')).toEqual([{ type: 'message', id: '3', data: 'x' }]);
});
