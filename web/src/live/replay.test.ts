import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { LiveApi } from './api.ts';
import { DEVICES, startFixture, valueAt, type Fixture } from './fixture-server.ts';
import { instantIn, localText } from './replay-bar.ts';
import { Replay, replayFrom, replayText } from './replay.ts';

const HOUR_MS = 3_600_000;
const VIEW = { roles: ['gauges'], bbox: [108.4, 15.5, 108.6, 15.6] as const };

describe('a replay in the address', () => {
  const view = { from: Date.UTC(2026, 10, 20), to: Date.UTC(2026, 10, 21), at: Date.UTC(2026, 10, 20, 6, 30), speed: 600 };

  it('comes back as it was', () => {
    expect(replayText(view)).toBe('2026-11-20T00:00:00Z/2026-11-21T00:00:00Z/2026-11-20T06:30:00Z/600');
    expect(replayFrom(replayText(view))).toEqual(view);
  });

  it('is mended where it can be, else left out', () => {
    expect(replayFrom('2026-11-20T00:00:00Z/2026-11-21T00:00:00Z')).toEqual({ ...view, at: view.from });
    expect(replayFrom('2026-11-20T00:00:00Z/2026-11-21T00:00:00Z/2027-01-01T00:00:00Z/7')).toEqual({ ...view, at: view.from });
    for (const text of ['', 'x/y', '2026-11-21T00:00:00Z/2026-11-20T00:00:00Z', '2026-11-20/2026-11-21']) {
      expect(replayFrom(text), text).toBeUndefined();
    }
  });

  it('is chosen in the time of Vietnam', () => {
    expect(localText(view.at)).toBe('2026-11-20T13:30');
    expect(instantIn('2026-11-20T13:30')).toBe(view.at);
  });
});

describe('a replay', () => {
  let fixture: Fixture;
  beforeEach(async () => {
    fixture = await startFixture();
    vi.stubGlobal('document', { baseURI: fixture.base });
  });
  afterEach(async () => {
    await fixture.close();
    vi.unstubAllGlobals();
  });

  const begin = (): { replay: Replay; from: number; to: number; onEnd: ReturnType<typeof vi.fn>; onTrouble: ReturnType<typeof vi.fn> } => {
    const to = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
    const from = to - 6 * HOUR_MS;
    const [onEnd, onTrouble] = [vi.fn(), vi.fn()];
    const replay = new Replay(new LiveApi(), { from, to, at: from, speed: 3600 }, { onChange: () => undefined, onTick: () => undefined, onEnd, onTrouble });
    return { replay, from, to, onEnd, onTrouble };
  };
  const stream = DEVICES[0]?.streams[0];
  const level = (replay: Replay): unknown => replay.store.thing(1)?.readings[0]?.result;

  it('shows the state of the instant that somebody scrubs to', async () => {
    const { replay, from } = begin();
    replay.watch(VIEW);
    await vi.waitFor(() => expect(replay.store.size).toBe(3));
    replay.seek(from + HOUR_MS);
    replay.seek(from + 2 * HOUR_MS);
    await vi.waitFor(() => expect(replay.store.latest).toBe(from + 2 * HOUR_MS));
    if (!stream) throw new Error('the fixture has no stream');
    // The fixture's storm moves with the clock: a second changes no centimetre.
    expect(level(replay)).toBeCloseTo(valueAt(stream, from + 2 * HOUR_MS, Date.now()), 1);
    // Only where it settled was asked for.
    expect(fixture.asked.filter((each) => each.includes('replay/state'))).toHaveLength(2);
    replay.stop();
  });

  it('plays to its end and stops there', async () => {
    const { replay, to, onEnd, onTrouble } = begin();
    replay.watch(VIEW);
    await vi.waitFor(() => expect(replay.store.size).toBe(3));
    replay.play();
    expect(replay.playing).toBe(true);
    await vi.waitFor(() => expect(onEnd).toHaveBeenCalledOnce(), { timeout: 12_000 });
    expect(replay.playing).toBe(false);
    expect(replay.state.at).toBe(to);
    expect(onTrouble).not.toHaveBeenCalled();
    expect(replay.store.latest).toBe(to);
  }, 15_000);

  it('says that the server is gone, and pauses', async () => {
    const { replay, from, onTrouble } = begin();
    replay.watch(VIEW);
    await vi.waitFor(() => expect(replay.store.size).toBe(3));
    await fixture.close();
    replay.play();
    replay.seek(from + HOUR_MS);
    await vi.waitFor(() => expect(onTrouble).toHaveBeenCalled());
    expect(replay.playing).toBe(false);
    fixture = await startFixture();
  });
});
