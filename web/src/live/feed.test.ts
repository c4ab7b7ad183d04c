import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { LiveApi } from './api.ts';
import { Feed, type FeedListener } from './feed.ts';
import { DEVICES, eventOf, startFixture, type Fixture } from './fixture-server.ts';
import { EventStream, type Line } from './stream.ts';
import type { Frame } from './sse.ts';

const VIEW = { roles: ['gauges', 'rain-gauges'], bbox: [108.4, 15.5, 108.6, 15.6] as const };

let fixture: Fixture;
beforeEach(async () => {
  fixture = await startFixture();
  vi.stubGlobal('document', { baseURI: fixture.base });
});
afterEach(async () => {
  await fixture.close();
  vi.unstubAllGlobals();
});

const listener = (more: Partial<FeedListener>): FeedListener => ({
  onChange: () => undefined, onLine: () => undefined, onAlerts: () => undefined, onHealth: () => undefined, onPositions: () => undefined, ...more,
});
const gauge = DEVICES[0];
const askedFor = (path: string): string[] => fixture.asked.filter((each) => each.includes(path));

it('shows a snapshot, then what comes after it', async () => {
  const lines: Line[] = [];
  const onHealth = vi.fn();
  const onAlerts = vi.fn();
  const feed = new Feed(new LiveApi(), listener({ onLine: (line) => lines.push(line), onHealth, onAlerts }));
  feed.watch(VIEW);
  await vi.waitFor(() => expect(lines).toContain('open'));
  expect(feed.store.size).toBe(5);
  expect(askedFor('live/events')[0]).toContain('since=100');

  const later = Date.now() + 60_000;
  if (!gauge) throw new Error('the fixture has no gauge');
  fixture.send('observations', eventOf(gauge, later, later));
  fixture.send('health', { received_per_s: 12 });
  fixture.send('alerts', {});
  await vi.waitFor(() => expect(onAlerts).toHaveBeenCalledOnce());
  expect(feed.store.latest).toBe(later);
  expect(onHealth).toHaveBeenCalledWith(expect.objectContaining({ received_per_s: 12 }));
  feed.stop();
});

it('asks for no more while the view stays within what was asked for', async () => {
  const feed = new Feed(new LiveApi(), listener({}));
  feed.watch(VIEW);
  await vi.waitFor(() => expect(feed.store.size).toBe(5));
  feed.watch({ ...VIEW, bbox: [108.45, 15.5, 108.65, 15.6] });
  expect(askedFor('live/latest')).toHaveLength(1);
  feed.watch({ ...VIEW, roles: ['gauges'] });
  await vi.waitFor(() => expect(feed.store.size).toBe(3));
  await vi.waitFor(() => expect(askedFor('live/events')).toHaveLength(2));
  feed.stop();
});

const listen = (more: Partial<ConstructorParameters<typeof EventStream>[0]>): { stream: EventStream; frames: Frame[]; lines: Line[] } => {
  const frames: Frame[] = [];
  const lines: Line[] = [];
  const stream = new EventStream({
    address: (since) => `${fixture.base}live/events?since=${since}`,
    onFrame: (frame) => frames.push(frame),
    onLine: (line) => lines.push(line),
    firstWait_ms: 10,
    ...more,
  });
  return { stream, frames, lines };
};

it('goes on after the last event that it took when the line breaks', async () => {
  const { stream, frames, lines } = listen({});
  await vi.waitFor(() => expect(lines.at(-1)).toBe('open'));
  fixture.send('observations', [], '205');
  await vi.waitFor(() => expect(frames).toHaveLength(1));
  fixture.cut();
  await vi.waitFor(() => expect(lines).toEqual(['connecting', 'open', 'lost', 'open']));
  expect(askedFor('live/events').at(-1)).toContain('since=205');
  stream.stop();
});

it('tries again where it is refused, and starts anew where the server forgot', async () => {
  const onGap = vi.fn();
  fixture.refuseEvents(410, 2);
  const { stream, lines } = listen({ since: '7', onGap });
  await vi.waitFor(() => expect(lines.at(-1)).toBe('open'));
  expect(onGap).toHaveBeenCalledTimes(2);
  expect(askedFor('live/events').at(-1)).toMatch(/since=$/);
  stream.stop();
});

it('takes a silent line for a dead one', async () => {
  const { stream, lines } = listen({ silence_ms: 60 });
  await vi.waitFor(() => expect(lines).toContain('lost'));
  stream.stop();
});

it('stops when it is told to', async () => {
  const { stream, lines } = listen({});
  await vi.waitFor(() => expect(lines.at(-1)).toBe('open'));
  stream.stop();
  fixture.cut();
  await new Promise((done) => setTimeout(done, 50));
  expect(lines.at(-1)).toBe('open');
});
