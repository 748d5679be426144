import { expect, it } from 'vitest';
import { timeoutMsOf } from '../../../src/emulator/states/task.ts';

it.each([
  ['a function on the real clock', 'real', 1, true, 900_000],
  // 900 s of wall time are 15 h on a clock 60 times as fast.
  ['a function on a scaled clock, which hurries no computing', 'scaled', 60, true, 54_000_000],
  ['a token on a scaled clock', 'scaled', 60, false, 900_000],
  ['a function on the virtual clock, where it takes no time', 'virtual', Number.POSITIVE_INFINITY, true, 900_000],
] as const)('timeoutMsOf() 900 s of waiting for %s', (_, kind, rate, waitsForFunction, timeoutMs) => {
  expect(timeoutMsOf(900, waitsForFunction, { kind, rate })).toBe(timeoutMs);
});
