import { describe, expect, it } from 'vitest';
import { divergence, informationOf } from '../../../bench/gates/wald.ts';

/** A tick with this many requests on both sides, at these rates. */
function happened(canaryRequests: number, stableRequests: number, canaryRate: number, stableRate: number, slower = 1) {
  const counted = (requests: number) => ({ requests, bad: 0, buckets: [] });
  const [canary, stable] = [counted(canaryRequests), counted(stableRequests)];
  return { canary, stable, canaryRate, stableRate, slower, excess: 0, seen: { tick: 0, weight: 0, canary, stable } };
}

describe('divergence()', () => {
  it('is 0 of a distribution from itself, and takes no outcome that never happens', () => {
    expect(divergence([0.2, 0.8], [0.2, 0.8])).toBe(0);
    expect(divergence([0, 1], [0.5, 0.5])).toBeCloseTo(Math.LN2, 12);
  });
});

describe('informationOf()', () => {
  it.each([
    // The canary's requests that Wald's limit asks for: the method's table of requests to detection.
    [0.001, 0.002, 0.01, 12_062],
    [0.001, 0.002, 0.1, 13_611],
    [0.001, 0.002, 0.5, 27_065],
    [0.001, 0.01, 0.1, 424],
    [0.001, 0.051, 0.5, 145],
    [0.01, 0.02, 0.25, 1678],
  ])('is 1 for %d -> %d at weight %d after %d canary requests', (stableRate, canaryRate, weight, requests) => {
    const tick = happened(requests, (requests * (1 - weight)) / weight, canaryRate, stableRate);
    expect(Math.abs(informationOf({ harm: 'errors' }, tick) - 1)).toBeLessThan(0.005);
  });

  it('is none where one side has no requests, or both are alike', () => {
    expect(informationOf({ harm: 'errors' }, happened(1000, 0, 0.1, 0.01))).toBe(0);
    expect(informationOf({ harm: 'errors' }, happened(0, 1000, 0.1, 0.01))).toBe(0);
    expect(informationOf({ harm: 'errors' }, happened(500, 500, 0.01, 0.01))).toBe(0);
    expect(informationOf({ harm: 'slow' }, happened(500, 500, 1, 0.01))).toBe(0);
  });

  it('goes by latency alone where harm is being slow', () => {
    // As measured before: 16.2 limits in the first tick, of about 100 and 900 requests, at twice the latency.
    expect(Math.abs(informationOf({ harm: 'slow' }, happened(100, 900, 0.001, 0.001, 2)) - 16.2)).toBeLessThan(0.1);
  });
});
