import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import type { GateContext } from '../../src/gates/gate.ts';
import { latency } from '../../src/gates/latency.ts';
import type { Datapoint } from '../../src/ports/metrics.ts';
import { context, minute, series, world } from './fixture.ts';

const day = 86_400_000_000;
const spec = (fields: Readonly<Record<string, unknown>>) => z.parse(latency.spec, { type: 'latency', ...fields });

type Minute = readonly [canary: number, canarySlow: number, stable: number, stableSlow: number];
const times = (count: number, each: Minute): Minute[] => Array.from({ length: count }, () => each);

/** What CloudWatch holds minute by minute: requests, and those over 300 ms. */
const metricsOf = (minutes: readonly Minute[]): Record<string, Datapoint[]> => {
  const column = (index: 0 | 1 | 2 | 3) => series(...minutes.map((each) => each[index]));
  return {
    'churn-b Invocations Sum': column(0),
    'churn-b ModelLatency TC(300000:)': column(1),
    'churn-a Invocations Sum': column(2),
    'churn-a ModelLatency TC(300000:)': column(3),
    'churn-a ModelLatency SampleCount': column(2),
    [`churn-a ModelLatency TC(:${day})`]: column(2),
  };
};
async function ask(metrics: Record<string, readonly Datapoint[]>, fields: Readonly<Record<string, unknown>>, about: GateContext) {
  const { ports } = world(metrics);
  return latency.judge(await latency.measure(spec(fields), ports, about), spec(fields), about);
}
const after = (minutes: number, overrides: Partial<GateContext> = {}) =>
  context({ nowMs: minute(minutes + 2), window: { startMs: minute(0), endMs: minute(minutes) }, ...overrides });

describe('latency', () => {
  test('is suspicious of a canary with five times the slow requests, and of none that is as slow as stable', async () => {
    const slow = await ask(metricsOf(times(8, [500, 50, 500, 10])), { thresholdsMs: [300] }, after(8));
    expect(slow.sequential?.lnHarm).toBeGreaterThan(Math.log(100));
    const same = await ask(metricsOf(times(8, [500, 10, 500, 10])), { thresholdsMs: [300] }, after(8));
    expect(same.sequential?.lnHarm).toBeLessThan(0.7);
    expect(same.result).not.toBe('failed');
  });

  test('knows a winner where somebody looks for one: a fifth of the slow requests', async () => {
    const minutes = metricsOf(times(30, [500, 2, 500, 10]));
    const sought = await ask(minutes, { thresholdsMs: [300] }, after(30, { seeksWinner: true }));
    expect(sought.sequential?.lnBetter).toBeGreaterThan(Math.log(100));
    const same = await ask(metricsOf(times(30, [500, 10, 500, 10])), { thresholdsMs: [300] }, after(30, { seeksWinner: true }));
    expect(same.sequential?.lnBetter).toBeLessThan(0.7);
    expect((await ask(minutes, { thresholdsMs: [300] }, after(30))).sequential).not.toHaveProperty('lnBetter');
  });

  test('says so where CloudWatch counts nothing above a threshold', async () => {
    const { ports } = world(metricsOf(times(3, [500, 10, 500, 10])));
    const uncounted = { ...ports, metrics: { ...ports.metrics, read: async () => [series(1), [], [], []] } };
    const verdict = latency.judge(await latency.measure(spec({ thresholdsMs: [300] }), uncounted, after(3)), spec({ thresholdsMs: [300] }), after(3));
    expect(verdict).toMatchObject({ result: 'inconclusive', reason: 'cannot-count' });
  });
});

describe('latency, the simple form', () => {
  /** Percentiles in microseconds, as CloudWatch has them. */
  const p99 = (canaryUs: number, stableUs: number, requests = 100): Record<string, Datapoint[]> => ({
    'churn-b ModelLatency p99': series(canaryUs),
    'churn-b ModelLatency SampleCount': series(requests),
    'churn-a ModelLatency p99': series(stableUs),
    'churn-a ModelLatency SampleCount': series(requests),
  });
  const fields = { percentile: 'p99', maxMs: 300 };

  test.each([
    ['within', p99(300_000, 100_000), 'successful', 'within-threshold'],
    ['over', p99(300_001, 100_000), 'failed', 'over-threshold'],
    ['over, like stable', p99(400_000, 400_000), 'inconclusive', 'shared-outage'],
    ['of too few', p99(400_000, 100_000, 19), 'inconclusive', 'too-few-requests'],
    ['of nobody', {}, 'inconclusive', 'no-data'],
  ])('holds the percentile to its limit: %s', async (_name, metrics, result, reason) =>
    expect(await ask(metrics, fields, after(3))).toMatchObject({ result, reason }),
  );

  test('shows milliseconds', async () =>
    expect((await ask(p99(300_001, 100_000), fields, after(3))).evidence).toMatchObject({
      percentile: 'p99',
      maxMs: 300,
      canary: { requests: 100, ms: 300.001 },
      stable: { requests: 100, ms: 100 },
    }));

  test('says how many requests are missing', async () =>
    expect((await ask(p99(1, 1, 19), fields, after(3))).evidence).toMatchObject({ requestsNeeded: 1 }));

  test('weighs no evidence, and speaks in a first deployment too', async () => {
    expect(latency.weighs?.(spec(fields))).toBe(false);
    expect(latency.weighs?.(spec({ thresholdsMs: [300] }))).toBe(true);
    const { stable: _, ...first } = after(3);
    expect(await ask(p99(400_000, 0), fields, first)).toMatchObject({ result: 'failed', reason: 'over-threshold' });
  });

  test.each<[string, object, string]>([
    ['neither form', {}, 'thresholdsMs'],
    ['both forms', { ...fields, thresholdsMs: [1] }, 'percentile'],
    ['no limit', { percentile: 'p99' }, 'maxMs'],
    ['a limit without a percentile', { thresholdsMs: [1], maxMs: 3 }, 'maxMs'],
    ['a percentile of 100', { ...fields, percentile: 'p100' }, 'percentile'],
    ['thresholds that fall', { thresholdsMs: [3, 2] }, 'thresholdsMs'],
  ])('refuses a spec with %s', (_what, given, at) =>
    expect(z.safeParse(latency.spec, { type: 'latency', ...given }).error?.issues.map(({ path }) => path[0])).toEqual([at]),
  );
});
