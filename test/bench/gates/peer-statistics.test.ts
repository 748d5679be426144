import { describe, expect, it } from 'vitest';
import { chanceOf } from '../../../src/rehearsal/chance.ts';
import { lowerLimit } from '../../../bench/gates/peers/growthbook.ts';
import { isHigh } from '../../../bench/gates/peers/kayenta.ts';
import { shiftOf } from '../../../bench/gates/peers/mann-whitney.ts';
import { lnMixtureRatio } from '../../../bench/gates/peers/msprt.ts';
import { lnBayesFactor } from '../../../bench/gates/peers/netflix.ts';

describe('lnBayesFactor()', () => {
  it.each([
    [12, 0.1],
    [40, 0.25],
    [7, 0.5],
  ])('has expectation 1 over %d bad requests where the canary has its share of %d', (events, weight) => {
    let expectation = 0;
    let choose = 1;
    for (let k = 0; k <= events; k += 1) {
      expectation += choose * weight ** k * (1 - weight) ** (events - k) * Math.exp(lnBayesFactor(k, events - k, weight));
      choose *= (events - k) / (k + 1);
    }
    expect(expectation).toBeCloseTo(1, 10);
  });

  it('grows with the canary’s part in them', () => {
    const factors = [1, 4, 8, 12].map((ofCanary) => lnBayesFactor(ofCanary, 12 - ofCanary, 0.1));
    expect(factors).toEqual(factors.toSorted((a, b) => a - b));
  });
});

describe('lnMixtureRatio()', () => {
  it.each([
    [0.05, 1e-4],
    [0.01, 1e-5],
    [0, 1e-4],
    [-0.02, 3e-4],
  ])('of a difference of %d with variance %d is the ratio of likelihoods, averaged over the prior', (difference, variance) => {
    const density = (x: number, mean: number, spread: number) => Math.exp(-((x - mean) ** 2) / (2 * spread)) / Math.sqrt(2 * Math.PI * spread);
    let averaged = 0;
    const step = 1e-5;
    // The prior of effects: normal, standard deviation 0.01.
    for (let effect = -0.15; effect < 0.15; effect += step) averaged += density(effect, 0, 1e-4) * density(difference, effect, variance) * step;
    expect(lnMixtureRatio(difference, variance)).toBeCloseTo(Math.log(averaged / density(difference, 0, variance)), 6);
  });
});

describe('lowerLimit()', () => {
  const flat = (mean: number, requests: number) => ({ mean, variance: 0.01, requests });

  it('exceeds 0 for hardly more than one good canary in twenty, looked at a hundred times', () => {
    const chance = chanceOf(11, 9);
    const runs = 400;
    let stopped = 0;
    for (let run = 0; run < runs; run += 1) {
      let [canary, stable, requests] = [0, 0, 0];
      for (let look = 0; look < 100; look += 1) {
        requests += 500;
        canary += chance.binomial(500, 0.2);
        stable += chance.binomial(500, 0.2);
        const sample = (bad: number) => ({ mean: bad / requests, variance: 0.16, requests });
        if (lowerLimit(sample(canary), sample(stable)) > 0) {
          stopped += 1;
          break;
        }
      }
    }
    // 5 % of 400 are 20; with three standard deviations 33.
    expect(stopped).toBeLessThan(33);
    expect(stopped).toBeGreaterThan(0);
  });

  it('comes closer to the difference with every request', () => {
    const limits = [100, 1000, 10_000, 1e6].map((requests) => lowerLimit(flat(0.3, requests), flat(0.1, requests)));
    expect(limits).toEqual(limits.toSorted((a, b) => a - b));
    expect(limits.every((limit) => limit < 0.2)).toBe(true);
    expect(limits.at(-1)).toBeGreaterThan(0.199);
  });
});

describe('shiftOf()', () => {
  const chance = chanceOf(4, 4);
  const xs = Array.from({ length: 25 }, () => 3 + chance.uniform());
  const ys = Array.from({ length: 31 }, () => 2.5 + 2 * chance.uniform());
  const differences = xs.flatMap((x) => ys.map((y) => x - y)).toSorted((a, b) => a - b);

  it('estimates the median of all differences', () => {
    // 775 of them, an odd number: the middle one.
    expect(shiftOf(xs, ys).estimate).toBeCloseTo(differences[387] ?? 0, 6);
  });

  it('bounds it by the differences that the normal approximation counts off', () => {
    const { low, high } = shiftOf(xs, ys);
    const off = 2.3263478740408408 * Math.sqrt((25 * 31 * (25 + 31 + 1)) / 12) + 0.5;
    // So many differences lie above a bound as make the statistic reach the quantile.
    const above = (bound: number) => differences.filter((difference) => difference > bound + 1e-7).length;
    const atLeast = (bound: number) => differences.filter((difference) => difference > bound - 1e-7).length;
    expect(above(low)).toBeLessThanOrEqual(775 / 2 + off);
    expect(atLeast(low)).toBeGreaterThanOrEqual(775 / 2 + off);
    expect(above(high)).toBeLessThanOrEqual(775 / 2 - off);
    expect(atLeast(high)).toBeGreaterThanOrEqual(775 / 2 - off);
  });

  it('turns around with its samples, and moves with them', () => {
    const there = shiftOf(xs, ys);
    const back = shiftOf(ys, xs);
    expect([-back.high, -back.estimate, -back.low]).toEqual(
      [there.low, there.estimate, there.high].map((value) => expect.closeTo(value, 6) as number),
    );
    const moved = shiftOf(
      xs.map((x) => x + 10),
      ys,
    );
    expect(moved.low).toBeCloseTo(there.low + 10, 6);
  });

  it('is 0 where nearly all values are the same', () =>
    expect(shiftOf([0, 0, 0, 0, 0, 0, 0, 0, 0, 0.5], [0, 0, 0, 0, 0, 0, 0, 0.06, 0, 0, 0, 0])).toEqual({ low: 0, estimate: 0, high: 0 }));
});

describe('isHigh()', () => {
  const series = (length: number, of: (index: number) => number) => Array.from({ length }, (_, index) => of(index));
  const usual = series(60, (index) => 100 + (index % 7));

  it('of a canary that fails every request against a stable that hardly ever does', () =>
    expect(
      isHigh(
        series(57, () => 1),
        series(60, (index) => (index % 3 === 0 ? 0.001 : 0)),
      ),
    ).toBe(true));

  it('of a shift, not of a fall, and not of the same again', () => {
    expect(
      isHigh(
        series(57, (index) => 130 + (index % 7)),
        usual,
      ),
    ).toBe(true);
    expect(
      isHigh(
        series(57, (index) => 70 + (index % 7)),
        usual,
      ),
    ).toBe(false);
    expect(isHigh(usual, usual)).toBe(false);
  });

  it('of nothing that is constant, or not there', () => {
    const constant = series(60, () => 0);
    expect(isHigh(constant, constant)).toBe(false);
    expect(isHigh([], usual)).toBe(false);
  });
});
