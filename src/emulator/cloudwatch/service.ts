import type { StateValue } from '@aws-sdk/client-cloudwatch';
import type { Kernel } from '../kernel.ts';
import { bindService, type Service } from '../operation.ts';
import { AlarmBook } from './alarm-book.ts';
import { AlarmWatch } from './alarm-watch.ts';
import { deleteAlarms } from './delete-alarms.ts';
import { describeAlarmHistory } from './describe-alarm-history.ts';
import { describeAlarms } from './describe-alarms.ts';
import { disableAlarmActions } from './disable-alarm-actions.ts';
import { enableAlarmActions } from './enable-alarm-actions.ts';
import { getMetricData } from './get-metric-data.ts';
import { getMetricStatistics } from './get-metric-statistics.ts';
import { listMetrics } from './list-metrics.ts';
import { listTagsForResource } from './list-tags-for-resource.ts';
import { type MetricIdentity, MetricStore } from './metric-store.ts';
import { putCompositeAlarm } from './put-composite-alarm.ts';
import { putMetricAlarm } from './put-metric-alarm.ts';
import { putMetricData } from './put-metric-data.ts';
import { setAlarmState } from './set-alarm-state.ts';
import type { CloudWatchState } from './state.ts';
import { parseStatistic } from './statistics.ts';

/** An alarm as it stands, for looking at the emulator from outside the wire. */
export interface AlarmSnapshot {
  readonly name: string;
  readonly arn: string;
  readonly kind: 'metric' | 'composite';
  readonly state: StateValue;
  readonly reason: string;
  readonly updatedAtMs: number;
  readonly tags: readonly { readonly Key: string; readonly Value: string }[];
}

export interface DatapointsWanted extends MetricIdentity {
  /** `Sum`, `Average`, `Minimum`, `Maximum`, `SampleCount` or a percentile such as `p99`. */
  readonly statistic: string;
  readonly periodSeconds: number;
  /** Inclusive; the periods begin here. */
  readonly startMs: number;
  /** Exclusive. */
  readonly endMs: number;
  /** Every unit if absent; each gives its own datapoints. */
  readonly unit?: string;
}

export interface CloudWatch {
  readonly service: Service;
  /** Every alarm, by name. */
  alarms(): AlarmSnapshot[];
  /** What a metric holds, oldest first: the truth, whoever may read it. */
  datapoints(wanted: DatapointsWanted): { atMs: number; value: number; unit: string }[];
}

/** CloudWatch metrics and alarms. */
export function createCloudWatchService(kernel: Kernel): CloudWatch {
  const metrics = new MetricStore();
  const alarms = new AlarmBook(kernel);
  alarms.watchedBy(new AlarmWatch(kernel, metrics, alarms));
  const state: CloudWatchState = { kernel, metrics, alarms };
  const service = bindService('cloudwatch', state, [
    deleteAlarms,
    describeAlarmHistory,
    describeAlarms,
    disableAlarmActions,
    enableAlarmActions,
    getMetricData,
    getMetricStatistics,
    listMetrics,
    listTagsForResource,
    putCompositeAlarm,
    putMetricAlarm,
    putMetricData,
    setAlarmState,
  ]);
  return {
    service,
    alarms: () =>
      alarms
        .list()
        .map(({ name, arn, kind, tags, state: { value, reason, updatedAtMs } }) => ({ name, arn, kind, state: value, reason, updatedAtMs, tags })),
    datapoints(wanted) {
      const { startMs, endMs, periodSeconds } = wanted;
      const statistic = parseStatistic(wanted.statistic, 'statistic');
      return [...(metrics.get(wanted)?.units ?? [])]
        .filter(([unit]) => wanted.unit === undefined || unit === wanted.unit)
        .flatMap(([unit, series]) =>
          series.points({ startMs, endMs, periodSeconds, nowMs: kernel.clock.now() }, statistic).map(({ atMs, value }) => ({ atMs, value, unit })),
        )
        .sort((a, b) => a.atMs - b.atMs);
    },
  };
}
