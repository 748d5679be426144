import { describe, expect, it } from 'vitest';
import { at, sagemaker, testCloudWatch } from './cloudwatch.ts';

const put = (datum: object, namespace = 'app') => ({ Namespace: namespace, MetricData: [{ MetricName: 'm', ...datum }] });
const now = at('09:02:11.120');

describe('PutMetricData', () => {
  const invalidValue = 'InvalidParameterValueException';
  const invalidCombination = 'InvalidParameterCombinationException';
  const missing = 'MissingRequiredParameterException';
  it.each<[object, string, unknown]>([
    [
      { Value: 1, Values: [1] },
      invalidCombination,
      'The parameters MetricData.member.1.Value and MetricData.member.1.Values are mutually exclusive and you have specified both.',
    ],
    [
      { Value: 1, StatisticValues: { SampleCount: 1, Sum: 1, Minimum: 1, Maximum: 1 } },
      invalidCombination,
      'The parameters MetricData.member.1.Value and MetricData.member.1.StatisticValues are mutually exclusive and you have specified both.',
    ],
    [
      { Values: [1, 2], Counts: [1] },
      invalidValue,
      'The parameters MetricData.member.1.Values and MetricData.member.1.Counts must be of the same size.',
    ],
    [{}, missing, 'At least one of the parameters must be specified.'],
    [{ Value: Number.NaN }, invalidValue, 'The value NaN for parameter MetricData.member.1.Value is invalid.'],
    [{ Value: 2 ** 361 }, invalidValue, expect.stringContaining('for parameter MetricData.member.1.Value is invalid.')],
    [
      { Values: Array.from({ length: 151 }, (_, i) => i) },
      invalidValue,
      'The collection MetricData.member.1.Values must not have a size greater than 150.',
    ],
    [{ Value: 1, StorageResolution: 30 }, invalidValue, expect.stringContaining('StorageResolution')],
    [{ Value: 1, Timestamp: new Date(now.getTime() - 15 * 86_400_000) }, invalidValue, expect.stringContaining('no more than two weeks in the past')],
    [{ Value: 1, Timestamp: new Date(now.getTime() + 3 * 3_600_000) }, invalidValue, expect.stringContaining('no more than two hours in the future')],
  ])('refuses %o', async (datum, code, message) => {
    const cloudWatch = testCloudWatch();
    await expect(cloudWatch.call('PutMetricData', put(datum))).rejects.toMatchObject({ code, message });
  });

  it('stores nothing of a call that it refuses', async () => {
    const cloudWatch = testCloudWatch();
    const call = cloudWatch.call('PutMetricData', { Namespace: 'app', MetricData: [{ MetricName: 'good', Value: 1 }, { MetricName: 'bad' }] });
    await expect(call).rejects.toThrow();
    expect(await cloudWatch.call('ListMetrics', {})).toEqual({ Metrics: [] });
  });

  it("leaves the namespaces of AWS's services to AWS's services", async () => {
    const cloudWatch = testCloudWatch();
    const input = put({ Value: 1 }, 'AWS/SageMaker');
    await expect(cloudWatch.call('PutMetricData', input)).rejects.toMatchObject({
      code: 'InvalidParameterValueException',
      queryCode: 'InvalidParameterValue',
      message: 'The value AWS/SageMaker for parameter Namespace is invalid.',
    });
    await cloudWatch.call('PutMetricData', input, sagemaker);
    expect(
      cloudWatch.datapoints({
        namespace: 'AWS/SageMaker',
        name: 'm',
        dimensions: [],
        statistic: 'Sum',
        periodSeconds: 60,
        startMs: at('09:00:00').getTime(),
        endMs: at('09:05:00').getTime(),
      }),
    ).toEqual([{ atMs: at('09:02:00').getTime(), value: 1, unit: 'None' }]);
  });

  it('names the namespace to the policy', () => {
    expect(testCloudWatch().access('PutMetricData', put({ Value: 1 }))).toEqual([
      { action: 'cloudwatch:PutMetricData', resource: '*', context: { 'cloudwatch:namespace': 'app' } },
    ]);
  });
});
