import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { metricWindow, settlingSecondsOf, shortestBakeSecondsOf } from '../../src/rollout/window.ts';
import { noonMs } from './fixture.ts';

const clock = (time: string) => Date.parse(`2026-11-22T${time}Z`);
const window = (verified: string, now: string, periodSeconds: number) => {
  const { startMs, endMs } = metricWindow(clock(verified), clock(now), periodSeconds);
  return [startMs, endMs].map((ms) => new Date(ms).toISOString().slice(11, 19));
};

/** What SageMaker offers. */
const periods = fc.constantFrom(10, 30, 60, 120, 180, 240, 300);

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
  ])('by the minute: verified %s, asked %s', (verified, now, expected) => expect(window(verified, now, 60)).toEqual(expected));

  test.each([
    // Every ten seconds: twenty are left for datapoints to arrive.
    ['12:00:31', '12:01:09', ['12:00:40', '12:00:40']],
    ['12:00:31', '12:01:10', ['12:00:40', '12:00:50']],
    ['12:00:30', '12:01:19', ['12:00:30', '12:00:50']],
  ])('by ten seconds: verified %s, asked %s', (verified, now, expected) => expect(window(verified, now, 10)).toEqual(expected));

  test('holds whole periods only, none from before the shift and none that has not settled', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 86_400_000 }),
        fc.integer({ min: 0, max: 86_400_000 }),
        periods,
        (verifiedAfterMs, askedAfterMs, periodSeconds) => {
          const verifiedAtMs = noonMs + verifiedAfterMs;
          const nowMs = verifiedAtMs + askedAfterMs;
          const { startMs, endMs } = metricWindow(verifiedAtMs, nowMs, periodSeconds);
          expect(startMs % (1000 * periodSeconds)).toBe(0);
          expect(endMs % (1000 * periodSeconds)).toBe(0);
          expect(startMs).toBeGreaterThanOrEqual(verifiedAtMs);
          expect(endMs).toBeGreaterThanOrEqual(startMs);
          if (endMs > startMs) expect(nowMs - endMs).toBeGreaterThanOrEqual(1000 * settlingSecondsOf(periodSeconds));
        },
      ),
    );
  });

  test('holds evidence at the end of the shortest bake, whenever in a period the shift was verified', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 299_999 }), periods, (withinMs, periodSeconds) => {
        const verifiedAtMs = noonMs + withinMs;
        const { startMs, endMs } = metricWindow(verifiedAtMs, verifiedAtMs + 1000 * shortestBakeSecondsOf(periodSeconds), periodSeconds);
        expect(endMs - startMs).toBeGreaterThanOrEqual(1000 * periodSeconds);
      }),
    );
  });
});

describe('settlingSecondsOf()', () => {
  test.each([
    [10, 20],
    [30, 60],
    [60, 120],
    [300, 120],
  ])('a period of %d s settles in %d s', (periodSeconds, seconds) => expect(settlingSecondsOf(periodSeconds)).toBe(seconds));
});
