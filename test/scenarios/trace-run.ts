/** Tells one story under the virtual clock and writes its trace: a promoted and a rolled-back rollout. Run as a process of its own. */

import { closeSync, openSync, writeSync } from 'node:fs';
import { PutMetricAlarmCommand } from '@aws-sdk/client-cloudwatch';
import { better, churn, good, startWorld, throwing } from './world.ts';

const [, , seed = '1', file = 'trace.jsonl'] = process.argv;
const out = openSync(file, 'w');
const world = await startWorld({ seed: Number(seed), trace: (line) => writeSync(out, `${line}\n`) });
try {
  for (const variant of ['churn-a', 'churn-b']) {
    await world.clients.cloudWatch.send(
      new PutMetricAlarmCommand({
        AlarmName: `${variant}-slow`,
        Namespace: 'AWS/SageMaker',
        MetricName: 'ModelLatency',
        Dimensions: [
          { Name: 'EndpointName', Value: 'churn' },
          { Name: 'VariantName', Value: variant },
        ],
        Statistic: 'Average',
        Period: 60,
        EvaluationPeriods: 2,
        Threshold: 500_000,
        ComparisonOperator: 'GreaterThanThreshold',
        TreatMissingData: 'notBreaching',
      }),
    );
  }
  const { gates = [] } = churn();
  await world.apply(churn({ gates: [...gates, { type: 'alarm', alarmNames: ['{variant}-slow'] }] }));
  world.emulator.services.sagemaker.setTraffic('churn', 20);
  for (const [tag, behaviour] of Object.entries({ v1: good, v2: better, v3: throwing })) {
    await world.push(tag, behaviour);
    await world.untilQuiet();
  }
  for (const view of await world.rollouts()) process.stdout.write(`${view.outcome} ${view.reason}\n`);
  if (world.emulator.crashes.length > 0) throw new Error(`The embedded AWS crashed: ${String(world.emulator.crashes[0])}`);
} finally {
  await world.stop();
  closeSync(out);
}
