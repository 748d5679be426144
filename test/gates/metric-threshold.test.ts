import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import type { GateContext } from '../../src/gates/gate.ts';
import { metricThreshold } from '../../src/gates/metric-threshold.ts';
import type { Datapoint } from '../../src/ports/metrics.ts';
import { context, minute, series, world } from './fixture.ts';

type Written = z.input<typeof metricThreshold.spec>;
const written = (overrides: Partial<Written> = {}): Written => ({
  type: 'metric-threshold',
  metric: { name: 'Invocation5XXErrors' },
  max: 0.02,
  ...overrides,
});

async function ask(metrics: Record<string, readonly Datapoint[]>, overrides: Partial<Written> = {}, about: Partial<GateContext> = {}) {
  const spec = z.parse(metricThreshold.spec, written(overrides));
  const { ports, asked } = world(metrics);
  const told = context(about);
  return { verdict: metricThreshold.judge(await metricThreshold.measure(spec, ports, told), spec, told), asked };
}
/** One variant's error rate: rates and requests, a minute each. */
const rates = (variant: string, rate: readonly (number | undefined)[], requests: readonly (number | undefined)[]) => ({
  [`${variant} Invocation5XXErrors Average`]: series(...rate),
  [`${variant} Invocation5XXErrors SampleCount`]: series(...requests),
});

describe('metric-threshold', () => {
  test('is successful at the bound and fails above it', async () => {
    expect((await ask(rates('churn-b', [0.02], [100]))).verdict).toMatchObject({ result: 'successful', reason: 'within-threshold' });
    expect((await ask(rates('churn-b', [0.0201], [100]))).verdict).toMatchObject({ result: 'failed', reason: 'over-threshold' });
  });

  test('fails below a minimum', async () => {
    const bounds = { max: undefined, min: 0.5 };
    expect((await ask(rates('churn-b', [0.4], [100]), bounds)).verdict).toMatchObject({ result: 'failed' });
    expect((await ask(rates('churn-b', [0.5], [100]), bounds)).verdict).toMatchObject({ result: 'successful' });
  });

  test('weighs minutes by their requests: one bad minute of two requests is not half of the traffic', async () => {
    // 1 error of 2 requests and none of 198: 1 of 200.
    const { verdict } = await ask(rates('churn-b', [0.5, 0], [2, 198]));
    expect(verdict).toMatchObject({ result: 'successful', evidence: { canary: { samples: 200, value: 0.005 } } });
    // 30 of 100 and none of 100.
    expect((await ask(rates('churn-b', [0.3, 0], [100, 100]))).verdict).toMatchObject({ result: 'failed', evidence: { canary: { value: 0.15 } } });
  });

  test('does not count a minute without a value as zero', async () => {
    const { verdict } = await ask(rates('churn-b', [0.03, undefined], [50, 50]));
    expect(verdict).toMatchObject({ result: 'failed', evidence: { canary: { samples: 100, value: 0.03 } } });
  });

  test.each([
    ['Sum', [3, 4], 7],
    ['Maximum', [3, 9], 9],
    ['Minimum', [3, 9], 3],
    ['p99', [200, 100], 125],
  ])('makes one figure of many minutes: %s', async (statistic, values, expected) => {
    const metrics = { [`churn-b ModelLatency ${statistic}`]: series(...values), 'churn-b ModelLatency SampleCount': series(25, 75) };
    const { verdict } = await ask(metrics, { metric: { name: 'ModelLatency' }, statistic, max: 1e6 });
    expect(verdict).toMatchObject({ result: 'successful', evidence: { statistic, canary: { value: expected, samples: 100 } } });
  });

  test('pauses for an outage stable shares, and blames the canary where stable is well', async () => {
    const bad = rates('churn-b', [0.3], [100]);
    expect((await ask({ ...bad, ...rates('churn-a', [0.4], [900]) })).verdict).toMatchObject({
      result: 'inconclusive',
      reason: 'shared-outage',
      evidence: { canary: { value: 0.3 }, stable: { value: 0.4 } },
    });
    expect((await ask({ ...bad, ...rates('churn-a', [0.01], [900]) })).verdict.result).toBe('failed');
  });

  test('does not excuse the canary by a stable that hardly serves, or by none', async () => {
    const bad = rates('churn-b', [0.3], [100]);
    expect((await ask({ ...bad, ...rates('churn-a', [1], [3]) })).verdict.result).toBe('failed');
    expect((await ask(bad)).verdict.result).toBe('failed');
    const { stable: _, ...first } = context();
    const { ports } = world(bad);
    const spec = z.parse(metricThreshold.spec, written());
    expect(metricThreshold.judge(await metricThreshold.measure(spec, ports, first), spec, first).result).toBe('failed');
  });

  test('has no evidence from too few samples, and tells how many are missing', async () => {
    expect((await ask(rates('churn-b', [1], [19]))).verdict).toMatchObject({
      result: 'inconclusive',
      reason: 'too-few-samples',
      evidence: { samplesNeeded: 1 },
    });
    expect((await ask(rates('churn-b', [1], [19]), { minimumSamples: 19 })).verdict.result).toBe('failed');
  });

  test('has no evidence where there is no datapoint: an idle canary has no error metric at all', async () => {
    expect((await ask({})).verdict).toMatchObject({ result: 'inconclusive', reason: 'no-data', evidence: { canary: { samples: 0 } } });
  });

  test('asks nothing while no period is complete', async () => {
    const { verdict, asked } = await ask(rates('churn-b', [0], [100]), {}, { window: { startMs: minute(1), endMs: minute(1) } });
    expect(verdict).toMatchObject({ result: 'inconclusive', reason: 'no-data' });
    expect(asked).toEqual([]);
  });

  test('reads by endpoint, variant and configuration, so that an earlier canary of that name is never read', async () => {
    const { asked } = await ask(rates('churn-b', [0], [100]));
    expect(asked[0]).toEqual({
      query: {
        namespace: 'AWS/SageMaker',
        metricName: 'Invocation5XXErrors',
        dimensions: { EndpointName: 'churn', VariantName: 'churn-b', EndpointConfigName: 'churn-2' },
        statistic: 'Average',
        periodSeconds: 60,
      },
      window: { startMs: minute(0), endMs: minute(3) },
    });
    expect(new Set(asked.map(({ query }) => query.dimensions['EndpointConfigName']))).toEqual(new Set(['churn-2']));
  });

  test('tells the metric, the bounds and the minutes it judged', async () => {
    expect((await ask(rates('churn-b', [0], [100]), { min: 0 })).verdict.evidence).toMatchObject({
      metric: 'AWS/SageMaker Invocation5XXErrors',
      statistic: 'Average',
      max: 0.02,
      min: 0,
      from: '2026-11-22T12:00:00.000Z',
      to: '2026-11-22T12:03:00.000Z',
    });
  });

  test.each<[string, object, string]>([
    ['no bound at all', { max: undefined }, 'max'],
    ['a minimum above the maximum', { max: 1, min: 2 }, 'min'],
    ['a statistic CloudWatch does not have', { statistic: 'Median' }, 'statistic'],
    ['a percentile above 99.99', { statistic: 'p100' }, 'statistic'],
    ['no samples needed', { minimumSamples: 0 }, 'minimumSamples'],
    ['a unit', { unit: 'Percent' }, ''],
  ])('refuses a spec with %s', (_what, overrides, at) => {
    const parsed = z.safeParse(metricThreshold.spec, { ...written(), ...overrides });
    expect(parsed.success).toBe(false);
    expect(parsed.error?.issues.map(({ path }) => path.join('.'))).toEqual([at]);
  });
});
