import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chanceOf } from '../../src/rehearsal/chance.ts';
import {
  advanceComparison,
  beginComparison,
  type Comparison,
  type ComparisonRule,
  excessBound,
  harmOf,
  lnNotWorseOf,
} from '../../src/statistics/comparison.ts';
import { type Counts, lnFactor, stakes, type Tolerance } from '../../src/statistics/e-factor.ts';
import { lnMean } from '../../src/statistics/onset.ts';
import { upperRate } from '../../src/statistics/rate-bound.ts';

const counts = ([canaryRequests, canaryBad, stableRequests, stableBad]: readonly [number, number, number, number]): Counts => ({
  canaryRequests,
  canaryBad,
  stableRequests,
  stableBad,
});

/** The seven periods of the method's test vectors. */
const periods = (
  [
    [100, 0, 900, 1],
    [100, 1, 900, 0],
    [50, 3, 950, 2],
    [0, 0, 1000, 1],
    [250, 0, 750, 4],
    [500, 9, 500, 3],
    [500, 20, 500, 2],
  ] as const
).map(counts);

const rule = (overrides: Partial<ComparisonRule> & { readonly tolerance?: Tolerance } = {}): ComparisonRule => {
  const { tolerance = { ratio: 1, extra: 0 }, ...rest } = overrides;
  return {
    suspicions: [{ tolerance, ratios: [1.5, 2.5, 5, 12, 60], weight: 1, warmUp: 0 }],
    margin: { ratio: 1.5, extra: 0.0025 },
    usualRate: 0.002,
    clusterSize: 1,
    ...rest,
  };
};

const lnHarm = (state: Comparison, of: ComparisonRule) => lnMean(harmOf(state, of));
const follow = (of: ComparisonRule, what: (state: Comparison) => number): number[] => {
  let state = beginComparison(of);
  return periods.map((period) => {
    state = advanceComparison(state, period, of, false);
    return what(state);
  });
};
const matches = (found: readonly number[], expected: readonly number[]) => {
  expect(found).toHaveLength(expected.length);
  for (const [index, value] of expected.entries()) expect(found[index]).toBeCloseTo(value, 6);
};

describe('advanceComparison() gives the published vectors', () => {
  test('of the plain comparison', () =>
    matches(
      follow(rule(), (state) => lnHarm(state, rule())),
      [-0.298367, 0.512617, 4.904543, 4.904543, 1.083354, 2.243006, 9.665331],
    ));

  test('of one that tolerates half as much again and a thousandth', () => {
    const tolerant = rule({ tolerance: { ratio: 1.5, extra: 0.001 } });
    matches(
      follow(tolerant, (state) => lnHarm(state, tolerant)),
      [-0.45792, -0.018439, 2.862046, 2.862046, -0.209837, -0.035649, 3.439637],
    );
  });

  test('of one in which errors come in threes', () => {
    const clustered = rule({ clusterSize: 3 });
    matches(
      follow(clustered, (state) => lnHarm(state, clustered)),
      [-0.128539, 0.153753, 1.297962, 1.297962, 0.214365, 0.474766, 2.617164],
    );
  });

  test('of the proof that the canary is not worse', () =>
    matches(follow(rule(), lnNotWorseOf), [0.324641, -1.358392, -6.326984, -6.326984, -4.663606, -9.083718, -20.153125]));
});

describe('upperRate()', () => {
  test.each([
    [50, 0, 0.104642],
    [500, 0, 0.013263],
    [500, 3, 0.027605],
    [5000, 5, 0.003839],
  ])('gives the published bound for %d requests with %d bad ones', (requests, bad, expected) =>
    expect(upperRate(requests, bad, 0.05)).toBeCloseTo(expected, 6),
  );

  test('excludes nothing before the first request', () => expect(upperRate(0, 0, 0.05)).toBe(1));

  test('is ever below the true rate in at most one of twenty sequences, looked at after every batch', () => {
    const draw = chanceOf(7, 1);
    for (const rate of [0.001, 0.02, 0.4]) {
      let wrong = 0;
      for (let run = 0; run < 2000; run += 1) {
        let bad = 0;
        for (let requests = 20; requests <= 2000; requests += 20) {
          bad += draw.binomial(20, rate);
          if (upperRate(requests, bad, 0.05) < rate) {
            wrong += 1;
            break;
          }
        }
      }
      // 2,000 runs: three standard errors over the bound are 0.05 + 3 * 0.0049.
      expect(wrong / 2000).toBeLessThan(0.065);
    }
  });
});

const binomial = (n: number, p: number): number[] => {
  const mass = [(1 - p) ** n];
  for (let k = 1; k <= n; k += 1) mass.push(((mass[k - 1] ?? 0) * ((n - k + 1) / k) * p) / (1 - p));
  return mass;
};

test('lnFactor() has an expectation of at most 1 under its tolerance: every outcome of small periods, exactly', () => {
  for (const [n, m] of [
    [1, 1],
    [5, 20],
    [20, 5],
    [12, 40],
  ] as const)
    for (const tolerance of [
      { ratio: 1, extra: 0 },
      { ratio: 1.5, extra: 0.001 },
      { ratio: 1, extra: 0.2 },
      { ratio: 2, extra: 0.05 },
    ])
      for (const assumed of [0.002, 0.05])
        for (const times of [1.5, 5, 60])
          for (const base of [0.0001, 0.003, 0.05, 0.3]) {
            const exposure = (tolerance.ratio * n) / m;
            const suspected = Math.min(0.98, times * (tolerance.ratio * assumed + tolerance.extra));
            const bet = stakes(suspected, assumed, exposure, tolerance);
            const canary = binomial(n, Math.min(1 - 1e-12, tolerance.ratio * base + tolerance.extra));
            const stable = binomial(m, base);
            let expectation = 0;
            for (const [x, px] of canary.entries())
              for (const [y, py] of stable.entries()) expectation += px * py * Math.exp(lnFactor(counts([n, x, m, y]), bet));
            expect(expectation).toBeLessThanOrEqual(1 + 1e-9);
          }
});

describe('the evidence of harm', () => {
  /** Worlds in which the canary is exactly as bad as is tolerated; their base rate moves as it likes. */
  const nulls: readonly [string, (tick: number, draw: ReturnType<typeof chanceOf>) => { rate: number; weight: number; requests: number }][] = [
    ['a steady rate', () => ({ rate: 0.01, weight: 0.1, requests: 300 })],
    [
      'a shared outage while the weight moves',
      (tick) => ({ rate: tick > 20 && tick < 40 ? 0.3 : 0.002, weight: tick < 30 ? 0.05 : 0.5, requests: 300 }),
    ],
    ['noise common to both', (_tick, draw) => ({ rate: Math.min(1, 0.02 * draw.gamma(2)), weight: 0.25, requests: 300 })],
    ['traffic that swings, at few requests', (tick) => ({ rate: 0.05, weight: 0.5, requests: Math.round(12 + 10 * Math.sin(tick / 9)) })],
    ['no errors at all', () => ({ rate: 0, weight: 0.5, requests: 300 })],
  ];

  test.each(nulls)('reaches 1/alpha in at most alpha of the runs of a good canary: %s', (_name, world) => {
    const runs = 3000;
    const alpha = 0.05;
    const good = rule({ usualRate: 0.01 });
    let stopped = 0;
    let sum = 0;
    for (let run = 0; run < runs; run += 1) {
      const draw = chanceOf(11, run);
      let state = beginComparison(good);
      let crossed = false;
      for (let tick = 0; tick < 80; tick += 1) {
        const { rate, weight, requests } = world(tick, draw);
        const canaryRequests = draw.binomial(requests, weight);
        const stableRequests = requests - canaryRequests;
        state = advanceComparison(
          state,
          counts([canaryRequests, draw.binomial(canaryRequests, rate), stableRequests, draw.binomial(stableRequests, rate)]),
          good,
          tick === 30,
        );
        crossed ||= lnHarm(state, good) >= -Math.log(alpha);
      }
      if (crossed) stopped += 1;
      sum += Math.min(50, Math.exp(lnHarm(state, good)));
    }
    // Three standard errors above alpha: 0.05 + 3 * sqrt(0.05 * 0.95 / 3000).
    expect(stopped / runs).toBeLessThan(0.062);
    // A supermartingale that begins at 1; cut off at 50, so that its mean has a variance: at most 50 a run.
    expect(sum / runs).toBeLessThan(1 + 3 * Math.sqrt(50 / runs));
  });

  test('stays finite from no request to a billion', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(
            fc.double({ min: 0, max: 9, noNaN: true }),
            fc.double({ min: 0, max: 1, noNaN: true }),
            fc.double({ min: 0, max: 9, noNaN: true }),
            fc.double({ min: 0, max: 1, noNaN: true }),
          ),
          { maxLength: 8 },
        ),
        fc.constantFrom(0, 1e-12, 0.01, 1),
        (drawn, usualRate) => {
          const of = rule({ usualRate });
          const end = drawn.reduce((state, [n, x, m, y]) => {
            const [canaryRequests, stableRequests] = [Math.floor(10 ** n) - 1, Math.floor(10 ** m) - 1];
            return advanceComparison(
              state,
              counts([canaryRequests, Math.floor(canaryRequests * x), stableRequests, Math.floor(stableRequests * y)]),
              of,
              false,
            );
          }, beginComparison(of));
          for (const value of [lnHarm(end, of), lnNotWorseOf(end), excessBound(end, 0.05)]) expect(Number.isFinite(value)).toBe(true);
        },
      ),
    );
  });

  test('is the same after a trip through JSON at every period, to the last bit', () => {
    const draw = chanceOf(3, 1);
    const of = rule();
    let kept = beginComparison(of);
    let stored = beginComparison(of);
    for (let tick = 0; tick < 200; tick += 1) {
      const period = counts([50, draw.binomial(50, 0.02), 450, draw.binomial(450, 0.01)]);
      kept = advanceComparison(kept, period, of, tick % 40 === 0);
      stored = advanceComparison(JSON.parse(JSON.stringify(stored)) as Comparison, period, of, tick % 40 === 0);
      expect(stored).toEqual(kept);
    }
    expect(JSON.stringify(kept).length).toBeLessThan(1000);
  });

  test('does not cross on one period alone, however bad', () => {
    const capped = rule({ capAt: 0.008 });
    let state = beginComparison(capped);
    state = advanceComparison(state, counts([500, 500, 500, 0]), capped, false);
    expect(lnHarm(state, capped)).toBeLessThan(-Math.log(0.008));
    state = advanceComparison(state, counts([500, 500, 500, 0]), capped, false);
    expect(lnHarm(state, capped)).toBeGreaterThan(-Math.log(0.008));
  });
});

test('the proof of "not worse" is wrong in at most beta of the runs where the canary sits on the margin', () => {
  const runs = 2000;
  const beta = 0.05;
  for (const base of [0.001, 0.01]) {
    const of = rule({ usualRate: base });
    const onMargin = of.margin.ratio * base + of.margin.extra;
    let proved = 0;
    for (let run = 0; run < runs; run += 1) {
      const draw = chanceOf(5, run);
      let state = beginComparison(of);
      for (let tick = 0; tick < 120; tick += 1) {
        state = advanceComparison(state, counts([200, draw.binomial(200, onMargin), 200, draw.binomial(200, base)]), of, false);
        if (lnNotWorseOf(state) >= -Math.log(beta)) {
          proved += 1;
          break;
        }
      }
    }
    expect(proved / runs).toBeLessThan(beta + 3 * Math.sqrt((beta * (1 - beta)) / runs));
  }
});
