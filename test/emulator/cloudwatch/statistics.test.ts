import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isKept, type MetricIdentity, MetricStore } from '../../../src/emulator/cloudwatch/metric-store.ts';
import { Bucket, parseStatistic, statisticNames, statisticOf } from '../../../src/emulator/cloudwatch/statistics.ts';

const identity: MetricIdentity = { namespace: 'test', name: 'm', dimensions: [] };
const statistic = (text: string) => parseStatistic(text, 'Stat');

function bucketOf(values: Record<number, number>): Bucket {
  const bucket = new Bucket();
  for (const [value, count] of Object.entries(values)) bucket.add(Number(value), count);
  return bucket;
}

describe('statisticOf()', () => {
  it('reads percentiles off the values and their counts', () => {
    const bucket = bucketOf({ 10: 50, 20: 45, 100: 4, 1000: 1 });
    expect(['p0', 'p50', 'p50.1', 'p95', 'p99', 'p99.9', 'p100'].map((name) => statisticOf([bucket], statistic(name)))).toEqual([
      10, 10, 20, 20, 100, 1000, 1000,
    ]);
  });

  it('has no percentile of a statistic set, unless all its samples are equal', () => {
    const spread = new Bucket();
    spread.addSet({ sampleCount: 10, sum: 30, minimum: 1, maximum: 9 });
    const flat = new Bucket();
    flat.addSet({ sampleCount: 10, sum: 30, minimum: 3, maximum: 3 });
    expect(statisticOf([spread], statistic('p50'))).toBeUndefined();
    expect(statisticOf([flat], statistic('p50'))).toBe(3);
    expect(statisticOf([spread, flat], statistic('Average'))).toBe(3);
  });

  it('has no percentile where a value is negative', () => {
    expect(statisticOf([bucketOf({ [-1]: 1, 5: 9 })], statistic('p90'))).toBeUndefined();
  });
});

describe('statisticOf() a range', () => {
  const bucket = bucketOf({ 100: 50, 200: 30, 300: 15, 400: 5 });

  // CloudWatch's definitions: the lower bound is not part of the range, the upper one is.
  it.each([
    ['TC(:300)', 95],
    ['TC(300:)', 5],
    ['TC(100:300)', 45],
    ['TC(99.5:100)', 50],
    ['TC(400:)', 0],
    ['PR(:300)', 95],
    ['PR(100:300)', 45],
    ['PR(300:)', 5],
  ])('%s of 100 samples is %d', (name, expected) => {
    expect(statisticOf([bucket], statistic(name))).toBe(expected);
  });

  it('counts each sample above a bound or up to it, never twice and never not at all', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 1, max: 9 })), { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 0, max: 60 }),
        (samples, bound) => {
          const buckets = samples.map(([value, count]) => bucketOf({ [value]: count }));
          const of = (name: string) => statisticOf(buckets, statistic(name)) ?? Number.NaN;
          expect(of(`TC(:${bound})`) + of(`TC(${bound}:)`)).toBe(of('SampleCount'));
          expect(of(`PR(:${bound})`)).toBeCloseTo((100 * of(`TC(:${bound})`)) / of('SampleCount'), 9);
        },
      ),
    );
  });

  it('is not to be had of a statistic set', () => {
    const spread = new Bucket();
    spread.addSet({ sampleCount: 10, sum: 30, minimum: 1, maximum: 9 });
    expect(statisticOf([bucket, spread], statistic('TC(:300)'))).toBeUndefined();
  });
});

describe('parseStatistic()', () => {
  it.each(['tm99', 'wm90', 'IQM', 'TC(10%:90%)', 'TM(10%:90%)', 'ts90', 'tc90'])('refuses %s by name', (name) => {
    expect(() => statistic(name)).toThrow(`does not emulate the CloudWatch statistic "${name}"`);
  });
  it.each(['p101', 'Median', 'p', 'sum', 'TC(300:100)'])('knows no statistic %s', (name) => {
    expect(() => statistic(name)).toThrow(expect.objectContaining({ code: 'InvalidParameterValueException', queryCode: 'InvalidParameterValue' }));
  });
});

describe('MetricStore', () => {
  const datapoint = fc.record({
    second: fc.integer({ min: 0, max: 599 }),
    value: fc.double({ min: 0, max: 1e9, noNaN: true }),
    count: fc.integer({ min: 1, max: 1000 }),
    asSet: fc.boolean(),
  });

  it('answers the same in whatever order datapoints arrive', () => {
    fc.assert(
      fc.property(
        fc
          .array(datapoint, { minLength: 1, maxLength: 40 })
          .chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length, maxLength: list.length }))),
        fc.constantFrom(60, 120, 300),
        ([list, shuffled], periodSeconds) => {
          const answers = [list, shuffled].map((order) => {
            const store = new MetricStore();
            for (const { second, value, count, asSet } of order) {
              const bucket = store.bucket(identity, 'None', second * 1_000, 60, 0);
              if (asSet) bucket.addSet({ sampleCount: count, sum: value * count, minimum: value / 2, maximum: value });
              else bucket.add(value, count);
            }
            const series = store.get(identity)?.units.get('None');
            return [...statisticNames, 'p50', 'p99'].map((name) =>
              series?.points({ startMs: 0, endMs: 600_000, periodSeconds, nowMs: 600_000 }, statistic(name)),
            );
          });
          expect(answers[1]).toEqual(answers[0]);
        },
      ),
    );
  });

  it('adds up to the same whatever the period', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 599 }), fc.integer({ min: -50, max: 50 })), { minLength: 1 }), (list) => {
        const store = new MetricStore();
        for (const [second, value] of list) store.bucket(identity, 'None', second * 1_000, 1, 0).add(value, 1);
        const sums = [1, 5, 10, 30, 60, 120, 300].map((periodSeconds) =>
          store
            .get(identity)
            ?.units.get('None')
            ?.points({ startMs: 0, endMs: 600_000, periodSeconds, nowMs: 600_000 }, statistic('Sum'))
            .reduce((sum, point) => sum + point.value, 0),
        );
        expect(new Set(sums)).toEqual(new Set([list.reduce((sum, [, value]) => sum + value, 0)]));
      }),
    );
  });

  it('answers minutes the same when what was finer has faded', () => {
    const hourMs = 3_600_000;
    const sample = fc.tuple(fc.integer({ min: 0, max: 5 * 3_600 }), fc.integer({ min: 0, max: 9 }));
    fc.assert(
      fc.property(fc.array(sample, { minLength: 1, maxLength: 60 }), fc.constantFrom('Sum', 'p50', 'SampleCount', 'TC(3:)'), (list, name) => {
        // The same datapoints, told when they happened and told all at the end.
        const [faded, fresh] = [true, false].map((asTheyCome) => {
          const store = new MetricStore();
          for (const [second, value] of list) store.bucket(identity, 'None', second * 1_000, 1, asTheyCome ? second * 1_000 : 0).add(value, 1);
          const series = store.get(identity)?.units.get('None');
          return [10, 60, 300].map((periodSeconds) =>
            series?.points({ startMs: 0, endMs: 6 * hourMs, periodSeconds, nowMs: 5 * hourMs }, statistic(name)),
          );
        });
        expect(faded).toEqual(fresh);
      }),
    );
  });

  it('keeps dimensions apart and does not mind their order', () => {
    const store = new MetricStore();
    const a = { Name: 'A', Value: '1' };
    const b = { Name: 'B', Value: '2' };
    store.bucket({ ...identity, dimensions: [a, b] }, 'None', 0, 60, 0).add(1, 1);
    expect(store.get({ ...identity, dimensions: [b, a] })).toBeDefined();
    expect(store.get({ ...identity, dimensions: [a] })).toBeUndefined();
  });
});

describe('isKept()', () => {
  const hour = 3_600_000;
  // AWS documents: below 60 s for 3 hours, 60 s for 15 days, 300 s for 63 days, 3600 s for 455 days.
  it.each([
    [2 * hour, 10, true],
    [4 * hour, 10, false],
    [4 * hour, 60, true],
    [16 * 24 * hour, 60, false],
    [16 * 24 * hour, 300, true],
    [64 * 24 * hour, 300, false],
    [64 * 24 * hour, 3600, true],
    [456 * 24 * hour, 3600, false],
  ])('a datapoint %d ms old at %d s: %s', (ageMs, periodSeconds, kept) => {
    expect(isKept(ageMs, periodSeconds)).toBe(kept);
  });
});
