import { describe, expect, test } from 'vitest';
import { countingOf, countingQueries } from '../../src/gates/counting.ts';
import { Bucket, parseStatistic, statisticOf } from '../../src/emulator/cloudwatch/statistics.ts';
import { context, minute, series } from './fixture.ts';

const queries = countingQueries(context().canary, 60);

describe('countingOf()', () => {
  test.each([
    ['both count whole, nothing is above', series(7, 9), series(7, 9), series(0, 0), series(100, 100), 'trimmed-count', false],
    ['an empty range has no datapoint', series(7, 9), series(7, 9), [], [], 'trimmed-count', true],
    ['periods without requests have none of it', series(7, undefined, 9), series(7, undefined, 9), [], [], 'trimmed-count', true],
    ['counts are not answered, ranks are', series(7, 9), [], [], series(100, 100), 'percentile-rank', false],
    ['counts are not whole', series(7, 9), series(7, 8), series(0, 0), series(100, 100), 'percentile-rank', false],
    ['counts ignore their range', series(7, 9), series(7, 9), series(7, 9), [], 'none', false],
    ['a count is missing in one period', series(7, 9), series(7), [], [], 'none', false],
    ['nothing is answered', series(7, 9), [], [], [], 'none', false],
  ] as const)('where %s', (_what, samples, all, none, ranks, statistic, emptyIsMissing) => {
    expect(countingOf([samples, all, none, ranks])).toEqual({ statistic, emptyIsMissing });
  });

  test('is not known while nobody was served', () => {
    expect(countingOf([[], [], [], []])).toBeUndefined();
    expect(countingOf([series(0), series(0), [], []])).toBeUndefined();
  });

  test('finds trimmed counts where they are as CloudWatch defines them', () => {
    const bucket = new Bucket();
    for (const [us, count] of [
      [12_000, 40],
      [650_000, 3],
      [59_000_000, 1],
    ] as const)
      bucket.add(us, count);
    const answers = queries.map(({ statistic }) => {
      const value = statisticOf([bucket], parseStatistic(statistic, 'Stat'));
      return value === undefined ? [] : [{ atMs: minute(0), value }];
    });
    expect(countingOf(answers)).toEqual({ statistic: 'trimmed-count', emptyIsMissing: false });
  });
});

describe('countingQueries()', () => {
  test('ask for the variant’s own latencies', () => {
    for (const query of queries) {
      expect(query).toMatchObject({
        metricName: 'ModelLatency',
        periodSeconds: 60,
        dimensions: { EndpointName: 'churn', VariantName: 'churn-b', EndpointConfigName: 'churn-2' },
      });
    }
  });
});
