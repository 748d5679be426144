import type { GetMetricDataOutput } from '@aws-sdk/client-cloudwatch';
import { describe, expect, it } from 'vitest';
import { at, type TestCloudWatch, testCloudWatch } from './cloudwatch.ts';

const stat = (
  Id: string,
  Stat: string,
  extra: { MetricName?: string; Period?: number; Unit?: string; ReturnData?: boolean; Label?: string; Namespace?: string } = {},
) => ({
  Id,
  MetricStat: {
    Metric: { Namespace: extra.Namespace ?? 'app', MetricName: extra.MetricName ?? 'metric1', Dimensions: [] },
    Period: extra.Period ?? 60,
    Stat,
    ...(extra.Unit ? { Unit: extra.Unit } : {}),
  },
  ...(extra.ReturnData === undefined ? {} : { ReturnData: extra.ReturnData }),
  ...(extra.Label ? { Label: extra.Label } : {}),
});
const math = (Id: string, Expression: string) => ({ Id, Expression });

const get = (cloudWatch: TestCloudWatch, MetricDataQueries: object[], extra: object = {}) =>
  cloudWatch.call<GetMetricDataOutput>('GetMetricData', {
    MetricDataQueries,
    StartTime: at('09:00:00'),
    EndTime: at('09:10:00'),
    ScanBy: 'TimestampAscending',
    ...extra,
  });

async function filled(data: [time: string, value: number, extra?: object][], namespace = 'app'): Promise<TestCloudWatch> {
  const cloudWatch = testCloudWatch({ startsAt: '09:10:30' });
  for (const [time, Value, extra] of data) {
    await cloudWatch.call('PutMetricData', { Namespace: namespace, MetricData: [{ MetricName: 'metric1', Value, Timestamp: at(time), ...extra }] });
  }
  return cloudWatch;
}

const series = (output: GetMetricDataOutput, id: string) => {
  const result = output.MetricDataResults?.find(({ Id }) => Id === id);
  return (result?.Timestamps ?? []).map((timestamp, index) => [timestamp.toISOString().slice(11, 16), result?.Values?.[index]]);
};

describe('GetMetricData', () => {
  it.each([
    ['Sum', 66],
    ['SampleCount', 11],
    ['Minimum', 1],
    ['Maximum', 11],
    ['Average', 6],
  ])('answers %s of 1 to 11 as AWS did', async (name, value) => {
    const cloudWatch = await filled(Array.from({ length: 11 }, (_, i) => ['09:01:00', i + 1]));
    expect(await get(cloudWatch, [stat('result1', name)])).toEqual({
      MetricDataResults: [{ Id: 'result1', Label: 'metric1', StatusCode: 'Complete', Timestamps: [at('09:01:00')], Values: [value] }],
      Messages: [],
    });
  });

  it('answers an unknown metric with Complete and nothing', async () => {
    const cloudWatch = await filled([]);
    expect((await get(cloudWatch, [stat('result', 'Sum')])).MetricDataResults).toEqual([
      { Id: 'result', Label: 'metric1', StatusCode: 'Complete', Timestamps: [], Values: [] },
    ]);
  });

  // Recorded from AWS: what differs between the queries stands in their labels.
  it.each([
    ['Sum', 60, 'Minimum', 30, ['metric1 Sum 60', 'metric1 Minimum 30']],
    ['Sum', 60, 'Minimum', 60, ['metric1 Sum', 'metric1 Minimum']],
    ['Sum', 60, 'Sum', 30, ['metric1 60', 'metric1 30']],
    ['Sum', 60, 'Sum', 60, ['metric1', 'metric1']],
  ])('labels %s %d beside %s %d', async (one, onePeriod, two, twoPeriod, labels) => {
    const cloudWatch = await filled([['09:01:00', 1]]);
    const output = await get(cloudWatch, [stat('a', one, { Period: onePeriod }), stat('b', two, { Period: twoPeriod })]);
    expect(output.MetricDataResults?.map(({ Label }) => Label)).toEqual(labels);
  });

  // Recorded from AWS.
  it.each([
    [{ Milliseconds: 60_000, Seconds: 60 }, 60_000, '[Milliseconds, Seconds]'],
    [{ Seconds: 60, Count: 5, Milliseconds: 60_000 }, 5, '[Count, Milliseconds, Seconds]'],
  ])('answers one of several units and names them all: %o', async (byUnit, value, names) => {
    const cloudWatch = await filled(Object.entries(byUnit).map(([Unit, number]) => ['09:01:00', number, { Unit }]));
    const [result] = (await get(cloudWatch, [stat('m1', 'Sum')])).MetricDataResults ?? [];
    expect(result).toMatchObject({
      Values: [value],
      StatusCode: 'Complete',
      Messages: [{ Code: 'MultipleUnits', Value: `Multiple units returned: '${names}'` }],
    });
    const [only] = (await get(cloudWatch, [stat('m1', 'Sum', { Unit: 'Seconds' })])).MetricDataResults ?? [];
    expect(only).toMatchObject({ Values: [60] });
    expect(only?.Messages).toBeUndefined();
  });

  it('includes the start, excludes the end, rounds the start down to the minute', async () => {
    const cloudWatch = await filled([
      ['09:01:59', 1],
      ['09:02:10', 2],
      ['09:03:00', 4],
      ['09:04:00', 8],
    ]);
    const output = await get(cloudWatch, [stat('m', 'Sum')], { StartTime: at('09:02:34'), EndTime: at('09:04:00') });
    expect(series(output, 'm')).toEqual([
      ['09:02', 2],
      ['09:03', 4],
    ]);
  });

  it('answers newest first unless asked otherwise', async () => {
    const cloudWatch = await filled([
      ['09:01:00', 1],
      ['09:02:00', 2],
    ]);
    expect(series(await get(cloudWatch, [stat('m', 'Sum')], { ScanBy: undefined }), 'm')).toEqual([
      ['09:02', 2],
      ['09:01', 1],
    ]);
  });

  it('keeps seconds apart at high resolution only', async () => {
    const high = { StorageResolution: 1 };
    const cloudWatch = await filled([
      ['09:01:12', 1, high],
      ['09:01:19', 2, high],
      ['09:01:21', 4, high],
    ]);
    const output = await get(cloudWatch, [stat('ten', 'Sum', { Period: 10 }), stat('minute', 'Sum')]);
    expect(output.MetricDataResults?.map(({ Timestamps, Values }) => [Timestamps, Values])).toEqual([
      [
        [at('09:01:10'), at('09:01:20')],
        [3, 4],
      ],
      [[at('09:01:00')], [7]],
    ]);
  });

  it('pages by datapoints, without losing or repeating one', async () => {
    const cloudWatch = await filled(Array.from({ length: 7 }, (_, i) => [`09:0${i}:00`, i]));
    const queries = [stat('a', 'Sum'), stat('b', 'Maximum')];
    const values: Record<string, unknown[]> = { a: [], b: [] };
    const statuses: unknown[] = [];
    let NextToken: string | undefined;
    do {
      const page: GetMetricDataOutput = await get(cloudWatch, queries, { MaxDatapoints: 4, NextToken });
      for (const { Id = '', Values = [], StatusCode } of page.MetricDataResults ?? []) {
        values[Id]?.push(...Values);
        statuses.push(`${Id} ${StatusCode}`);
      }
      ({ NextToken } = page);
    } while (NextToken !== undefined);
    expect(values).toEqual({ a: [0, 1, 2, 3, 4, 5, 6], b: [0, 1, 2, 3, 4, 5, 6] });
    expect(statuses.slice(0, 4)).toEqual(['a PartialData', 'b PartialData', 'a Complete', 'b PartialData']);
    await expect(get(cloudWatch, queries, { NextToken: 'nonsense' })).rejects.toMatchObject({ code: 'InvalidNextToken' });
  });

  it.each([
    [[stat('Bad', 'Sum')], 'The value Bad for parameter MetricDataQueries.member.1.Id is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$.'],
    [[stat('a', 'Sum'), stat('a', 'Sum')], 'The values for parameter Id in MetricDataQueries are not unique.'],
    [[math('e', 'm1 + ')], "Error in expression 'e': Unexpected end of expression"],
    [[math('e', 'm1 + 1')], "Error in expression 'e': Undefined variable 'm1'"],
    [[math('e', 'e + 1')], "Error in expression 'e': Circular reference to 'e'"],
    [[math('e', '1 + 1')], "Error in expression 'e': The expression must return a time series or a list of time series"],
    [[math('e', 'SUM(m)'), stat('m', 'Sum')], "Error in expression 'e': The expression must return a time series or a list of time series"],
  ])('refuses %o', async (queries, message) => {
    await expect(get(await filled([]), queries)).rejects.toMatchObject({ code: 'ValidationException', queryCode: 'ValidationError', message });
  });

  it.each([
    [[math('e', 'SELECT AVG(m) FROM app')], 'Metrics Insights queries'],
    [[math('e', 'RATE(m)'), stat('m', 'Sum')], 'the metric math function RATE'],
    [[math('e', "SEARCH('x', 'Sum', 60)")], 'the metric math function SEARCH'],
    [[math('e', 'FILL(m, LINEAR)'), stat('m', 'Sum')], 'LINEAR in the metric math function FILL'],
    [[stat('m', 'tm90')], 'the CloudWatch statistic "tm90"'],
    [[math('e', 'm + n'), stat('m', 'Sum'), stat('n', 'Sum', { Period: 300 })], 'metric math over metrics of different periods'],
  ])('says that it does not emulate %o', async (queries, what) => {
    await expect(get(await filled([]), queries)).rejects.toMatchObject({ code: 'NotEmulated', message: expect.stringContaining(what) as unknown });
  });

  it('refuses a start that is not before the end', async () => {
    await expect(get(await filled([]), [stat('m', 'Sum')], { EndTime: at('09:00:00') })).rejects.toMatchObject({
      code: 'InvalidParameterValueException',
      message: 'The parameter StartTime must be less than the parameter EndTime.',
    });
  });
});

describe('metric math', () => {
  // errors: 09:01 3, 09:03 0. requests: 09:01 60, 09:02 40, 09:03 0.
  async function answered(expression: string) {
    const cloudWatch = testCloudWatch({ startsAt: '09:05:30' });
    const put = (MetricName: string, time: string, Value: number) =>
      cloudWatch.call('PutMetricData', { Namespace: 'app', MetricData: [{ MetricName, Value, Timestamp: at(time) }] });
    await put('errors', '09:01:00', 3);
    await put('errors', '09:03:00', 0);
    await put('requests', '09:01:00', 60);
    await put('requests', '09:02:00', 40);
    await put('requests', '09:03:00', 0);
    const metrics = [
      stat('errors', 'Sum', { MetricName: 'errors', ReturnData: false }),
      stat('requests', 'Sum', { MetricName: 'requests', ReturnData: false }),
    ];
    const output = await get(cloudWatch, [math('e', expression), ...metrics], { StartTime: at('09:00:00'), EndTime: at('09:05:00') });
    return output.MetricDataResults?.map((_, index) => series({ MetricDataResults: output.MetricDataResults?.slice(index) }, 'e'));
  }

  // Worked out by hand from AWS's rules: no value where a side is missing, none where a division has no result.
  it.each<[string, [string, number][]]>([
    ['errors / requests', [['09:01', 0.05]]],
    [
      'errors / MAX([requests, 1])',
      [
        ['09:01', 0.05],
        ['09:03', 0],
      ],
    ],
    [
      '100 * FILL(errors, 0) / FILL(requests, 1)',
      [
        ['09:00', 0],
        ['09:01', 5],
        ['09:02', 0],
        ['09:04', 0],
      ],
    ],
    [
      'FILL(errors, REPEAT)',
      [
        ['09:01', 3],
        ['09:02', 3],
        ['09:03', 0],
        ['09:04', 0],
      ],
    ],
    [
      'IF(requests >= 50, errors, -1)',
      [
        ['09:01', 3],
        ['09:02', -1],
        ['09:03', -1],
      ],
    ],
    ['IF(requests > 0 AND errors > 0, 1)', [['09:01', 1]]],
    [
      'IF(errors == 3 || requests != 40, requests, 0)',
      [
        ['09:01', 60],
        ['09:03', 0],
      ],
    ],
    [
      'SUM([errors, requests])',
      [
        ['09:01', 63],
        ['09:02', 40],
        ['09:03', 0],
      ],
    ],
    [
      'AVG(METRICS())',
      [
        ['09:01', 31.5],
        ['09:02', 40],
        ['09:03', 0],
      ],
    ],
    [
      'MIN(METRICS("req"))',
      [
        ['09:01', 60],
        ['09:02', 40],
        ['09:03', 0],
      ],
    ],
    [
      'requests / SUM(requests)',
      [
        ['09:01', 0.6],
        ['09:02', 0.4],
        ['09:03', 0],
      ],
    ],
    [
      'requests - MIN(requests) - 2 * (3 - 1)',
      [
        ['09:01', 56],
        ['09:02', 36],
        ['09:03', -4],
      ],
    ],
    [
      '-requests + 1',
      [
        ['09:01', -59],
        ['09:02', -39],
        ['09:03', 1],
      ],
    ],
  ])('%s', async (expression, expected) => {
    expect(await answered(expression)).toEqual([expected]);
  });

  it('answers a list with one result a member', async () => {
    expect(await answered('METRICS() * 2')).toEqual([
      [
        ['09:01', 6],
        ['09:03', 0],
      ],
      [
        ['09:01', 120],
        ['09:02', 80],
        ['09:03', 0],
      ],
    ]);
  });

  it('reads other expressions, and labels by id', async () => {
    const cloudWatch = await filled([['09:01:00', 4]]);
    const output = await get(cloudWatch, [
      math('twice', 'half * 4'),
      { ...math('half', 'm / 2'), ReturnData: false },
      stat('m', 'Sum', { ReturnData: false }),
    ]);
    expect(output.MetricDataResults).toEqual([{ Id: 'twice', Label: 'twice', StatusCode: 'Complete', Timestamps: [at('09:01:00')], Values: [8] }]);
  });
});
