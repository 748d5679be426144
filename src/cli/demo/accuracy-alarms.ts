import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CloudWatchClient, PutMetricAlarmCommand, type PutMetricAlarmInput } from '@aws-sdk/client-cloudwatch';
import { clientConfig, type Target } from '../target.ts';
import type { Tell } from './events.ts';

/** Makes every alarm of a folder, a file of PutMetricAlarm's input each, as a platform team does once for a delivery. */
export async function makeAlarms(folder: string, target: Target, tell: Tell): Promise<void> {
  const cloudWatch = new CloudWatchClient(clientConfig(target));
  try {
    for (const file of readdirSync(folder).toSorted()) {
      const alarm = JSON.parse(readFileSync(join(folder, file), 'utf8')) as PutMetricAlarmInput & { AlarmName: string }; // CloudWatch refuses what is none.
      await cloudWatch.send(new PutMetricAlarmCommand(alarm));
      tell({ type: 'alarm-made', alarmName: alarm.AlarmName, text: ruleText(alarm) });
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
