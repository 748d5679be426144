import { assert, double, integer, property } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { latenciesOf } from '../../../../src/emulator/sagemaker/workloads/latency.ts';

/** The value below which a share of the requests lies. */
function percentile(values: ReadonlyMap<number, number>, share: number): number {
  const sorted = [...values].sort(([a], [b]) => a - b);
  const total = sorted.reduce((sum, [, count]) => sum + count, 0);
  let seen = 0;
  for (const [value, count] of sorted) {
    seen += count;
    if (seen >= share * total) return value;
  }
  return Number.NaN;
}

describe('latenciesOf()', () => {
  test('accounts for every request, whatever the draw', () => {
    assert(
      property(integer({ min: 1, max: 50_000 }), double({ min: 0, max: 0.999_999, noNaN: true }), (count, u) => {
        const counts = [...latenciesOf(20_000, 0.3, count, u).values()];
        expect(counts.reduce((sum, some) => sum + some, 0)).toBe(count);
        expect(counts.every((some) => some > 0)).toBe(true);
      }),
    );
  });

  test('has the percentiles of its log-normal', () => {
    const values = latenciesOf(20_000, 0.5, 100_000, 0.5);

    // median x exp(sigma x z): z is 0 at p50, 1.2816 at p90 and 2.3263 at p99.
    expect(percentile(values, 0.5) / 20_000).toBeCloseTo(1, 1);
    expect(percentile(values, 0.9) / (20_000 * Math.exp(0.5 * 1.2816))).toBeCloseTo(1, 0.8);
    expect(percentile(values, 0.99) / (20_000 * Math.exp(0.5 * 2.3263))).toBeCloseTo(1, 0.8);
  });
});
