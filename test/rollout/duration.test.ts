import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { ApprovalSpec } from '../../src/rollout/approval-spec.ts';
import { Duration, toDuration, toSeconds } from '../../src/rollout/duration.ts';

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

const messagesOf = (parsed: ReturnType<typeof z.safeParse>) => parsed.error?.issues.map(({ message }) => message) ?? [];

describe('Duration', () => {
  test.each([
    ['0s', 0],
    ['365d', 31_536_000],
    ['8760h', 31_536_000],
  ])('reads %s', (text, seconds) => expect(z.parse(Duration, text)).toBe(seconds));
  test.each(['366d', '365d1s', '8761h', `${'9'.repeat(400)}d`])('refuses more than a year: %s', (text) =>
    expect(messagesOf(z.safeParse(Duration, text))).toEqual(['Expected at most 365d']),
  );
});

describe('ApprovalSpec', () => {
  test.each(['1m', '24h', '30d'])('lets an answer take %s', (expires) => expect(messagesOf(z.safeParse(ApprovalSpec, { expires }))).toEqual([]));
  test.each([
    ['59s', 'Expected at least 1m'],
    ['30d1s', 'Expected at most 30d'],
    ['400d', 'Expected at most 365d'],
  ])('refuses %s with one reason', (expires, message) => expect(messagesOf(z.safeParse(ApprovalSpec, { expires }))).toEqual([message]));
});
