import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  PutMetricAlarmCommand,
  type PutMetricAlarmInput,
  PutMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import { beforeEach, describe, expect, test } from 'vitest';
import { AccuracyCount, accuracyMetricName } from '../../src/cli/demo/accuracy.ts';
import { exampleNames, examples, folderOf } from '../../src/cli/demo/examples.ts';
import { readSpec } from '../../src/cli/spec-file.ts';
import type { VirtualClock } from '../../src/emulator/clock.ts';
import { fillIn } from '../../src/gates/gate.ts';
import { canaryNameOf } from '../../src/rollout/variants.ts';
import { inProcess, virtualEmulator } from '../emulator/running.ts';

describe.each(exampleNames)('the alarms of %s', (name) => {
  const folder = join(folderOf(name), 'alarms');
  const alarms = readdirSync(folder).map(
    (file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as PutMetricAlarmInput, // CloudWatch itself refuses what is none, below.
  );
  const read = readSpec(join(folderOf(name), 'delivery.yaml'));
  if ('flaws' in read) throw new Error('The example is no valid delivery');
  const { spec } = read;
  const { metricNamespace } = examples[name];
  const variants = ['a', 'b'].map((other) => canaryNameOf(spec.name, `${spec.name}-${other}`));

  test('are those its gate names, one for either variant, on the metric the traffic publishes', () => {
    const named = spec.gates.flatMap((gate) => (gate.type === 'alarm' ? gate.alarmNames : []));
    const wanted = variants.flatMap((variantName) =>
      named.map((alarmName) => ({
        AlarmName: fillIn(alarmName, { endpointName: spec.serve.endpoint, variantName }),
        Namespace: metricNamespace,
        MetricName: accuracyMetricName,
        Dimensions: [
          { Name: 'EndpointName', Value: spec.serve.endpoint },
          { Name: 'VariantName', Value: variantName },
        ],
      })),
    );
    const byName = (one: { AlarmName?: string | undefined }, other: { AlarmName?: string | undefined }) =>
      (one.AlarmName ?? '') < (other.AlarmName ?? '') ? -1 : 1;
    expect(alarms.toSorted(byName)).toMatchObject(wanted.toSorted(byName));
  });

  const [variant = ''] = variants;
  const AlarmName = `${variant}-accuracy`;
  let clock: VirtualClock;
  let cloudWatch: CloudWatchClient;
  beforeEach(async () => {
    const emulated = await virtualEmulator();
    clock = emulated.clock;
    cloudWatch = new CloudWatchClient(inProcess(emulated.aws));
    for (const alarm of alarms) await cloudWatch.send(new PutMetricAlarmCommand(alarm));
  });

  /** Minutes of 20 answers, so many of them right, each published when it is over. */
  async function minutes(...right: readonly number[]): Promise<string | undefined> {
    const accuracy = new AccuracyCount();
    for (const one of right) {
      for (let answer = 0; answer < 20; answer++) accuracy.add(variant, answer < one, clock.now());
      await clock.advance(60_000);
      await cloudWatch.send(
        new PutMetricDataCommand({ Namespace: metricNamespace, MetricData: [...accuracy.takeEnded(spec.serve.endpoint, clock.now())] }),
      );
    }
    await clock.advance(60_000);
    return state();
  }
  const state = async () => (await cloudWatch.send(new DescribeAlarmsCommand({ AlarmNames: [AlarmName] }))).MetricAlarms?.[0]?.StateValue;

  test('has no opinion before there is data, and again when nobody publishes any more', async () => {
    await clock.advance(5 * 60_000);
    expect(await state()).toBe('INSUFFICIENT_DATA');
    expect(await minutes(20, 20)).toBe('OK');
    await clock.advance(10 * 60_000);
    expect(await state()).toBe('INSUFFICIENT_DATA');
  });

  // 17 of 20 is about what v1 reaches on held-out rows, 0 of 20 what v4 does.
  test('stays OK for a model that is right as often as the weakest good one', async () => expect(await minutes(17, 17, 17)).toBe('OK'));
  test('fires when the labels are swapped', async () => expect(await minutes(0, 0)).toBe('ALARM'));
  test('does not fire for one bad minute after a good one', async () => expect(await minutes(20, 5)).toBe('OK'));
});
