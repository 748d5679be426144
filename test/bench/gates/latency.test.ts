import { describe, expect, it } from 'vitest';
import { chanceOf } from '../../../src/rehearsal/chance.ts';
import { bucketEdgesMs, bucketShares, momentsMs, overMs, percentileMs, slowShare, spread } from '../../../bench/gates/latency.ts';
import { normalCdf } from '../../../src/statistics/normal.ts';

/** Counts with these buckets filled, by their upper edge. */
function counted(hits: Partial<Record<number, number>>) {
  const buckets = [...bucketEdgesMs, Number.POSITIVE_INFINITY].map((edge) => hits[edge] ?? 0);
  return { requests: buckets.reduce((sum, value) => sum + value, 0), buckets };
}

describe('normalCdf()', () => {
  it.each([
    [0, 0.5],
    [1, 0.8413447460685429],
    [1.96, 0.9750021048517795],
    [-3, 0.0013498980316300933],
    [5, 0.9999997133484281],
  ])('of %d is %d', (z, value) => expect(normalCdf(z)).toBeCloseTo(value, 13));

  it('is 0 and 1 far out', () => expect([normalCdf(-40), normalCdf(40)]).toEqual([0, 1]));
});

describe('bucketShares()', () => {
  it.each([1, 2, 3])('add up to 1 at %d times the latency', (slower) => {
    expect(bucketShares(slower)).toHaveLength(bucketEdgesMs.length + 1);
    expect(bucketShares(slower).reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
  });

  it('put 1.40 % over 300 ms and the 99th percentile at 320 ms', () => {
    expect(100 * slowShare(1)).toBeCloseTo(1.4, 2);
    // ln(320/100) / 0.5 is the standard normal's 99th percentile.
    expect(normalCdf(Math.log(3.2) / 0.5)).toBeCloseTo(0.99, 4);
  });

  it('put half of the requests over 200 ms where all take twice as long', () =>
    expect(overMs(200, { buckets: bucketShares(2) })).toBeCloseTo(0.5, 12));
});

describe('spread()', () => {
  it('loses no request and fills each bucket by its share', () => {
    const chance = chanceOf(3, 3);
    const total = bucketEdgesMs.map(() => 0).concat(0);
    const rounds = 500;
    for (let round = 0; round < rounds; round += 1) {
      const buckets = spread(1000, 2, chance);
      expect(buckets.reduce((sum, hits) => sum + hits, 0)).toBe(1000);
      buckets.forEach((hits, index) => (total[index] = (total[index] ?? 0) + hits));
    }
    bucketShares(2).forEach((share, index) => {
      const expected = 1000 * rounds * share;
      expect(Math.abs((total[index] ?? 0) - expected), `bucket ${index}`).toBeLessThan(4 * Math.sqrt(expected) + 3);
    });
  });

  it('of nothing is nothing', () => expect(spread(0, 1, chanceOf(1, 1)).every((hits) => hits === 0)).toBe(true));
});

describe('percentileMs()', () => {
  it('lies between the edges of its bucket, as far as the count asks', () => {
    expect(percentileMs(0.99, counted({ 50: 98, 300: 2 }))).toBeCloseTo(250);
    expect(percentileMs(0.5, counted({ 150: 10 }))).toBeCloseTo(125);
  });

  it('is the last edge where it lies beyond all of them', () => expect(percentileMs(0.99, counted({ [Number.POSITIVE_INFINITY]: 5 }))).toBe(5000));
});

describe('momentsMs()', () => {
  it('takes requests for the middle of their bucket', () => {
    expect(momentsMs(counted({ 50: 1, 150: 1 }))).toEqual({ mean: 75, variance: 2500 });
    expect(momentsMs(counted({}))).toBeUndefined();
  });

  it('finds the mean of a lognormal, 113 ms, within two', () => {
    const mean = momentsMs({ requests: 1, buckets: bucketShares(1) })?.mean ?? 0;
    expect(Math.abs(mean - 100 * Math.exp(0.125))).toBeLessThan(2);
  });
});
