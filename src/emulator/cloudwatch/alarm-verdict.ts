import type { StateValue } from '@aws-sdk/client-cloudwatch';
import type { Point } from './metric-store.ts';

export const treatments = ['breaching', 'notBreaching', 'ignore', 'missing'] as const;
export type Treatment = (typeof treatments)[number];

export const comparisons = {
  GreaterThanOrEqualToThreshold: { holds: (value: number, threshold: number) => value >= threshold, words: 'greater than or equal to' },
  GreaterThanThreshold: { holds: (value: number, threshold: number) => value > threshold, words: 'greater than' },
  LessThanThreshold: { holds: (value: number, threshold: number) => value < threshold, words: 'less than' },
  LessThanOrEqualToThreshold: { holds: (value: number, threshold: number) => value <= threshold, words: 'less than or equal to' },
} as const;
export type Comparison = keyof typeof comparisons;

export interface AlarmTest {
  /** N: how many periods are judged. */
  readonly evaluationPeriods: number;
  /** M: how many of them must breach. */
  readonly datapointsToAlarm: number;
  readonly treatMissingData: Treatment;
  readonly breaches: (value: number) => boolean;
}

export interface Verdict {
  /** `keep`: the alarm stays as it is. */
  readonly state: StateValue | 'keep';
  /** The datapoints judged, at most N, oldest first. */
  readonly judged: readonly Point[];
  /** How many of the N periods had no datapoint to judge. */
  readonly filled: number;
}

/**
 * How many periods CloudWatch looks at: more than N, so that late or missing datapoints can be made up for by older ones.
 * AWS documents 5 for N = 3 and otherwise only that the number depends on the alarm.
 */
export const evaluationRange = (evaluationPeriods: number): number => evaluationPeriods + 2;

/**
 * Judges the periods of an evaluation range.
 *
 * Where at least N have datapoints, the newest N decide. Otherwise each period that lacks one is treated as the alarm says.
 * Under `missing` and `ignore` a period without data says nothing, so a breach that was followed by nothing but breaches or
 * silence for M periods counts as M: `missing` alarms early, `ignore` stays as it was.
 *
 * @param points one entry a period of the range, oldest first; `undefined` where the period has no datapoint
 */
export function judge(points: readonly (Point | undefined)[], test: AlarmTest): Verdict {
  const { evaluationPeriods, datapointsToAlarm, treatMissingData } = test;
  const judged = points.filter((point) => point !== undefined).slice(-evaluationPeriods);
  const filled = evaluationPeriods - judged.length;
  const verdict = (state: Verdict['state']): Verdict => ({ state, judged, filled });

  const breaching = judged.filter(({ value }) => test.breaches(value)).length;
  if (breaching >= datapointsToAlarm) return verdict('ALARM');
  if (filled === 0) return verdict('OK');
  switch (treatMissingData) {
    case 'breaching':
      return verdict(breaching + filled >= datapointsToAlarm ? 'ALARM' : 'OK');
    case 'notBreaching':
      return verdict('OK');
    case 'missing':
    case 'ignore': {
      const silent = treatMissingData === 'missing' ? 'INSUFFICIENT_DATA' : 'keep';
      if (judged.length === 0) return verdict(silent);
      if (breaching < judged.length) return verdict('OK');
      const ageOfOldest = points.length - points.findIndex((point) => point !== undefined);
      return verdict(ageOfOldest >= datapointsToAlarm && treatMissingData === 'missing' ? 'ALARM' : 'keep');
    }
  }
}
