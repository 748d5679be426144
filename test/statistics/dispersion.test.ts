import { describe, expect, test } from 'vitest';
import { type Chance, chanceOf } from '../../src/rehearsal/chance.ts';
import { advanceComparison, beginComparison, type ComparisonRule, harmOf } from '../../src/statistics/comparison.ts';
import { clusterSizeOf, type Pair } from '../../src/statistics/dispersion.ts';
import { rolesChanged } from '../../src/statistics/e-factor.ts';
import { lnMean } from '../../src/statistics/onset.ts';

/** Errors that come in bursts of `size`, at so many a request on average. */
const burst = (draw: Chance, requests: number, rate: number, size: number): number =>
  Math.min(requests, size * draw.poisson((requests * rate) / size));

/** Stable's history, two samples of the same minute each. */
function history(draw: Chance, rate: number, size: number, periods = 180): Pair[] {
  const one = () => ({ requests: 1000, bad: burst(draw, 1000, rate, size) });
  return Array.from({ length: periods }, () => ({ first: one(), second: one() }));
}

describe('clusterSizeOf()', () => {
  test('is 1 where errors come one by one, but for one history in a hundred', () => {
    let clustered = 0;
    for (let run = 0; run < 400; run += 1) if (clusterSizeOf(history(chanceOf(1, run), 0.01, 1)) > 1) clustered += 1;
    // Three standard errors of the variance are 1.35 in a thousand; the tail of a quotient is a little heavier.
    expect(clustered).toBeLessThanOrEqual(8);
  });

  test.each([2, 5])('is at least the size of the bursts: %d', (size) => {
    for (let run = 0; run < 20; run += 1) expect(clusterSizeOf(history(chanceOf(2, run), 0.01, size))).toBeGreaterThan(0.9 * size);
  });

  test('does not take for a cluster what both samples have in common', () => {
    const draw = chanceOf(3, 1);
    const shared = Array.from({ length: 180 }, () => {
      const rate = 0.01 * draw.gamma(4);
      const one = () => ({ requests: 1000, bad: draw.binomial(1000, rate) });
      return { first: one(), second: one() };
    });
    expect(clusterSizeOf(shared)).toBe(1);
  });

  test('assumes none from too little', () => {
    expect(clusterSizeOf([])).toBe(1);
    expect(clusterSizeOf(history(chanceOf(4, 1), 0.01, 5, 19))).toBe(1);
  });
});

const rule = (clusterSize: number): ComparisonRule => ({
  suspicions: [{ tolerance: { ratio: 1, extra: 0 }, ratios: [1.5, 2.5, 5, 12, 60], weight: 1, warmUp: 0 }],
  margin: { ratio: 1.5, extra: 0.0025 },
  usualRate: 0.01,
  clusterSize,
});

/** Share of good canaries whose evidence of harm ever reached 1/alpha, where errors come in bursts. */
function stopped(size: number, tempered: boolean, alpha: number, runs: number): number {
  let count = 0;
  for (let run = 0; run < runs; run += 1) {
    const draw = chanceOf(5, run);
    const of = rule(tempered ? clusterSizeOf(history(draw, 0.01, size)) : 1);
    let state = beginComparison(of);
    for (let tick = 0; tick < 120; tick += 1) {
      const counts = { canaryRequests: 300, canaryBad: burst(draw, 300, 0.01, size), stableRequests: 700, stableBad: burst(draw, 700, 0.01, size) };
      state = advanceComparison(state, counts, of, false);
      if (lnMean(harmOf(state, of)) >= -Math.log(alpha)) {
        count += 1;
        break;
      }
    }
  }
  return count / runs;
}

test('bursts of errors fool nobody once the evidence is divided by their size, and would without', () => {
  expect(stopped(5, false, 0.05, 100)).toBeGreaterThan(0.3);
  // Three standard errors above alpha.
  expect(stopped(5, true, 0.05, 300)).toBeLessThan(0.05 + 3 * Math.sqrt((0.05 * 0.95) / 300));
});

test('the comparison is symmetric: evidence that the canary is worse is evidence that stable is better, with the roles changed', () => {
  const draw = chanceOf(6, 1);
  const of = rule(1);
  let forth = beginComparison(of);
  let back = beginComparison(of);
  for (let tick = 0; tick < 60; tick += 1) {
    const counts = { canaryRequests: 400, canaryBad: draw.binomial(400, 0.03), stableRequests: 400, stableBad: draw.binomial(400, 0.01) };
    forth = advanceComparison(forth, counts, of, false);
    back = advanceComparison(back, rolesChanged(rolesChanged(counts)), of, false);
  }
  expect(lnMean(harmOf(back, of))).toBe(lnMean(harmOf(forth, of)));
  // At equal exposure and no tolerance only which side the errors are on matters.
  const swapped = (side: boolean) => {
    const again = chanceOf(7, 1);
    let state = beginComparison(of);
    for (let tick = 0; tick < 60; tick += 1) {
      const [bad, good] = [again.binomial(400, 0.03), again.binomial(400, 0.01)];
      const counts = { canaryRequests: 400, canaryBad: side ? bad : good, stableRequests: 400, stableBad: side ? good : bad };
      state = advanceComparison(state, side ? counts : rolesChanged(counts), of, false);
    }
    return lnMean(harmOf(state, of));
  };
  expect(swapped(false)).toBe(swapped(true));
  expect(swapped(true)).toBeGreaterThan(Math.log(100));
});
