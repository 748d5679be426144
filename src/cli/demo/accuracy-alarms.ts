import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CloudWatchClient, DescribeAlarmsCommand, PutMetricAlarmCommand, type PutMetricAlarmInput } from '@aws-sdk/client-cloudwatch';
import { clientConfig, type Target } from '../target.ts';
import type { Tell } from './events.ts';

/** Wall milliseconds between two looks at the alarms, and until one that stays red is given up on: without datapoints it has minutes to go. */
const lookEveryMs = 200;
const giveUpAfterMs = 120_000;

/**
 * Makes every alarm of a folder, a file of PutMetricAlarm's input each, as a platform team does once for a delivery.
 *
 * @returns their names
 */
export async function makeAlarms(folder: string, target: Target, tell: Tell): Promise<readonly string[]> {
  const names: string[] = [];
  const cloudWatch = new CloudWatchClient(clientConfig(target));
  try {
    for (const file of readdirSync(folder).toSorted()) {
      const alarm = JSON.parse(readFileSync(join(folder, file), 'utf8')) as PutMetricAlarmInput & { AlarmName: string }; // CloudWatch refuses what is none.
      await cloudWatch.send(new PutMetricAlarmCommand(alarm));
      names.push(alarm.AlarmName);
      tell({ type: 'alarm-made', alarmName: alarm.AlarmName, text: ruleText(alarm) });
    }
  } finally {
    cloudWatch.destroy();
  }
  return names;
}

/** Waits while one of the alarms is in ALARM, as after a version it ended: until the bad answers are out of its sight a rollout is refused. */
export async function untilQuiet(alarmNames: readonly string[], target: Target, tell: Tell, signal: AbortSignal): Promise<void> {
  const cloudWatch = new CloudWatchClient(clientConfig(target));
  const deadline = performance.now() + giveUpAfterMs;
  try {
    for (let looks = 0; ; looks++) {
      const { MetricAlarms = [] } = await cloudWatch.send(new DescribeAlarmsCommand({ AlarmNames: [...alarmNames], StateValue: 'ALARM' }));
      const red = MetricAlarms.map(({ AlarmName }) => AlarmName).join(', ');
      if (red === '') return;
      if (performance.now() > deadline) throw new Error(`Alarm ${red} is still in ALARM after ${giveUpAfterMs / 1000} s: nothing was pushed`);
      if (looks === 0) tell({ type: 'stage', text: `waiting until ${red} has left ALARM: under a red alarm a rollout is refused` });
      await sleep(lookEveryMs, undefined, { signal });
    }
  } finally {
    cloudWatch.destroy();
  }
}

const ruleText = ({
  MetricName,
  Statistic,
  ComparisonOperator,
  Threshold,
  DatapointsToAlarm,
  EvaluationPeriods,
  Period,
}: PutMetricAlarmInput): string =>
  `${Statistic} of ${MetricName} ${ComparisonOperator} ${Threshold} in ${DatapointsToAlarm ?? EvaluationPeriods} of ${EvaluationPeriods} periods of ${Period} s`;
