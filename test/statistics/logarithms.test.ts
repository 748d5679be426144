import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lnBeta, lnGamma, logAddExp, logSumExp } from '../../src/statistics/logarithms.ts';

/** Relative where a value is large, absolute near 0. */
const close = (found: number, expected: number, digits = 1e-10) => Math.abs(found - expected) <= digits * Math.max(1, Math.abs(expected));

describe('lnGamma()', () => {
  // mpmath 1.3 at 40 digits.
  test.each([
    [1e-8, 18.420680738180209],
    [0.1, 2.252712651734206],
    [0.5, 0.57236494292470009],
    [1.5, -0.12078223763524522],
    [2.5, 0.28468287047291916],
    [7.25, 7.0521854507385394],
    [19.999, 39.336913688843101],
    [20, 39.339884187199494],
    [33.3, 82.603723581654953],
    [1000, 5905.2204232091812],
    [123456.5, 1323898.630662737],
    [1e9, 19723265827.503717],
  ])('of %d is what a library of forty digits says', (x, expected) => expect(close(lnGamma(x), expected), `${lnGamma(x)}`).toBe(true));
});

describe('lnBeta()', () => {
  // mpmath 1.3 at 40 digits.
  test.each([
    [0.5, 0.5, 1.1447298858494002],
    [0.5, 500.5, -2.5351891062447292],
    [3.5, 497.5, -20.541387190911504],
    [5.5, 1e9, -110.02014814796155],
    [25, 40, -43.75170982388542],
    [1000.5, 1e6, -7914.2439706862371],
    [1e6, 1e6, -1386300.0033629211],
    [1e9, 1e9, -1386294370.2160114],
    [0.5, 1e9, -9.7892679754235055],
    [20.5, 20.5, -28.657637765695799],
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
