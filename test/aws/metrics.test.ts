import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { beforeEach, describe, expect, test } from 'vitest';
import { cloudWatchMetrics } from '../../src/aws/metrics.ts';
import { rejection } from '../emulator/front-fixture.ts';
import { refuse, scriptedAws } from './client.ts';

let aws: ReturnType<typeof scriptedAws>;
beforeEach(() => {
  aws = scriptedAws();
});
const metrics = () => cloudWatchMetrics(new CloudWatchClient(aws.options));
const minute = (count: number) => new Date(Date.parse('2026-11-22T12:00:00Z') + count * 60_000);
const window = { startMs: minute(0).getTime(), endMs: minute(3).getTime() };
const query = (metricName: string, statistic = 'Sum') => ({
  namespace: 'AWS/SageMaker',
  metricName,
  dimensions: { EndpointName: 'churn', VariantName: 'churn-b', EndpointConfigName: 'churn-2' },
  statistic,
  periodSeconds: 60,
});
const result = (Id: string, timestamps: Date[], values: number[], StatusCode = 'Complete') => ({
  Id,
  Label: Id,
  Timestamps: timestamps,
  Values: values,
  StatusCode,
});

describe('read()', () => {
  test('asks for all metrics in one call, oldest first, by every dimension', async () => {
    aws.serve('cloudwatch', { GetMetricData: () => ({ MetricDataResults: [], Messages: [] }) });
    expect(await metrics().read([query('Invocations'), query('ModelLatency', 'p99')], window)).toEqual([[], []]);
    expect(aws.asked('GetMetricData')).toMatchObject([
      {
        StartTime: minute(0),
        EndTime: minute(3),
        ScanBy: 'TimestampAscending',
        MetricDataQueries: [
          {
            MetricStat: {
              Period: 60,
              Stat: 'Sum',
              Metric: {
                Namespace: 'AWS/SageMaker',
                MetricName: 'Invocations',
                Dimensions: [
                  { Name: 'EndpointName', Value: 'churn' },
                  { Name: 'VariantName', Value: 'churn-b' },
                  { Name: 'EndpointConfigName', Value: 'churn-2' },
                ],
              },
            },
          },
          { MetricStat: { Stat: 'p99', Metric: { MetricName: 'ModelLatency' } } },
        ],
      },
    ]);
  });

  test('asks for at most 500 metrics a call, and answers them in their order', async () => {
    aws.serve('cloudwatch', {
      GetMetricData: (input) => ({
        MetricDataResults: (input as { MetricDataQueries: { Id: string; MetricStat: { Metric: { MetricName: string } } }[] }).MetricDataQueries.map(
          ({ Id, MetricStat }) => result(Id, [minute(0)], [Number(MetricStat.Metric.MetricName)]),
        ),
      }),
    });
    const points = await metrics().read(
      Array.from({ length: 1001 }, (_, index) => query(String(index))),
      window,
    );
    expect(points.map(([point]) => point?.value)).toEqual(Array.from({ length: 1001 }, (_, index) => index));
    expect(aws.asked('GetMetricData').map((input) => (input as { MetricDataQueries: unknown[] }).MetricDataQueries.length)).toEqual([500, 500, 1]);
  });

  test('puts pages together, whichever order the results come in', async () => {
    const pages = [
      { MetricDataResults: [result('m1', [minute(0)], [7], 'PartialData'), result('m0', [minute(0)], [1])], NextToken: 'more' },
      { MetricDataResults: [result('m1', [minute(1)], [8])] },
    ];
    aws.serve('cloudwatch', { GetMetricData: () => pages.shift() });
    expect(await metrics().read([query('Invocations'), query('ModelLatency')], window)).toEqual([
      [{ atMs: minute(0).getTime(), value: 1 }],
      [
        { atMs: minute(0).getTime(), value: 7 },
        { atMs: minute(1).getTime(), value: 8 },
      ],
    ]);
  });

  test.each(['InternalError', 'Forbidden'])('does not take %s for a metric without data', async (code) => {
    aws.serve('cloudwatch', { GetMetricData: () => ({ MetricDataResults: [result('m0', [], [], code)] }) });
    expect((await rejection(metrics().read([query('Invocations')], window))).name).toBe('Unavailable');
  });
});

describe('compute()', () => {
  const math = { expression: 'errors / result', metrics: { errors: query('Invocation5XXErrors'), result: query('Invocations') } };

  test('asks for the expression alone to be answered, under an id that is none of its metrics’', async () => {
    aws.serve('cloudwatch', { GetMetricData: () => ({ MetricDataResults: [result('result_', [minute(0), minute(1)], [0.1, 0.2])] }) });
    expect(await metrics().compute(math, window)).toEqual([
      { atMs: minute(0).getTime(), value: 0.1 },
      { atMs: minute(1).getTime(), value: 0.2 },
    ]);
    expect(aws.asked('GetMetricData')).toMatchObject([
      {
        StartTime: minute(0),
        EndTime: minute(3),
        MetricDataQueries: [
          { Id: 'errors', ReturnData: false, MetricStat: { Metric: { MetricName: 'Invocation5XXErrors' } } },
          { Id: 'result', ReturnData: false, MetricStat: { Metric: { MetricName: 'Invocations' } } },
          { Id: 'result_', Expression: 'errors / result', ReturnData: true },
        ],
      },
    ]);
  });

  test('has no values where there are none', async () => {
    aws.serve('cloudwatch', { GetMetricData: () => ({ MetricDataResults: [result('result_', [], [])] }) });
    expect(await metrics().compute(math, window)).toEqual([]);
  });

  test('refuses an expression that comes to several series, also over several pages', async () => {
    const pages = [
      { MetricDataResults: [{ ...result('result_', [minute(0)], [1]), Label: 'one' }], NextToken: 'more' },
      { MetricDataResults: [{ ...result('result_', [minute(0)], [2]), Label: 'two' }] },
    ];
    aws.serve('cloudwatch', { GetMetricData: () => pages.shift() });
    expect(await rejection(metrics().compute(math, window))).toMatchObject({
      name: 'Refused',
      message: 'Cannot compute "errors / result": it comes to 2 series, expected one',
    });
  });

  test('says Refused where CloudWatch does not understand it', async () => {
    aws.serve('cloudwatch', { GetMetricData: refuse('ValidationError', 'Error in expression', { status: 400 }) });
    expect((await rejection(metrics().compute(math, window))).name).toBe('Refused');
  });
});
