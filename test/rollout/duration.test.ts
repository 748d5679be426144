import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toDuration, toSeconds } from '../../src/rollout/duration.ts';

describe('toSeconds()', () => {
  test.each([
    ['0s', 0],
    ['90s', 90],
    ['6m', 360],
    ['1h30m', 5400],
    ['7d', 604_800],
    ['1d1h1m1s', 90_061],
  ])('%s', (text, seconds) => expect(toSeconds(text)).toBe(seconds));
  test.each(['', '6', 'm', '6 m', '-6m', '1.5h', '6min', '6M', '6m '])('takes "%s" for no duration', (text) =>
    expect(toSeconds(text)).toBeUndefined(),
  );
});

describe('toDuration()', () => {
  test.each([
    [0, '0s'],
    [59, '59s'],
    [240, '4m'],
    [5400, '1h30m'],
    [86_461, '1d1m1s'],
  ])('%s', (seconds, text) => expect(toDuration(seconds)).toBe(text));
  test('says what toSeconds() reads', () => {
    fc.assert(
      fc.property(fc.nat(10_000_000), (seconds) => {
        expect(toSeconds(toDuration(seconds))).toBe(seconds);
      }),
    );
  });
});
