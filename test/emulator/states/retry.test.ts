import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/emulator/random.ts';
import { Retries } from '../../../src/emulator/states/retry.ts';
import { StateError } from '../../../src/emulator/states/state-error.ts';

const retrier = { errorEquals: ['States.ALL'], intervalSeconds: 10, maxAttempts: 20, backoffRate: 2, maxDelaySeconds: 60, jitter: 'FULL' as const };

describe('Retries', () => {
  it('full jitter draws each delay between nothing and the delay without it', () => {
    const retries = new Retries([retrier], seededRandom(7));
    const delays = Array.from({ length: 20 }, () => retries.delayAfter(new StateError('X')) ?? Number.NaN);
    const caps = [10, 20, 40, ...Array.from({ length: 17 }, () => 60)].map((seconds) => seconds * 1_000);
    for (const [index, delay] of delays.entries()) {
      expect(delay).toBeGreaterThanOrEqual(0);
      expect(delay).toBeLessThanOrEqual(caps[index] ?? 0);
    }
    expect(new Set(delays).size).toBeGreaterThan(15);
    expect(retries.delayAfter(new StateError('X'))).toBeUndefined();
    expect(retries.count).toBe(20);
  });

  it('the same seed draws the same delays', () => {
    const first = (seed: number) => new Retries([retrier], seededRandom(seed)).delayAfter(new StateError('X'));
    expect(first(7)).toBe(first(7));
    expect(first(7)).not.toBe(first(8));
  });

  it('never retries States.Runtime', () => {
    const named = { ...retrier, errorEquals: ['States.Runtime', 'States.ALL'] };
    expect(new Retries([named], seededRandom(1)).delayAfter(new StateError('States.Runtime', 'x'))).toBeUndefined();
  });
});
