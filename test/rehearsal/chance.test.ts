import { describe, expect, it } from 'vitest';
import { type Chance, chanceOf } from '../../src/rehearsal/chance.ts';

const draws = 40_000;

/** Mean and variance of many draws, each in standard errors from what they should be. */
function offBy(draw: (chance: Chance) => number, mean: number, variance: number, kurtosis: number) {
  const chance = chanceOf(7, 1);
  const values = Array.from({ length: draws }, () => draw(chance));
  const average = values.reduce((sum, value) => sum + value, 0) / draws;
  const spread = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / draws;
  return {
    mean: (average - mean) / Math.sqrt(variance / draws),
    variance: (spread - variance) / (variance * Math.sqrt((kurtosis - 1) / draws)),
  };
}

function expectClose(off: { mean: number; variance: number }) {
  expect(Math.abs(off.mean)).toBeLessThan(4);
  expect(Math.abs(off.variance)).toBeLessThan(4);
}

describe('chanceOf()', () => {
  it('draws the same from the same seed and stream, something else from others', () => {
    const first = (seed: number, stream: number) => {
      const chance = chanceOf(seed, stream);
      return Array.from({ length: 20 }, () => chance.uniform());
    };
    expect(first(11, 3)).toEqual(first(11, 3));
    for (const [seed, stream] of [
      [12, 3],
      [11, 4],
      [3, 11],
    ] as const) {
      expect(first(seed, stream)).not.toEqual(first(11, 3));
    }
  });

  it('uniform() is flat over 0-1 and says nothing about the draw before', () => {
    const chance = chanceOf(11, 0);
    const values = Array.from({ length: draws }, () => chance.uniform());
    expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
    const cells = Array.from({ length: 10 }, (_, cell) => values.filter((value) => Math.floor(value * 10) === cell).length);
    // Chi-square with 9 degrees of freedom: above 30 once in 2,000.
    expect(cells.reduce((sum, hits) => sum + (hits - draws / 10) ** 2 / (draws / 10), 0)).toBeLessThan(30);
    const together = values.slice(1).reduce((sum, value, index) => sum + (value - 0.5) * ((values[index] ?? 0) - 0.5), 0);
    expect(Math.abs(together * 12) / Math.sqrt(draws)).toBeLessThan(4);
  });

  it.each([0.5, 4, 9.9, 10.1, 200, 5000])('poisson(%d) has its mean and its variance', (mean) => {
    expectClose(offBy((chance) => chance.poisson(mean), mean, mean, 3 + 1 / mean));
  });

  it.each([
    [1000, 0.001],
    [100, 0.0999],
    [100, 0.101],
    [1000, 0.5],
    [1000, 0.951],
    [5000, 0.02],
    [20, 0.6],
  ])('binomial(%d, %d) has its mean and its variance', (trials, p) => {
    const variance = trials * p * (1 - p);
    expectClose(offBy((chance) => chance.binomial(trials, p), trials * p, variance, 3 + (1 - 6 * p * (1 - p)) / variance));
  });

  it.each([
    [30, 0.2],
    [40, 0.4],
  ])('binomial(%d, %d) hits every number as often as it should', (trials, p) => {
    const chance = chanceOf(5, 5);
    const hits = Array.from({ length: trials + 1 }, () => 0);
    for (let draw = 0; draw < draws; draw += 1) {
      const drawn = chance.binomial(trials, p);
      hits[drawn] = (hits[drawn] ?? 0) + 1;
    }
    let probability = (1 - p) ** trials;
    for (let k = 0; k <= trials; k += 1) {
      const expected = draws * probability;
      expect(Math.abs((hits[k] ?? 0) - expected), `${k} hits`).toBeLessThan(5 * Math.sqrt(expected) + 3);
      probability *= ((trials - k) / (k + 1)) * (p / (1 - p));
    }
  });

  it('binomial() knows what is certain', () => {
    const chance = chanceOf(1, 1);
    expect([chance.binomial(0, 0.5), chance.binomial(9, 0), chance.binomial(9, 1)]).toEqual([0, 0, 9]);
  });

  it('gamma(4) has mean 1 and variance 1/4', () => expectClose(offBy((chance) => chance.gamma(4), 1, 0.25, 3 + 6 / 4)));
});
