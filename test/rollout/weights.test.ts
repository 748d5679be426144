import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sameWeight, toFloat32, toWeights } from '../../src/rollout/weights.ts';

const roles = { stable: 'churn-a', canary: 'churn-b' };
const percent = fc.double({ min: 0, max: 100, noNaN: true });
/** Weights SageMaker could have stored: 32-bit floats of ordinary size. */
const stored = fc.double({ min: 1e-6, max: 1e6, noNaN: true }).map(toFloat32);

describe('toWeights()', () => {
  test.each([
    // Share = weight / sum of weights, as SageMaker routes.
    [0, 100, 100, 0],
    [10, 100, 90, 10],
    [25, 2, 1.5, 0.5],
    [50, 1, 0.5, 0.5],
    [100, 7, 0, 7],
  ])('gives %s %% of %s as %s and %s', (canaryPercent, stableWeight, stable, canary) => {
    expect(toWeights(roles, canaryPercent, stableWeight)).toEqual([
      { VariantName: 'churn-a', DesiredWeight: stable },
      { VariantName: 'churn-b', DesiredWeight: canary },
    ]);
  });

  test('adds up to the weight stable had, so that other variants keep their shares', () => {
    fc.assert(
      fc.property(percent, stored, (canaryPercent, stableWeight) => {
        const [stable, canary] = toWeights(roles, canaryPercent, stableWeight);
        expect(Math.abs(stable.DesiredWeight + canary.DesiredWeight - stableWeight)).toBeLessThanOrEqual(stableWeight * 1.2e-7);
      }),
    );
  });

  test('names the two roles alone: whoever else is on the endpoint is not touched', () => {
    expect(toWeights(roles, 30, 5).map(({ VariantName }) => VariantName)).toEqual(['churn-a', 'churn-b']);
  });

  test('gives the canary more for more percent, and never below nothing', () => {
    fc.assert(
      fc.property(percent, percent, stored, (one, other, stableWeight) => {
        const [low, high] = one <= other ? [one, other] : [other, one];
        const [stableLow, canaryLow] = toWeights(roles, low, stableWeight);
        const [stableHigh, canaryHigh] = toWeights(roles, high, stableWeight);
        expect(canaryHigh.DesiredWeight).toBeGreaterThanOrEqual(canaryLow.DesiredWeight);
        expect(stableHigh.DesiredWeight).toBeLessThanOrEqual(stableLow.DesiredWeight);
        expect(Math.min(stableHigh.DesiredWeight, canaryLow.DesiredWeight)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  test('asks for 32-bit floats, which is what SageMaker will read back', () => {
    fc.assert(
      fc.property(percent, stored, (canaryPercent, stableWeight) => {
        const asked = toWeights(roles, canaryPercent, stableWeight).map(({ DesiredWeight }) => DesiredWeight);
        expect(asked).toEqual([...new Float32Array(asked)]);
      }),
    );
  });

  test('undoes exactly: 0 % is the weight stable had', () => {
    fc.assert(
      fc.property(stored, (stableWeight) => {
        expect(toWeights(roles, 0, stableWeight)[0].DesiredWeight).toBe(stableWeight);
      }),
    );
  });

  test.each([-1, 100.1, Number.NaN])('refuses %s %%', (canaryPercent) => expect(() => toWeights(roles, canaryPercent, 1)).toThrow(RangeError));
  test.each([0, -1, Number.NaN])('refuses to split a weight of %s', (weight) => expect(() => toWeights(roles, 10, weight)).toThrow(RangeError));
});

describe('sameWeight()', () => {
  test('takes a weight for the same before and after it was stored as a 32-bit float', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1e6, noNaN: true }), (weight) => {
        expect(sameWeight(weight, Math.fround(weight))).toBe(true);
      }),
    );
    expect(sameWeight(0, 0)).toBe(true);
  });

  test('tells no weight from a small one: one of them gets traffic', () => {
    fc.assert(
      fc.property(stored, (weight) => {
        expect(sameWeight(0, weight)).toBe(false);
      }),
    );
    expect(sameWeight(1e-6, 2e-6)).toBe(false);
  });
});
