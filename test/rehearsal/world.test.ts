import { describe, expect, it } from 'vitest';
import { chanceOf } from '../../src/rehearsal/chance.ts';
import { NotModelled } from '../../src/rehearsal/figure.ts';
import { bucketShares, fineEdges, meanMs, percentileMs } from '../../src/rehearsal/latency.ts';
import { sourceOf } from '../../src/rehearsal/source.ts';
import { worldOf } from '../../src/rehearsal/world.ts';
import type { ScenarioSource } from '../../src/rehearsal/scenario.ts';
import { scenario } from './fixture.ts';

const startMs = Date.UTC(2026, 0, 1, 12);
const names = { endpointName: 'churn', stable: 'churn-a', canary: 'churn-b' };
const edgesMs = [200, 300, 500];

function world(name: string, fields: Partial<ScenarioSource> = {}, periodSeconds = 60) {
  const source = sourceOf(scenario(name, fields), { edgesMs, fine: false });
  return worldOf(source, names, startMs, periodSeconds, 300, chanceOf(3, 1), chanceOf(3, 2));
}
const minutes = (from: number, to: number) => ({ startMs: startMs + from * 60_000, endMs: startMs + to * 60_000 });
const query = (metricName: string, VariantName: string | undefined, statistic = 'Sum', periodSeconds = 60) => ({
  namespace: 'AWS/SageMaker',
  metricName,
  dimensions: { EndpointName: 'churn', ...(VariantName !== undefined && { VariantName }) },
  statistic,
  periodSeconds,
});
async function valuesOf(read: ReturnType<typeof world>, ...asked: Parameters<typeof query>): Promise<number[]> {
  const [points = []] = await read.metrics.read([query(...asked)], minutes(0, 10));
  return points.map(({ value }) => value);
}
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

describe('worldOf()', () => {
  it('splits the requests by the weights in force, and each metric tells of the same requests', async () => {
    const w = world('total-failure');
    w.shift(startMs + 60_000, 0.25);
    w.shift(startMs + 300_000, 0);
    w.advance(startMs + 600_000);
    const canary = await valuesOf(w, 'Invocations', 'churn-b');
    const stable = await valuesOf(w, 'Invocations', 'churn-a');
    // Minutes 1 to 4 have a quarter of 100 requests a second: 1,500 a minute, give or take five deviations.
    expect(canary).toHaveLength(4);
    for (const requests of canary) expect(Math.abs(requests - 1500)).toBeLessThan(5 * Math.sqrt(1500));
    expect(stable).toHaveLength(10);
    expect(await valuesOf(w, 'Invocations', undefined)).toEqual(
      stable.map((requests, at) => requests + (at >= 1 && at < 5 ? (canary[at - 1] ?? 0) : 0)),
    );
    expect(sum(await valuesOf(w, 'Invocations', 'churn-b', 'Sum', 10))).toBe(sum(canary));
    // Every request failed.
    expect(await valuesOf(w, 'InvocationModelErrors', 'churn-b')).toEqual(canary);
    expect(await valuesOf(w, 'Invocation5XXErrors', 'churn-b', 'Average')).toEqual([1, 1, 1, 1]);
    expect(w.harm()).toMatchObject({ requests: sum(canary), errors: sum(canary) });
    expect(w.harm().excessErrors).toBeCloseTo(sum(canary) * 0.999, 6);
  });

  it('has 1.4 % of a healthy variant’s requests over 300 ms, as lognormal latencies of median 100 ms and sigma 0.5 have', async () => {
    const w = world('good');
    w.advance(startMs + 600_000);
    const slow = sum(await valuesOf(w, 'ModelLatency', 'churn-a', 'TC(300000:)'));
    const requests = sum(await valuesOf(w, 'Invocations', 'churn-a'));
    expect(slow / requests).toBeCloseTo(0.014, 2);
    expect(sum(await valuesOf(w, 'ModelLatency', 'churn-a', 'TC(500000:)'))).toBeLessThan(slow);
    // The two ways in which CloudWatch may count, and what tells which of them it has.
    expect(sum(await valuesOf(w, 'ModelLatency', 'churn-a', 'TC(:300000)'))).toBe(requests - slow);
    const ranks = await valuesOf(w, 'ModelLatency', 'churn-a', 'PR(:300000)');
    expect(sum(ranks) / ranks.length).toBeCloseTo(98.6, 0);
    expect(await valuesOf(w, 'ModelLatency', 'churn-a', 'TC(86400000000:)')).toEqual(ranks.map(() => 0));
    expect(await valuesOf(w, 'ModelLatency', 'churn-a', 'PR(:86400000000)')).toEqual(ranks.map(() => 100));
  });

  it('loses whole datapoints, as often as it is told', async () => {
    const w = world('good', { lostDatapoints: 0.5 });
    w.advance(startMs + 6000 * 60_000);
    const [points = []] = await w.metrics.read([query('Invocations', 'churn-a')], minutes(0, 6000));
    expect(points.length / 6000).toBeCloseTo(0.5, 1);
    for (const { value } of points) expect(value).toBeGreaterThan(5000);
  });

  it('knows six hours of stable before the start, and nothing of the canary', async () => {
    const w = world('good-quiet');
    const [stable = [], canary = []] = await w.metrics.read([query('Invocations', 'churn-a'), query('Invocations', 'churn-b')], minutes(-360, 0));
    expect(stable).toHaveLength(360);
    expect(sum(stable.map(({ value }) => value)) / 360).toBeCloseTo(120, -1);
    expect(canary).toEqual([]);
  });

  it('says what it has no model for', async () => {
    const w = world('good');
    await expect(w.metrics.read([query('CPUUtilization', 'churn-b')], minutes(0, 1))).rejects.toThrow(NotModelled);
    await expect(w.metrics.read([query('ModelLatency', 'churn-b', 'TC(123000:)')], minutes(0, 1))).rejects.toThrow('ModelLatency');
    await expect(w.metrics.read([query('Invocations', 'churn-b', 'Sum', 5)], minutes(0, 1))).rejects.toThrow(NotModelled);
  });

  it('has the delivery’s own metrics: a mean a variant', async () => {
    const own = { namespace: 'Churn', name: 'Accuracy', stable: { mean: 0.9, deviation: 0.3 }, canary: { mean: 0.5, deviation: 0.3 } };
    const w = world('good', { metrics: [own] });
    w.shift(startMs, 0.5);
    w.advance(startMs + 600_000);
    const ask = async (VariantName: string) => {
      const [points = []] = await w.metrics.read(
        [{ namespace: 'Churn', metricName: 'Accuracy', dimensions: { VariantName }, statistic: 'Average', periodSeconds: 60 }],
        minutes(0, 10),
      );
      return sum(points.map(({ value }) => value)) / points.length;
    };
    expect(await ask('churn-a')).toBeCloseTo(0.9, 1);
    expect(await ask('churn-b')).toBeCloseTo(0.5, 1);
  });
});

describe('latency', () => {
  const lognormal = { medianMs: 100, sigma: 0.5 };

  it('bucketShares() add up to 1, with 1.40 % over 300 ms', () => {
    const shares = bucketShares(lognormal, edgesMs);
    expect(sum(shares)).toBeCloseTo(1, 12);
    expect((shares[2] ?? 0) + (shares[3] ?? 0)).toBeCloseTo(0.014, 4);
    expect(bucketShares(lognormal, [])).toEqual([]);
  });

  it('percentileMs() and meanMs() find those of the distribution: p50 100, p99 320, mean 113 ms', () => {
    const edges = fineEdges(100);
    const buckets = bucketShares(lognormal, edges).map((share) => share * 1e6);
    expect(percentileMs(buckets, edges, 0.5)).toBeCloseTo(100, -0.5);
    expect(percentileMs(buckets, edges, 0.99)).toBeCloseTo(320, -1);
    // exp(sigma squared / 2) times the median.
    expect(meanMs(buckets, edges)).toBeCloseTo(113.3, -0.5);
  });
});
