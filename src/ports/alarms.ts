/** CloudWatch alarms. */
export interface AlarmState {
  readonly alarmName: string;
  readonly state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
  readonly reason: string;
  /** Epoch milliseconds of the last change of state. */
  readonly changedAtMs: number;
  /** Dimensions of the metric it watches; empty for composite and metric-math alarms. */
  readonly dimensions: Readonly<Record<string, string>>;
}

/** A metric alarm to be made. */
export interface AlarmDefinition {
  readonly alarmName: string;
  readonly description: string;
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: Readonly<Record<string, string>>;
  /** `Sum`, `Average`, `Minimum`, `Maximum`, `SampleCount` or a percentile such as `p99`. */
  readonly statistic: string;
  /** Seconds: 10, 20, 30 or a multiple of 60. */
  readonly periodSeconds: number;
  /** In ALARM when so many of the last `periods` break the threshold. */
  readonly datapoints: number;
  readonly periods: number;
  readonly comparison: 'GreaterThanThreshold' | 'LessThanThreshold';
  readonly threshold: number;
  readonly missingData: 'missing' | 'ignore' | 'breaching' | 'notBreaching';
}

export interface Alarms {
  /** One entry an alarm that exists, in the order asked; names that don't exist are missing. */
  statesOf(alarmNames: readonly string[]): Promise<readonly AlarmState[]>;
  /** When an alarm went into ALARM, at `sinceMs` or after, oldest first, epoch milliseconds: also where it reads OK by now. */
  enteredSince(alarmName: string, sinceMs: number): Promise<readonly number[]>;
  /** Makes it; one of that name is made over. Tags count for a new one only. */
  put(alarm: AlarmDefinition, tags: Readonly<Record<string, string>>): Promise<void>;
  /** Deletes it; one that is gone already is fine. */
  delete(alarmName: string): Promise<void>;
}
