import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { metricWindow, shortestBakeSeconds } from '../../src/rollout/window.ts';
import { noonMs } from './fixture.ts';

const clock = (time: string) => Date.parse(`2026-11-22T${time}Z`);
const window = (verified: string, now: string) => {
  const { startMs, endMs } = metricWindow(clock(verified), clock(now));
  return [startMs, endMs].map((ms) => new Date(ms).toISOString().slice(11, 19));
};

describe('metricWindow()', () => {
  test.each([
    // A shift verified within a minute leaves that minute out: half of it was another share. Two minutes are left for datapoints to arrive.
    ['12:00:30', '12:05:00', ['12:01:00', '12:03:00']],
    ['12:00:30', '12:05:59', ['12:01:00', '12:03:00']],
    ['12:00:30', '12:06:00', ['12:01:00', '12:04:00']],
    ['12:00:00', '12:04:00', ['12:00:00', '12:02:00']],
    // Nothing complete yet: empty, not backwards.
    ['12:00:30', '12:01:00', ['12:01:00', '12:01:00']],
    ['12:00:30', '12:03:59', ['12:01:00', '12:01:00']],
  ])('verified %s, asked %s', (verified, now, expected) => expect(window(verified, now)).toEqual(expected));

  test('holds whole periods only, none from before the shift and none of the newest two minutes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 86_400_000 }), fc.integer({ min: 0, max: 86_400_000 }), (verifiedAfterMs, askedAfterMs) => {
        const verifiedAtMs = noonMs + verifiedAfterMs;
        const nowMs = verifiedAtMs + askedAfterMs;
        const { startMs, endMs } = metricWindow(verifiedAtMs, nowMs);
        expect(startMs % 60_000).toBe(0);
        expect(endMs % 60_000).toBe(0);
        expect(startMs).toBeGreaterThanOrEqual(verifiedAtMs);
        expect(endMs).toBeGreaterThanOrEqual(startMs);
        if (endMs > startMs) expect(nowMs - endMs).toBeGreaterThanOrEqual(120_000);
      }),
    );
  });

  test('holds evidence at the end of the shortest bake, whenever in a minute the shift was verified', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 59_999 }), (withinMinuteMs) => {
        const verifiedAtMs = noonMs + withinMinuteMs;
        const { startMs, endMs } = metricWindow(verifiedAtMs, verifiedAtMs + shortestBakeSeconds * 1000);
        expect(endMs - startMs).toBeGreaterThanOrEqual(60_000);
      }),
    );
  });
});
