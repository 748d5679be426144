import type { GetMetricStatisticsOutput } from '@aws-sdk/client-cloudwatch';
import { describe, expect, it } from 'vitest';
import { at, testCloudWatch } from './cloudwatch.ts';

const query = { Namespace: 'app', MetricName: 'metric', StartTime: at('09:00:00'), EndTime: at('09:10:00'), Period: 60 };

describe('GetMetricStatistics', () => {
  it('answers every statistic as AWS did for 0 to 9', async () => {
    const cloudWatch = testCloudWatch();
    for (let Value = 0; Value < 10; Value++)
      await cloudWatch.call('PutMetricData', { Namespace: 'app', MetricData: [{ MetricName: 'metric', Value }] });
    const output = await cloudWatch.call('GetMetricStatistics', { ...query, Statistics: ['Average', 'Sum', 'Minimum', 'Maximum', 'SampleCount'] });
    expect(output).toEqual({
      Label: 'metric',
      Datapoints: [{ Average: 4.5, Maximum: 9, Minimum: 0, SampleCount: 10, Sum: 45, Timestamp: at('09:02:00'), Unit: 'None' }],
    });
  });

  it('adds up Values and Counts as AWS did', async () => {
    const cloudWatch = testCloudWatch();
    await cloudWatch.call('PutMetricData', {
      Namespace: 'app',
      MetricData: [{ MetricName: 'metric', Values: [1, 10], Counts: [2, 4], Unit: 'Count' }],
    });
    const output = await cloudWatch.call('GetMetricStatistics', { ...query, Statistics: ['SampleCount', 'Sum', 'Maximum'] });
    expect(output).toEqual({ Label: 'metric', Datapoints: [{ Maximum: 10, SampleCount: 6, Sum: 42, Timestamp: at('09:02:00'), Unit: 'Count' }] });
  });

  it('keeps units apart', async () => {
    const cloudWatch = testCloudWatch();
    const MetricData = [{ Value: 10 }, { Value: 5, Unit: 'Count' }, { Value: 1, Unit: 'Seconds' }].map((datum) => ({
      MetricName: 'metric',
      ...datum,
    }));
    await cloudWatch.call('PutMetricData', { Namespace: 'app', MetricData });
    const output = await cloudWatch.call<GetMetricStatisticsOutput>('GetMetricStatistics', { ...query, Statistics: ['Average'] });
    expect(output.Datapoints?.map(({ Average, Unit }) => [Unit, Average])).toEqual([
      ['None', 10],
      ['Count', 5],
      ['Seconds', 1],
    ]);
  });

  it('answers percentiles as extended statistics', async () => {
    const cloudWatch = testCloudWatch();
    await cloudWatch.call('PutMetricData', { Namespace: 'app', MetricData: [{ MetricName: 'metric', Values: [100, 900], Counts: [98, 2] }] });
    const output = await cloudWatch.call<GetMetricStatisticsOutput>('GetMetricStatistics', {
      ...query,
      ExtendedStatistics: ['p98', 'p99', 'TC(100:)'],
    });
    expect(output.Datapoints?.map(({ ExtendedStatistics }) => ExtendedStatistics)).toEqual([{ p98: 100, p99: 900, 'TC(100:)': 2 }]);
  });

  it('refuses more than 1440 datapoints in the words of AWS', async () => {
    const call = testCloudWatch().call('GetMetricStatistics', {
      ...query,
      EndTime: new Date(query.StartTime.getTime() + 86_400_000),
      Period: 1,
      Statistics: ['Sum'],
    });
    await expect(call).rejects.toMatchObject({
      code: 'InvalidParameterCombinationException',
      queryCode: 'InvalidParameterCombination',
      message:
        'You have requested up to 86400 datapoints, which exceeds the limit of 1440. You may reduce the datapoints requested by increasing Period, or decreasing the time range.',
    });
  });
});

describe('ListMetrics', () => {
  it('filters by namespace, name and dimensions, also by a name alone', async () => {
    const cloudWatch = testCloudWatch();
    const put = (Namespace: string, MetricName: string, ...Dimensions: object[]) =>
      cloudWatch.call('PutMetricData', { Namespace, MetricData: [{ MetricName, Dimensions, Value: 1 }] });
    const a1 = { Name: 'A', Value: '1' };
    const b2 = { Name: 'B', Value: '2' };
    await put('one', 'm', a1);
    await put('one', 'm', a1, b2);
    await put('two', 'n', b2);
    const listed = async (input: object) => (await cloudWatch.call<{ Metrics: unknown[] }>('ListMetrics', input)).Metrics;
    expect(await listed({ Namespace: 'two' })).toEqual([{ Namespace: 'two', MetricName: 'n', Dimensions: [b2] }]);
    expect(await listed({ MetricName: 'm' })).toHaveLength(2);
    expect(await listed({ Dimensions: [{ Name: 'B' }] })).toHaveLength(2);
    expect(await listed({ Dimensions: [a1, b2] })).toEqual([{ Namespace: 'one', MetricName: 'm', Dimensions: [a1, b2] }]);
    expect(await listed({ Dimensions: [{ Name: 'A', Value: '9' }] })).toEqual([]);
  });

  it('with RecentlyActive leaves out what published nothing for 3 hours', async () => {
    const cloudWatch = testCloudWatch();
    await cloudWatch.call('PutMetricData', { Namespace: 'app', MetricData: [{ MetricName: 'old', Value: 1 }] });
    await cloudWatch.until('12:30:00');
    await cloudWatch.call('PutMetricData', { Namespace: 'app', MetricData: [{ MetricName: 'new', Value: 1 }] });
    const { Metrics } = await cloudWatch.call<{ Metrics: { MetricName: string }[] }>('ListMetrics', { RecentlyActive: 'PT3H' });
    expect(Metrics.map(({ MetricName }) => MetricName)).toEqual(['new']);
  });
});
