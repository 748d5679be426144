import { describe, expect, test } from 'vitest';
import { bernsteinBound, type BernsteinSums, advanceBernstein, beginBernstein, normalBound } from '../../src/statistics/mean-bound.ts';
import {
  advanceMeanDifference,
  beginMeanDifference,
  lnHarmOfMean,
  lnNotWorseOfMean,
  type MeanDifference,
  type MeanRule,
  worseAtMost,
} from '../../src/statistics/mean-difference.ts';

type Pair = readonly [canary: number, stable: number];
const bounded: MeanRule = { spread: { kind: 'bounded', low: 0, high: 1 }, better: 'lower', margin: 0.05 };
const normal: MeanRule = { spread: { kind: 'normal', sigma: 0.05 }, better: 'lower', margin: 0.05 };
const after = (pairs: readonly Pair[], rule: MeanRule, from = beginMeanDifference()) =>
  pairs.reduce<MeanDifference>((state, [canary, stable]) => advanceMeanDifference(state, { canary, stable }, rule, false), from);

/** A small generator of its own: the same figures on every machine. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
const gaussian = (draw: () => number) => Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw());

describe('advanceMeanDifference()', () => {
  // Written anew in Python from the formulas, with plain products instead of logarithms.
  const pairs: Pair[] = [
    [0.52, 0.5],
    [0.61, 0.48],
    [0.55, 0.51],
    [1.4, 0.47],
    [0.49, 0.5],
    [0.66, 0.52],
    [0.7, 0.5],
  ];
  test.each<[string, MeanRule, number[], number[]]>([
    [
      'bounded, lower is better',
      bounded,
      [0.00453968, 0.0357108518, 0.0491543138, 0.2263560172, 0.2217228939, 0.2842180047, 0.3772584039],
      [0.0102108493, -0.0203064273, -0.0169548486, -0.1934305783, -0.177905777, -0.2022151492, -0.2415453636],
    ],
    [
      'bounded, higher is better',
      { ...bounded, better: 'higher' },
      [-0.0045603828, -0.0342922659, -0.0427710045, -0.1590017873, -0.1575165598, -0.1786405694, -0.2081115343],
      [0.0236651273, 0.0962736069, 0.1468627646, 0.4487380045, 0.47507219, 0.5952595504, 0.7552074965],
    ],
    [
      'normal',
      normal,
      [-0.1197527795, 1.3467758681, 1.4178942658, 5.3438858539, 4.6794986992, 6.6788351521, 10.1320308538],
      [-0.0325659458, -1.0922851842, -1.1186166151, -6.104409442, -5.8340889818, -6.3188768457, -7.1029264139],
    ],
  ])('has the reference values: %s', (_what, rule, harm, notWorse) => {
    for (const [index] of pairs.entries()) {
      const state = after(pairs.slice(0, index + 1), rule);
      expect(lnHarmOfMean(state)).toBeCloseTo(harm[index] ?? Number.NaN, 8);
      expect(lnNotWorseOfMean(state)).toBeCloseTo(notWorse[index] ?? Number.NaN, 8);
    }
  });

  /** The expectation of e^ln over every path of so many periods, each period one of these pairs. */
  function expectation(
    choices: readonly { readonly pair: Pair; readonly chance: number }[],
    periods: number,
    rule: MeanRule,
    ln: (state: MeanDifference) => number,
  ) {
    const walk = (state: MeanDifference, chance: number, left: number): number =>
      left === 0
        ? chance * Math.exp(ln(state))
        : choices.reduce((sum, { pair, chance: part }) => sum + walk(after([pair], rule, state), chance * part, left - 1), 0);
    return walk(beginMeanDifference(), 1, periods);
  }

  test('is no evidence on average against a canary that is as good as stable: every path of seven periods', () => {
    for (const rate of [0.02, 0.3, 0.9]) {
      const choices = [0, 1].flatMap((canary) =>
        [0, 1].map((stable) => ({ pair: [canary, stable] as const, chance: (canary === 1 ? rate : 1 - rate) * (stable === 1 ? rate : 1 - rate) })),
      );
      expect(expectation(choices, 7, bounded, lnHarmOfMean)).toBeLessThanOrEqual(1 + 1e-12);
    }
    // Skewed: small gains often, a large loss seldom, nothing on average.
    const skewed = [
      { pair: [0.6, 0.5] as const, chance: 0.9 },
      { pair: [0, 0.9] as const, chance: 0.1 },
    ];
    expect(expectation(skewed, 8, bounded, lnHarmOfMean)).toBeLessThanOrEqual(1 + 1e-12);
  });

  test('is no proof on average for a canary that is as bad as the margin: every path of seven periods', () => {
    const choices = [
      { pair: [0.35, 0.2] as const, chance: 0.5 },
      { pair: [0.15, 0.2] as const, chance: 0.5 },
    ];
    expect(expectation(choices, 8, bounded, lnNotWorseOfMean)).toBeLessThanOrEqual(1 + 1e-12);
    const rare = [
      { pair: [1, 0] as const, chance: 0.05 },
      { pair: [0, 0] as const, chance: 0.95 },
    ];
    expect(expectation(rare, 8, bounded, lnNotWorseOfMean)).toBeLessThanOrEqual(1 + 1e-12);
  });

  /** Share of runs in which the evidence ever reaches 1 / level, of 2,000 runs of 300 periods. */
  function everReached(draw: () => Pair, rule: MeanRule, ln: (state: MeanDifference) => number, level: number): number {
    let reached = 0;
    for (let run = 0; run < 2000; run += 1) {
      let state = beginMeanDifference();
      for (let period = 0; period < 300; period += 1) {
        const [canary, stable] = draw();
        state = advanceMeanDifference(state, { canary, stable }, rule, period % 60 === 40);
        if (ln(state) >= -Math.log(level)) {
          reached += 1;
          break;
        }
      }
    }
    return reached / 2000;
  }
  // Three standard deviations of 2,000 draws above the level.
  const most = (level: number) => level + 3 * Math.sqrt((level * (1 - level)) / 2000);

  test('stays below its bound under nulls of many kinds, however often one looks', () => {
    const draw = seeded(11);
    const uniform = (): Pair => [draw(), draw()];
    const shared = (): Pair => {
      // A common outage every now and then, and noise of their own.
      const outage = draw() < 0.1 ? 0.7 : 0;
      return [0.1 + outage + 0.1 * draw(), 0.1 + outage + 0.1 * draw()];
    };
    const rare = (): Pair => [draw() < 0.03 ? 1 : 0, draw() < 0.03 ? 1 : 0];
    for (const world of [uniform, shared, rare]) expect(everReached(world, bounded, lnHarmOfMean, 0.05)).toBeLessThanOrEqual(most(0.05));
    const scatter = (): Pair => [3 + 0.05 * gaussian(draw), 3];
    expect(everReached(scatter, normal, lnHarmOfMean, 0.05)).toBeLessThanOrEqual(most(0.05));
  });

  test('proves "not worse" of a canary on the margin no more often than its bound says', () => {
    const draw = seeded(12);
    const onMargin = (): Pair => [0.05 + 0.5 * draw(), 0.5 * draw()];
    expect(everReached(onMargin, bounded, lnNotWorseOfMean, 0.05)).toBeLessThanOrEqual(most(0.05));
    const scatter = (): Pair => [3.05 + 0.05 * gaussian(draw), 3];
    expect(everReached(scatter, normal, lnNotWorseOfMean, 0.05)).toBeLessThanOrEqual(most(0.05));
  });

  test('finds a difference, also one that begins late', () => {
    const draw = seeded(13);
    const periodsTo = (worse: number, clean: number): number => {
      let state = beginMeanDifference();
      for (let period = 1; period <= 2000; period += 1) {
        const canary = 0.2 + 0.1 * draw() + (period > clean ? worse : 0);
        state = advanceMeanDifference(state, { canary, stable: 0.2 + 0.1 * draw() }, bounded, false);
        if (lnHarmOfMean(state) >= Math.log(100)) return period - clean;
      }
      return Number.POSITIVE_INFINITY;
    };
    // A tenth of the range: at the largest bet a period adds ln(1.09) = 0.086, so at least ln(100) / 0.095 = 48 periods.
    expect(periodsTo(0.1, 0)).toBeGreaterThanOrEqual(48);
    expect(periodsTo(0.1, 0)).toBeLessThan(100);
    expect(periodsTo(0.1, 200)).toBeLessThan(160);
  });

  test('lets no single period decide where values are not bounded', () => {
    expect(lnHarmOfMean(after([[1e9, 0]], normal))).toBeLessThan(4);
    expect(lnNotWorseOfMean(after([[-1e9, 0]], normal))).toBeLessThanOrEqual(2);
  });

  test('counts values beyond the range as its ends, and says how many', () => {
    const state = after([[7, -3]], bounded);
    expect(lnHarmOfMean(state)).toBe(lnHarmOfMean(after([[1, 0]], bounded)));
    expect(state).toMatchObject({ beyond: 1, canarySum: 7, stableSum: -3 });
  });

  test('goes on after a round trip through JSON as if nothing had been', () => {
    const draw = seeded(14);
    let [kept, loaded] = [beginMeanDifference(), beginMeanDifference()];
    for (let period = 0; period < 200; period += 1) {
      const pair = { canary: draw(), stable: draw() };
      kept = advanceMeanDifference(kept, pair, bounded, period === 50);
      loaded = JSON.parse(JSON.stringify(advanceMeanDifference(loaded, pair, bounded, period === 50))) as MeanDifference; // What it was.
    }
    expect(loaded).toEqual(kept);
    expect(JSON.stringify(kept).length).toBeLessThan(1000);
  });
});

describe('worseAtMost()', () => {
  test('has the reference values of the normal mixture', () => {
    // Python, from Robbins' formula with rho = 4 and gamma = 0.05: after the first and the second of the pairs.
    expect(worseAtMost(after([[0.52, 0.5]], normal), normal.spread)).toBeCloseTo(0.2987159867, 9);
    expect(
      worseAtMost(
        after(
          [
            [0.52, 0.5],
            [0.61, 0.48],
          ],
          normal,
        ),
        normal.spread,
      ),
    ).toBeCloseTo(0.2298821688, 9);
    expect(normalBound(0, 0, 0.05)).toBe(Number.POSITIVE_INFINITY);
  });

  test('is the whole range while nothing is excluded, and comes down to the difference', () => {
    const draw = seeded(15);
    expect(worseAtMost(beginMeanDifference(), bounded.spread)).toBe(1);
    const pairs = Array.from({ length: 3000 }, (): Pair => [0.3 + 0.1 * draw(), 0.25 + 0.1 * draw()]);
    const bound = worseAtMost(after(pairs, bounded), bounded.spread);
    expect(bound).toBeGreaterThan(0.05);
    expect(bound).toBeLessThan(0.07);
  });

  test('is below the truth no more often than one time in twenty, however often one looks', () => {
    const draw = seeded(16);
    const worlds: [value: () => number, mean: number][] = [
      [draw, 0.5],
      [() => (draw() < 0.2 ? 1 : 0), 0.2],
      [() => 0.5 + 0.05 * draw(), 0.525],
    ];
    for (const [value, mean] of worlds) {
      let missed = 0;
      for (let run = 0; run < 1000; run += 1) {
        let sums: BernsteinSums = beginBernstein();
        for (let period = 0; period < 200; period += 1) {
          sums = advanceBernstein(sums, value(), 0.05);
          if (bernsteinBound(sums, 0.05) < mean) {
            missed += 1;
            break;
          }
        }
      }
      // Three standard deviations of 1,000 draws above 5 %.
      expect(missed / 1000).toBeLessThanOrEqual(0.071);
    }
  });
});
