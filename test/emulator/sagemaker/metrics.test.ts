import type { MetricDatum, PutMetricDataCommandInput } from '@aws-sdk/client-cloudwatch';
import { describe, expect, test } from 'vitest';
import { lineTrace } from '../../../src/emulator/trace.ts';
import { testKernel } from '../kernel.ts';
import { minutes, seconds, virtualWorld, type World, world } from './fixture.ts';

interface Point {
  readonly metric: string;
  readonly variant: string;
  readonly config: string | undefined;
  readonly instance: string | undefined;
  readonly atMs: number;
  readonly sum: number;
  readonly samples: number;
  readonly datum: MetricDatum;
}

/** Everything published, flattened: sums and sample counts as CloudWatch would make them. */
function published(w: World): readonly Point[] {
  return w.kernel.calls
    .filter((call) => call.operation === 'PutMetricData')
    .flatMap((call) => (call.input as PutMetricDataCommandInput).MetricData ?? [])
    .map((datum) => {
      const of = (name: string) => datum.Dimensions?.find((dimension) => dimension.Name === name)?.Value;
      return {
        metric: datum.MetricName ?? '',
        variant: of('VariantName') ?? '',
        config: of('EndpointConfigName'),
        instance: of('InstanceId'),
        atMs: datum.Timestamp?.getTime() ?? 0,
        sum: (datum.Values ?? []).reduce((sum, value, index) => sum + value * (datum.Counts?.[index] ?? 0), 0),
        samples: (datum.Counts ?? []).reduce((sum, count) => sum + count, 0),
        datum,
      };
    });
}

const total = (points: readonly Point[], metric: string, variant: string, config?: string) =>
  points
    .filter((point) => point.metric === metric && point.variant === variant && point.config === config && point.instance === undefined)
    .reduce((sum, point) => sum + point.sum, 0);

const enhanced = { EnableEnhancedMetrics: true, MetricPublishFrequencyInSeconds: 10 };

/** 90:10 at 100 requests a second; the canary fails a fifth of its requests. */
async function served(seed = 1): Promise<World> {
  const w = virtualWorld({ seed });
  await w.configure('config', {
    stable: { weight: 9, labels: { 'local.behaviour': '{"latencyMs":20,"latencySigma":0.3}' } },
    canary: { weight: 1, labels: { 'local.behaviour': '{"errorRate":0.2,"latencyMs":80,"latencySigma":0.3}' } },
  });
  await w.endpoint('churn', 'config');
  return w;
}

describe('invocation metrics of counted traffic', () => {
  test('split by weight, with errors and latencies as the images behave, in the units of AWS', async () => {
    const w = await served();
    w.sageMaker.setTraffic('churn', 100);
    await w.kernel.clock.advance(minutes(60));
    w.sageMaker.setTraffic('churn', 0);
    await w.kernel.clock.advance(minutes(5));

    const points = published(w);
    const canary = total(points, 'Invocations', 'canary');
    // 360,000 requests, 10 % of them: four standard deviations are 720.
    expect(canary).toBeGreaterThan(36_000 - 720);
    expect(canary).toBeLessThan(36_000 + 720);
    expect(canary + total(points, 'Invocations', 'stable')).toBe(360_000);
    const errorRate = total(points, 'Invocation5XXErrors', 'canary') / canary;
    expect(errorRate).toBeGreaterThan(0.19);
    expect(errorRate).toBeLessThan(0.21);
    expect(total(points, 'Invocation5XXErrors', 'stable')).toBe(0);
    expect(total(points, 'InvocationModelErrors', 'canary')).toBe(total(points, 'Invocation5XXErrors', 'canary'));
    // The mean of a log-normal is its median times exp(sigma^2 / 2).
    const meanUs = total(points, 'ModelLatency', 'canary') / canary;
    expect(meanUs / (80_000 * Math.exp(0.045))).toBeGreaterThan(0.97);
    expect(meanUs / (80_000 * Math.exp(0.045))).toBeLessThan(1.03);
    expect(points.find((point) => point.metric === 'ModelLatency')?.datum.Unit).toBe('Microseconds');
    // The same again with the configuration's name.
    expect(total(points, 'Invocations', 'canary', 'config')).toBe(canary);
    const servedSoFar = w.sageMaker.served('churn').find((variant) => variant.variantName === 'canary');
    expect(servedSoFar).toMatchObject({ endpointConfigName: 'config', requests: canary, errors: total(points, 'Invocation5XXErrors', 'canary') });
    expect(w.kernel.crashes).toEqual([]);
  });

  test('come a datapoint a minute, 60 to 120 s after the minute has ended, as the service itself', async () => {
    const w = await served();
    const putAt: number[] = [];
    const { kernel } = w;
    const beganAtMs = kernel.clock.now();
    w.sageMaker.setTraffic('churn', 50);
    for (let second = 0; second < 300; second++) {
      await kernel.clock.advance(seconds(1));
      while (putAt.length < kernel.calls.length) putAt.push(kernel.clock.now());
    }

    const stamps = kernel.calls.map((call) => ((call.input as PutMetricDataCommandInput).MetricData ?? [])[0]?.Timestamp?.getTime() ?? 0);
    expect(stamps.length).toBeGreaterThanOrEqual(3);
    expect(stamps).toEqual(stamps.map((_, index) => Math.floor(beganAtMs / 60_000) * 60_000 + index * 60_000));
    stamps.forEach((stamp, index) => {
      const lateMs = (putAt[index] ?? 0) - (stamp + 60_000);
      expect(lateMs).toBeGreaterThanOrEqual(60_000);
      expect(lateMs).toBeLessThanOrEqual(121_000);
    });
    expect(kernel.calls[0]?.caller).toMatchObject({ kind: 'service', service: 'sagemaker.amazonaws.com' });
    expect(kernel.calls[0]?.input).toMatchObject({ Namespace: 'AWS/SageMaker' });
  });

  test('follow a change of weights from the moment it takes effect', async () => {
    const w = await served();
    w.sageMaker.setTraffic('churn', 100);
    await w.call('UpdateEndpointWeightsAndCapacities', {
      EndpointName: 'churn',
      DesiredWeightsAndCapacities: [{ VariantName: 'canary', DesiredWeight: 0 }],
    });
    await w.kernel.clock.advance(seconds(10));
    const atZero = w.sageMaker.served('churn').find((variant) => variant.variantName === 'canary')?.requests ?? 0;
    await w.kernel.clock.advance(minutes(30));

    expect(atZero).toBeGreaterThan(0);
    expect(w.sageMaker.served('churn').find((variant) => variant.variantName === 'canary')?.requests).toBe(atZero);
  });

  test('a variant without requests has no datapoint', async () => {
    const w = virtualWorld();
    await w.configure('config', { stable: { weight: 1 }, canary: { weight: 0 } });
    await w.endpoint('churn', 'config');
    w.sageMaker.setTraffic('churn', 10);
    await w.kernel.clock.advance(minutes(10));

    expect(new Set(published(w).map((point) => point.variant))).toEqual(new Set(['stable']));
  });

  test('a crashed instance shows as server errors until it is replaced', async () => {
    const w = virtualWorld();
    await w.configure('config', { stable: { labels: { 'local.behaviour.failsAfterSeconds': '1200' } } });
    await w.endpoint('churn', 'config');
    w.sageMaker.setTraffic('churn', 10);
    await w.kernel.clock.advance(minutes(20));

    const { errors = 0, requests = 0 } = w.sageMaker.served('churn')[0] ?? {};
    // Down for 30-90 s of the twenty minutes, ten requests a second.
    expect(errors).toBeGreaterThanOrEqual(290);
    expect(errors).toBeLessThanOrEqual(910);
    expect(requests).toBe(12_000);
    expect(w.logs.filter((line) => line.includes('Starting serve'))).toHaveLength(2);
  });

  test('10 s datapoints come with enhanced metrics only', async () => {
    const periods = async (settings: object) => {
      const w = virtualWorld();
      await w.configure('config', { stable: {} }, { MetricsConfig: settings });
      await w.endpoint('churn', 'config');
      w.sageMaker.setTraffic('churn', 10);
      await w.kernel.clock.advance(minutes(6));
      const stamps = [...new Set(published(w).map((point) => point.atMs))].sort((a, b) => a - b);
      return (stamps[1] ?? 0) - (stamps[0] ?? 0);
    };

    expect(await periods(enhanced)).toBe(10_000);
    expect(await periods({ MetricPublishFrequencyInSeconds: 10 })).toBe(60_000);
  });

  test('10 s datapoints are there 5 to 15 s after their period has ended, of every variant', async () => {
    const w = virtualWorld();
    await w.configure('config', { stable: { weight: 9 }, canary: { weight: 1 } }, { MetricsConfig: enhanced });
    await w.endpoint('churn', 'config');
    w.sageMaker.setTraffic('churn', 100);
    const late: number[] = [];
    let seen = 0;
    for (let second = 0; second < 120; second++) {
      await w.kernel.clock.advance(seconds(1));
      const points = published(w);
      for (const point of points.slice(seen)) late.push((w.kernel.clock.now() - point.atMs) / 1000 - 10);
      seen = points.length;
    }

    expect(late.length).toBeGreaterThan(0);
    expect(Math.min(...late)).toBeGreaterThanOrEqual(5);
    // Looked at once a second.
    expect(Math.max(...late)).toBeLessThanOrEqual(16);
    for (const variant of ['stable', 'canary']) {
      const stamps = new Set(published(w).flatMap((point) => (point.variant === variant ? [point.atMs] : [])));
      expect(stamps.size).toBeGreaterThanOrEqual(9);
    }
  });

  test('with enhanced metrics each instance has its own, which add up to the variant', async () => {
    const w = virtualWorld();
    await w.configure(
      'config',
      { stable: { InitialInstanceCount: 3, labels: { 'local.behaviour': '{"errorRate":0.1}' } } },
      { MetricsConfig: enhanced },
    );
    await w.endpoint('churn', 'config');
    w.sageMaker.setTraffic('churn', 60);
    await w.kernel.clock.advance(minutes(10));
    w.sageMaker.setTraffic('churn', 0);
    await w.kernel.clock.advance(minutes(1));

    const points = published(w);
    const instances = [...new Set(points.flatMap((point) => point.instance ?? []))];
    expect(instances).toHaveLength(3);
    for (const metric of ['Invocations', 'Invocation5XXErrors', 'ModelLatency']) {
      const ofInstances = points
        .filter((point) => point.metric === metric && point.instance !== undefined)
        .reduce((sum, point) => sum + point.sum, 0);
      expect(ofInstances).toBe(total(points, metric, 'stable'));
    }
    // 36,000 requests at random over three: four standard deviations of a third are 358.
    for (const instance of instances) {
      const requests = points
        .filter((point) => point.metric === 'Invocations' && point.instance === instance)
        .reduce((sum, point) => sum + point.sum, 0);
      expect(Math.abs(requests - 12_000)).toBeLessThan(358);
    }
  });

  test('without enhanced metrics no instance is named', async () => {
    const w = await served();
    w.sageMaker.setTraffic('churn', 10);
    await w.kernel.clock.advance(minutes(5));

    expect(published(w).length).toBeGreaterThan(0);
    expect(published(w).filter((point) => point.instance !== undefined)).toEqual([]);
  });

  test('an endpoint without traffic leaves the clock nothing to do', async () => {
    const w = await served();
    const before = w.kernel.calls.length;
    await w.kernel.clock.advance(minutes(600));

    expect(w.kernel.calls).toHaveLength(before);
  });

  test('the same seed gives the same trace, another seed another', async () => {
    const traceOf = async (seed: number) => {
      const lines: string[] = [];
      const kernel = testKernel({ seed });
      const traced = {
        ...kernel,
        trace: lineTrace(
          () => kernel.clock.now(),
          (line) => lines.push(line),
        ),
      };
      const w = world(traced);
      await w.configure('config', { stable: { weight: 9 }, canary: { weight: 1 } });
      await w.call('CreateEndpoint', { EndpointName: 'churn', EndpointConfigName: 'config' });
      await kernel.clock.advance(minutes(10));
      w.sageMaker.setTraffic('churn', 100);
      await w.call('UpdateEndpointWeightsAndCapacities', {
        EndpointName: 'churn',
        DesiredWeightsAndCapacities: [{ VariantName: 'canary', DesiredWeight: 9 }],
      });
      await kernel.clock.advance(minutes(120));
      return JSON.stringify([lines, kernel.calls]);
    };

    const first = await traceOf(7);
    expect(await traceOf(7)).toBe(first);
    expect(await traceOf(8)).not.toBe(first);
  });
});
