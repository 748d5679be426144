import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { distanceBound, largestDistance } from '../../src/statistics/two-sample.ts';

describe('largestDistance()', () => {
  test('is that of samples worked out by hand', () => {
    expect(largestDistance([1, 2, 3, 4], [1, 2, 3, 4])).toBe(0);
    expect(largestDistance([1, 2], [3, 4])).toBe(1);
    // After 2: 2/4 of the left, 1/4 of the right; after 3: 3/4 and 1/4.
    expect(largestDistance([1, 2, 3, 6], [2, 4, 5, 7])).toBe(0.5);
    // Ties move both at once.
    expect(largestDistance([1, 1, 1, 2], [1, 2, 2, 2])).toBe(0.5);
    expect(largestDistance([], [1])).toBe(0);
  });

  test('is the largest difference of the two distribution functions', () => {
    const sample = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(sample, sample, (left, right) => {
        const share = (values: readonly number[], at: number) => values.filter((value) => value <= at).length / values.length;
        const direct = Math.max(...Array.from({ length: 10 }, (_, at) => Math.abs(share(left, at) - share(right, at))));
        expect(largestDistance(left, right)).toBeCloseTo(direct, 12);
      }),
    );
  });
});

test('distanceBound() is exceeded by samples of one distribution no oftener than it says, dependent or not', () => {
  const alpha = 0.1;
  const size = 50;
  let state = 7;
  const uniform = () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
  for (const dependence of [0, 0.5, 1]) {
    let exceeded = 0;
    for (let run = 0; run < 400; run++) {
      const left = Array.from({ length: size }, uniform);
      const right = left.map((value) => (uniform() < dependence ? 1 - value : uniform()));
      if (largestDistance(left, right) > distanceBound(size, alpha)) exceeded++;
    }
    // Alpha and four standard deviations of a share of 400.
    expect(exceeded / 400).toBeLessThanOrEqual(alpha + 4 * Math.sqrt((alpha * (1 - alpha)) / 400));
  }
});
