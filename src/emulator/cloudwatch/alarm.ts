import type { MetricDataQuery, PutCompositeAlarmInput, PutMetricAlarmInput, StateValue } from '@aws-sdk/client-cloudwatch';
import type { Timer } from '../clock.ts';
import type { AlarmRule } from './alarm-rule.ts';
import type { Comparison, Treatment } from './alarm-verdict.ts';
import type { Query } from './metric-query.ts';

export const stateValues = ['INSUFFICIENT_DATA', 'ALARM', 'OK'] as const satisfies readonly StateValue[];

export interface AlarmState {
  readonly value: StateValue;
  readonly reason: string;
  /** Absent at creation and where a caller set the state without it. */
  readonly reasonData: string | undefined;
  /** When value or reason last changed. */
  readonly updatedAtMs: number;
  /** When the value last changed. */
  readonly transitionedAtMs: number;
}

/** What a metric alarm watches, read from its input once. */
export interface Watch {
  readonly queries: readonly Query[];
  /** The one query whose series is compared. */
  readonly watched: Query;
  readonly periodSeconds: number;
  readonly evaluationPeriods: number;
  /** M; N where the input names none. */
  readonly datapointsToAlarm: number;
  readonly threshold: number;
  readonly comparison: Comparison;
  readonly treatMissingData: Treatment;
  /** Below this many samples a percentile says nothing: set only where the alarm ignores such periods. */
  readonly fewestSamples: number | undefined;
  /** The queries as events show them; a plain metric gets an id of its own. */
  readonly shown: readonly MetricDataQuery[];
}

interface AnyAlarm {
  readonly name: string;
  readonly arn: string;
  configuredAtMs: number;
  actionsEnabled: boolean;
  state: AlarmState;
  tags: readonly { Key: string; Value: string }[];
}

export interface MetricAlarmRecord extends AnyAlarm {
  readonly kind: 'metric';
  input: PutMetricAlarmInput;
  watch: Watch;
  /** Where in the minute it is evaluated, milliseconds. */
  readonly phaseMs: number;
  timer: Timer | undefined;
}

export interface CompositeAlarmRecord extends AnyAlarm {
  readonly kind: 'composite';
  input: PutCompositeAlarmInput;
  rule: AlarmRule;
}

export type AlarmRecord = MetricAlarmRecord | CompositeAlarmRecord;

/** The actions of a state. */
export function actionsOf(alarm: AlarmRecord, state: StateValue): readonly string[] {
  switch (state) {
    case 'ALARM':
      return alarm.input.AlarmActions ?? [];
    case 'OK':
      return alarm.input.OKActions ?? [];
    case 'INSUFFICIENT_DATA':
      return alarm.input.InsufficientDataActions ?? [];
  }
}
