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

export interface Alarms {
  /** One entry an alarm that exists, in the order asked; names that don't exist are missing. */
  statesOf(alarmNames: readonly string[]): Promise<readonly AlarmState[]>;
  /** When an alarm went into ALARM, at `sinceMs` or after, oldest first, epoch milliseconds: also where it reads OK by now. */
  enteredSince(alarmName: string, sinceMs: number): Promise<readonly number[]>;
}
