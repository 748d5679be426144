import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lnBeta, lnGamma, logAddExp, logSumExp } from '../../src/statistics/logarithms.ts';

/** Relative where a value is large, absolute near 0. */
const close = (found: number, expected: number, digits = 1e-10) => Math.abs(found - expected) <= digits * Math.max(1, Math.abs(expected));

describe('lnGamma()', () => {
  // mpmath 1.3 at 40 digits.
  test.each([
    [1e-8, 18.4206807381802],
    [0.1, 2.25271265173421],
    [0.5, 0.5723649429247],
    [1.5, -0.120782237635245],
    [2.5, 0.284682870472919],
    [7.25, 7.05218545073854],
    [19.999, 39.3369136888431],
    [20, 39.3398841871995],
    [33.3, 82.6037235816549],
    [1000, 5905.22042320918],
    [123456.5, 1323898.63066274],
    [1e9, 19723265827.5037],
  ])('of %d is what a library of forty digits says', (x, expected) => expect(close(lnGamma(x), expected), `${lnGamma(x)}`).toBe(true));
});

describe('lnBeta()', () => {
  // mpmath 1.3 at 40 digits.
  test.each([
    [0.5, 0.5, 1.1447298858494],
    [0.5, 500.5, -2.53518910624473],
    [3.5, 497.5, -20.5413871909115],
    [5.5, 1e9, -110.020148147962],
    [25, 40, -43.7517098238854],
    [1000.5, 1e6, -7914.24397068624],
    [1e6, 1e6, -1386300.00336292],
    [1e9, 1e9, -1386294370.21601],
    [0.5, 1e9, -9.78926797542351],
    [20.5, 20.5, -28.6576377656958],
  ])('of %d and %d is what a library of forty digits says, either way round', (a, b, expected) => {
    expect(close(lnBeta(a, b), expected), `${lnBeta(a, b)}`).toBe(true);
    expect(lnBeta(b, a)).toBe(lnBeta(a, b));
  });
});

describe('logAddExp()', () => {
  test('adds what its arguments are the logarithms of', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-100, max: 1e100, noNaN: true }), fc.double({ min: 1e-100, max: 1e100, noNaN: true }), (a, b) => {
        expect(close(logAddExp(Math.log(a), Math.log(b)), Math.log(a + b), 1e-12)).toBe(true);
      }),
    );
  });

  test('takes -Infinity for the logarithm of nothing', () => {
    expect(logAddExp(Number.NEGATIVE_INFINITY, 3)).toBe(3);
    expect(logAddExp(Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY)).toBe(Number.NEGATIVE_INFINITY);
    expect(logSumExp([])).toBe(Number.NEGATIVE_INFINITY);
  });
});
