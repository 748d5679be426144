import { describe, expect, test } from 'vitest';
import { leastRequests, requestsUsed } from '../../bench/limit.ts';

describe('leastRequests()', () => {
  // The method's table of Wald's limit, of two samples, alpha 1 %.
  test.each([
    [0.001, 2, 0.01, 12_062],
    [0.001, 2, 0.5, 27_065],
    [0.001, 10, 0.1, 424],
    [0.01, 2, 0.05, 1256],
    [0.01, 5, 0.25, 180],
    [0.01, 10, 0.5, 103],
  ])('of %d times %d at weight %d is what the table says', (base, factor, weight, expected) =>
    expect(Math.round(leastRequests(base, factor * base, weight))).toBe(expected),
  );
});

test('requestsUsed() is on average above what any exact test needs, and below three times of it', () => {
  const runs = 60;
  let used = 0;
  for (let run = 0; run < runs; run += 1) used += requestsUsed(0.01, 0.05, 0.1, 3, run);
  expect(used / runs / leastRequests(0.01, 0.05, 0.1)).toBeGreaterThan(1);
  expect(used / runs / leastRequests(0.01, 0.05, 0.1)).toBeLessThan(3);
});
