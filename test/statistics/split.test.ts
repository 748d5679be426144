import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lnSplitOff } from '../../src/statistics/split.ts';

describe('lnSplitOff()', () => {
  // Computed with mpmath, 40 digits: ln B(1000 w + c, 1000 (1 - w) + s) - ln B(1000 w, 1000 (1 - w)) - c ln w - s ln(1 - w).
  test.each([
    [10, 90, 0.1, -0.0477316885377428],
    [60, 940, 0.1, 4.49191075032025],
    [0, 1000, 0.1, 33.3859616806185],
    [500, 500, 0.5, -0.346698590243514],
    [50_000, 950_000, 0.05, -3.4560467506858],
    [49_000, 951_000, 0.05, 7.13634099169589],
    [300, 9700, 0.01, 121.320605662615],
  ])('has the reference value for %i of the canary and %i of stable at a share of %f', (canary, stable, share, expected) => {
    expect(lnSplitOff(canary, stable, share)).toBeCloseTo(expected, 9);
  });

  test('stays accurate at a thousand million requests', () => {
    expect(lnSplitOff(100_000_000, 900_000_000, 0.1)).toBeCloseTo(-6.90859836795316, 5);
  });

  test('is an e-value: by enumeration its expectation under the intended split is 1', () => {
    for (const [requests, share] of [
      [1, 0.5],
      [12, 0.05],
      [40, 0.3],
    ] as const) {
      let expectation = 0;
      let chance = (1 - share) ** requests;
      for (let canary = 0; canary <= requests; canary += 1) {
        expectation += chance * Math.exp(lnSplitOff(canary, requests - canary, share));
        chance *= ((requests - canary) / (canary + 1)) * (share / (1 - share));
      }
      expect(expectation).toBeCloseTo(1, 9);
    }
  });

  test('is a martingale: whatever was seen, the next request leaves it where it is on average', () => {
    fc.assert(
      fc.property(fc.nat(10_000), fc.nat(10_000), fc.double({ min: 0.01, max: 0.99, noNaN: true }), (canary, stable, share) => {
        const now = lnSplitOff(canary, stable, share);
        const next =
          share * Math.exp(lnSplitOff(canary + 1, stable, share) - now) + (1 - share) * Math.exp(lnSplitOff(canary, stable + 1, share) - now);
        expect(next).toBeCloseTo(1, 8);
      }),
    );
  });

  test('treats the sides alike', () => {
    expect(lnSplitOff(700, 300, 0.8)).toBeCloseTo(lnSplitOff(300, 700, 0.2), 9);
  });
});
