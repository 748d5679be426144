import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../../bench/gates/play.ts';
import { quantile, type Score, scoreOf, summaryOf } from '../../../bench/gates/score.ts';
import { scenarios } from '../../../bench/gates/scenarios.ts';

const scenario = (wanted: boolean) => {
  const found = scenarios.find(({ good }) => good === wanted);
  if (!found) throw new Error('There is no such scenario');
  return found;
};
const outcome = (rest: Partial<Outcome>): Outcome => ({ rolledBack: false, excess: 0, weightChanges: 1, ...rest });

describe('quantile()', () => {
  it.each([
    [[3, 1, 2], 0.5, 2],
    [[1, 2, 3, 4], 0.5, 2.5],
    [[10, 20], 0.95, 19.5],
    [[7], 0.95, 7],
  ])('of %j at %d is %d', (values, share, value) => expect(quantile(values, share)).toBeCloseTo(value, 12));

  it('of nothing is unset', () => expect(quantile([], 0.5)).toBeUndefined());
});

describe('scoreOf()', () => {
  it('counts a good canary that was rolled back, and times those that were not', () => {
    const outcomes = [outcome({ minutesTo95: 5 }), outcome({ minutesTo95: 7 }), outcome({ rolledBack: true, minutesTo95: 1 }), outcome({})];
    expect(scoreOf(scenario(true), outcomes)).toEqual({
      scenario: 'S01',
      good: true,
      runs: 4,
      falseRollbackPercent: 25,
      medianMinutesTo95: 6,
      meanWeightChanges: 1,
    });
  });

  it('counts a bad canary that was never rolled back, and the harm of all', () => {
    const outcomes = [
      outcome({ rolledBack: true, excess: 10, secondsToDecision: 60, information: 2 }),
      outcome({ rolledBack: true, excess: 20, secondsToDecision: 80, information: 5 }),
      outcome({ excess: 600, weightChanges: 4 }),
    ];
    expect(scoreOf(scenario(false), outcomes)).toEqual({
      scenario: 'S06',
      good: false,
      runs: 3,
      missedPercent: expect.closeTo(33.33, 2) as number,
      medianSecondsToDecision: 70,
      meanExcessBad: 210,
      p95ExcessBad: expect.closeTo(542, 6) as number,
      meanWaldRatio: 3.5,
      medianWaldRatio: 3.5,
      meanWeightChanges: 2,
    });
  });

  it('has no time and no ratio where nobody decided', () => {
    const score = scoreOf(scenario(false), [outcome({ excess: 5 })]);
    expect(score).not.toHaveProperty('medianSecondsToDecision');
    expect(score).not.toHaveProperty('meanWaldRatio');
  });
});

describe('summaryOf()', () => {
  const score = (rest: Partial<Score>): Score => ({ scenario: 'S01', good: true, runs: 1, meanWeightChanges: 1, ...rest });

  it('takes the worst, the median of medians and the geometric mean', () => {
    // Means whose geometric mean an earlier implementation gave as 88.
    const excess = [700, 50, 14, 67, 370, 71, 171, 24];
    const summary = summaryOf([
      score({ falseRollbackPercent: 0.2, medianMinutesTo95: 6 }),
      score({ falseRollbackPercent: 3, medianMinutesTo95: 30 }),
      score({ falseRollbackPercent: 100 }),
      ...excess.map((meanExcessBad, index) => score({ scenario: `S${index}`, missedPercent: index, meanExcessBad, meanWaldRatio: index })),
    ]);
    expect(summary).toMatchObject({ worstFalseRollbackPercent: 100, worstMissPercent: 7, medianMinutesTo95: 18, waldRatio: { S0: 0, S7: 7 } });
    expect(Math.round(summary.geometricMeanExcessBad ?? 0)).toBe(88);
  });

  it('leaves out what no scenario tells', () =>
    expect(summaryOf([score({ falseRollbackPercent: 0 })])).toEqual({ worstFalseRollbackPercent: 0, waldRatio: {} }));
});
