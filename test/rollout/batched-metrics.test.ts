import type { GetMetricDataCommandInput } from '@aws-sdk/client-cloudwatch';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Datapoint, MetricQuery, Window } from '../../src/ports/metrics.ts';
import { batchedMetrics } from '../../src/rollout/batched-metrics.ts';
import { Refused, Throttled } from '../../src/rollout/errors.ts';
import { evaluate } from '../../src/rollout/evaluate.ts';
import { noonMs, placed, rollout } from './fixture.ts';
import { story } from './world.ts';

const query = (metricName: string, periodSeconds = 10): MetricQuery => ({
  namespace: 'AWS/SageMaker',
  metricName,
  dimensions: { EndpointName: 'churn' },
  statistic: 'Sum',
  periodSeconds,
});
const seconds = (from: number, to: number): Window => ({ startMs: noonMs + 1000 * from, endMs: noonMs + 1000 * to });

/** A datapoint at each whole period, worth its seconds since noon; notes what it was asked. */
function clockwork(refusing: (queries: readonly MetricQuery[]) => Error | undefined = () => undefined) {
  const reads: { names: string[]; window: Window }[] = [];
  return {
    reads,
    metrics: {
      async read(queries: readonly MetricQuery[], window: Window): Promise<readonly (readonly Datapoint[])[]> {
        reads.push({ names: queries.map(({ metricName }) => metricName), window });
        const error = refusing(queries);
        if (error) throw error;
        return queries.map(({ periodSeconds }) => {
          const points: Datapoint[] = [];
          for (let atMs = window.startMs; atMs < window.endMs; atMs += 1000 * periodSeconds) points.push({ atMs, value: (atMs - noonMs) / 1000 });
          return points;
        });
      },
      compute: async () => [],
    },
  };
}
const valuesOf = (lists: readonly (readonly Datapoint[])[]) => lists.map((points) => points.map(({ value }) => value));

describe('batchedMetrics()', () => {
  test('makes one read of what is asked in one turn, each query once, and answers each in its own window', async () => {
    const { metrics, reads } = clockwork();
    const batched = batchedMetrics(metrics);
    const [first, second] = await Promise.all([
      batched.read([query('Invocations'), query('Invocation5XXErrors')], seconds(0, 30)),
      batched.read([query('ModelLatency'), query('Invocations')], seconds(20, 40)),
    ]);
    expect(reads).toEqual([{ names: ['Invocations', 'Invocation5XXErrors', 'ModelLatency'], window: seconds(0, 40) }]);
    expect(valuesOf(first)).toEqual([
      [0, 10, 20],
      [0, 10, 20],
    ]);
    expect(valuesOf(second)).toEqual([
      [20, 30],
      [20, 30],
    ]);
  });

  test('asks anew for what is asked later', async () => {
    const { metrics, reads } = clockwork();
    const batched = batchedMetrics(metrics);
    await batched.read([query('Invocations')], seconds(0, 10));
    await batched.read([query('Invocations')], seconds(0, 20));
    expect(reads.map(({ window }) => window)).toEqual([seconds(0, 10), seconds(0, 20)]);
  });

  test('answers as if each had asked alone, whatever their periods and windows', async () => {
    const asked = fc
      .record({
        periodSeconds: fc.constantFrom(10, 30, 60, 120, 300),
        from: fc.integer({ min: 0, max: 60 }),
        periods: fc.integer({ min: 1, max: 20 }),
      })
      .map(({ periodSeconds, from, periods }) => ({
        queries: [query('Invocations', periodSeconds)],
        window: seconds(from * periodSeconds, (from + periods) * periodSeconds),
      }));
    await fc.assert(
      fc.asyncProperty(fc.array(asked, { minLength: 1, maxLength: 6 }), async (all) => {
        const { metrics, reads } = clockwork();
        const batched = batchedMetrics(metrics);
        const together = await Promise.all(all.map(({ queries, window }) => batched.read(queries, window)));
        expect(reads).toHaveLength(1);
        expect(together).toEqual(await Promise.all(all.map(({ queries, window }) => metrics.read(queries, window))));
      }),
    );
  });

  test('lets a metric nobody may read refuse its own asker alone', async () => {
    const { metrics } = clockwork((queries) => (queries.some(({ metricName }) => metricName === 'Secret') ? new Refused('AccessDenied') : undefined));
    const batched = batchedMetrics(metrics);
    const [first, second] = await Promise.allSettled([
      batched.read([query('Secret')], seconds(0, 10)),
      batched.read([query('Invocations')], seconds(0, 10)),
    ]);
    expect(first).toMatchObject({ status: 'rejected', reason: { name: 'Refused' } });
    expect(second).toMatchObject({ status: 'fulfilled', value: [[{ value: 0 }]] });
  });

  test('asks no more often when it is throttled', async () => {
    const { metrics, reads } = clockwork(() => new Throttled('slower'));
    const batched = batchedMetrics(metrics);
    const all = await Promise.allSettled([batched.read([query('a')], seconds(0, 10)), batched.read([query('b')], seconds(0, 10))]);
    expect(all).toMatchObject([{ reason: { name: 'Throttled' } }, { reason: { name: 'Throttled' } }]);
    expect(reads).toHaveLength(1);
  });
});

describe('evaluate()', () => {
  test('reads the metrics of all gates in one call, every ten seconds where the endpoint publishes so', async () => {
    const placement = placed({
      metricPeriodSeconds: 10,
      smokeTestedAtMs: noonMs,
    });
    const s = await story({
      gates: [
        { type: 'metric-threshold', metric: { name: 'Invocation5XXErrors' }, max: 0.02 },
        { type: 'metric-threshold', metric: { name: 'ModelLatency' }, statistic: 'p99', max: 900_000 },
        { type: 'traffic', minimumRequests: 100 },
      ],
    });
    await s.begin({
      placement,
      steps: [{ index: 0, canaryPercent: 10, bakeSeconds: 300, requestedAtMs: noonMs, verifiedAtMs: noonMs, verdicts: [] }],
    });
    s.clock.ms = noonMs + 95_000;
    await evaluate(rollout().id, 'execution', s.ports);
    const calls = s.w.aws.seen.filter(({ operation }) => operation === 'GetMetricData').map(({ input }) => input as GetMetricDataCommandInput);
    expect(calls).toHaveLength(1);
    expect(calls[0]).toMatchObject({ StartTime: new Date(noonMs), EndTime: new Date(noonMs + 70_000) });
    // Value and count of two metrics for two variants, and the requests of both.
    expect(calls[0]?.MetricDataQueries?.map(({ MetricStat }) => MetricStat?.Period)).toEqual(Array.from({ length: 10 }, () => 10));
  });
});
