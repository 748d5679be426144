import { describe, expect, it } from 'vitest';
import { quantile, shareBounds, spreadOf } from '../../src/rehearsal/figures.ts';

describe('shareBounds()', () => {
  it.each([
    // Newcombe 1998, table I, method 3: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
    [20, 20, 0.8389, 1],
  ])('%d of %d lies between %d and %d', (hits, runs, low, high) => {
    const [from, to] = shareBounds(hits, runs);
    expect(from).toBeCloseTo(low, 4);
    expect(to).toBeCloseTo(high, 4);
  });
});

describe('spreadOf()', () => {
  it('has the median, the 95th percentile and the mean', () => {
    expect(spreadOf(Array.from({ length: 100 }, (_, index) => 100 - index))).toEqual({ median: 50, p95: 95, mean: 50.5 });
    expect(spreadOf([])).toBeUndefined();
    expect(quantile([3], 0.05)).toBe(3);
  });
});
