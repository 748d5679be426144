import { GetMetricDataCommand, ListMetricsCommand } from '@aws-sdk/client-cloudwatch';
import { DescribeEndpointConfigCommand } from '@aws-sdk/client-sagemaker';
import { afterEach, expect, test } from 'vitest';
import { makeForeignEndpoint } from './foreign.ts';
import { expectNothingLeftOver } from './left-over.ts';
import { better, churn, startWorld, type World, weightsOf } from './world.ts';

let world: World;
afterEach(() => world.stop());

const configInForce = () => world.emulator.services.sagemaker.endpoints()[0]?.fleet.config.name ?? '';
const metricsInForce = async () =>
  (await world.clients.sageMaker.send(new DescribeEndpointConfigCommand({ EndpointConfigName: configInForce() }))).MetricsConfig;

/** A variant's datapoints every ten seconds from `fromMs` to `toMs`, oldest first, as CloudWatch answers them. */
async function tenSeconds(variant: string, metric: string, statistic: string, fromMs: number, toMs: number) {
  const answer = await world.clients.cloudWatch.send(
    new GetMetricDataCommand({
      StartTime: new Date(fromMs),
      EndTime: new Date(toMs),
      ScanBy: 'TimestampAscending',
      MetricDataQueries: [
        {
          Id: 'm',
          MetricStat: {
            Metric: {
              Namespace: 'AWS/SageMaker',
              MetricName: metric,
              Dimensions: [
                { Name: 'EndpointName', Value: 'churn' },
                { Name: 'VariantName', Value: variant },
                { Name: 'EndpointConfigName', Value: configInForce() },
              ],
            },
            Period: 10,
            Stat: statistic,
          },
        },
      ],
    }),
  );
  const [{ Timestamps = [], Values = [] } = {}] = answer.MetricDataResults ?? [];
  return Timestamps.map((at, index) => ({ atMs: at.getTime(), value: Values[index] ?? Number.NaN }));
}

test('metricPeriod: 10s: both variants are read every ten seconds after a shift, and the endpoint is as it was when the leftover has left', async () => {
  world = await startWorld();
  await makeForeignEndpoint(world);
  await world.apply(
    churn({
      serve: { endpoint: 'churn', instanceType: 'ml.m5.large', stableVariant: 'main', metricPeriod: '10s' },
      // Shorter than metrics of a minute allow.
      strategy: {
        type: 'canary',
        steps: [
          { canaryPercent: 10, bake: '40s' },
          { canaryPercent: 50, bake: '2m' },
        ],
      },
      gates: [
        { type: 'metric-threshold', metric: { name: 'Invocation5XXErrors' }, max: 0.02 },
        { type: 'traffic', minimumRequests: 30 },
      ],
      retire: { after: '1h' },
    }),
  );
  const digest = await world.push('v1', better);
  await world.until('the canary has half', () => weightsOf(world, 'churn')['churn-a'] === 1.5);
  await world.clock.advance(90_000);
  const toMs = Math.floor((world.clock.now() - 20_000) / 10_000) * 10_000;
  const fromMs = toMs - 60_000;
  const instants = Array.from({ length: 6 }, (_, index) => fromMs + index * 10_000);
  for (const variant of ['main', 'churn-a', 'side']) {
    const requests = await tenSeconds(variant, 'Invocations', 'Sum', fromMs, toMs);
    expect(requests.map(({ atMs }) => atMs)).toEqual(instants);
    // 40 requests a second, by weights 1.5 : 1.5 : 1; five standard deviations of ten seconds' are 49.
    for (const { value } of requests) expect(Math.abs(value - (variant === 'side' ? 100 : 150))).toBeLessThan(49);
    expect(await tenSeconds(variant, 'ModelLatency', 'TC(0:)', fromMs, toMs)).toEqual(requests);
  }
  const instances = await world.clients.cloudWatch.send(
    new ListMetricsCommand({
      Namespace: 'AWS/SageMaker',
      MetricName: 'Invocations',
      Dimensions: [{ Name: 'VariantName', Value: 'main' }, { Name: 'InstanceId' }],
    }),
  );
  expect(instances.Metrics).toHaveLength(2);

  await world.untilQuiet();
  const promoted = await world.rollout(digest);
  expect(promoted).toMatchObject({ outcome: 'Succeeded', reason: 'promoted' });
  const texts = promoted.entries.map(({ text }) => text).join('\n');
  expect(texts).toContain('metrics of every variant of the endpoint each 10 s and not each 60 s');
  expect(texts).toContain('metrics of every variant each 10 s, before that each 60 s');
  const periods = world
    .calls('GetMetricData')
    .flatMap((input) => (input as { MetricDataQueries: { MetricStat: { Period: number } }[] }).MetricDataQueries)
    .map(({ MetricStat }) => MetricStat.Period);
  expect(new Set(periods)).toEqual(new Set([10]));

  expect(await metricsInForce()).toEqual({ EnableEnhancedMetrics: true, MetricPublishFrequencyInSeconds: 10 });
  await world.until('main has left', () => !('main' in weightsOf(world, 'churn')), 3 * 3600);
  await world.clock.advance(20 * 60_000);
  expect(await metricsInForce()).toBeUndefined();
  expectNothingLeftOver(world, { configs: ['theirs'], models: ['theirs-1'] });
});
