import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EndpointConfig } from '../../src/ports/endpoints.ts';
import { metricPeriodOf, paceText, withMetricPeriod, withMetricsBack } from '../../src/rollout/metric-period.ts';
import { configWithCanary, configWithout, firstConfig } from '../../src/rollout/variants.ts';
import { delivery, endpointConfig, liveEndpoint } from './fixture.ts';

const serve = { endpoint: 'churn', instanceType: 'ml.m5.large' };
const fast = { EnableEnhancedMetrics: true, MetricPublishFrequencyInSeconds: 10 };
const roles = { stable: 'AllTraffic', canary: 'churn-a', resting: undefined };

describe('metricPeriodOf()', () => {
  // SageMaker: 60 s by default; the frequency moves invocation metrics only with enhanced metrics on.
  test.each([
    [undefined, 60],
    [{}, 60],
    [{ MetricPublishFrequencyInSeconds: 10 }, 60],
    [{ EnableEnhancedMetrics: false, MetricPublishFrequencyInSeconds: 10 }, 60],
    [{ EnableEnhancedMetrics: true }, 60],
    [fast, 10],
    [{ EnableEnhancedMetrics: true, MetricPublishFrequencyInSeconds: 300 }, 300],
  ])('of %j is %d s', (MetricsConfig, seconds) => {
    expect(metricPeriodOf(endpointConfig(MetricsConfig && { MetricsConfig }))).toBe(seconds);
  });
});

const metricsConfig = fc.option(
  fc.record(
    {
      EnableEnhancedMetrics: fc.boolean(),
      MetricPublishFrequencyInSeconds: fc.constantFrom(10, 30, 60, 120, 180, 240, 300),
      EnableDetailedObservability: fc.boolean(),
      // A field AWS adds after this was written.
      SomethingNew: fc.jsonValue(),
    },
    { requiredKeys: [] },
  ),
  { nil: undefined },
);
const anyConfig = metricsConfig.map((MetricsConfig): EndpointConfig => endpointConfig(MetricsConfig && { MetricsConfig }));

describe('withMetricPeriod()', () => {
  test('gives the wanted pace, keeps every other field, and can be taken back whole', () => {
    fc.assert(
      fc.property(anyConfig, fc.constantFrom(10, 60, undefined), (config, seconds) => {
        const { config: made, changed } = withMetricPeriod(config, seconds);
        expect(metricPeriodOf(made)).toBe(seconds ?? metricPeriodOf(config));
        expect({ ...made, MetricsConfig: undefined }).toEqual({ ...config, MetricsConfig: undefined });
        const { EnableEnhancedMetrics: _, MetricPublishFrequencyInSeconds: __, ...others } = config.MetricsConfig ?? {};
        expect(made.MetricsConfig ?? {}).toMatchObject(others);
        if (!changed) expect(made).toBe(config);
        expect(withMetricsBack(made, changed)).toEqual(config);
        expect(Object.keys(withMetricsBack(made, changed)).toSorted()).toEqual(Object.keys(config).toSorted());
      }),
    );
  });

  test('leaves alone what somebody else has changed since', () => {
    const { config, changed } = withMetricPeriod(endpointConfig(), 10);
    const theirs = { ...config, MetricsConfig: { EnableEnhancedMetrics: true, MetricPublishFrequencyInSeconds: 30 } };
    expect(withMetricsBack(theirs, changed)).toBe(theirs);
  });
});

describe('serve.metricPeriod', () => {
  const asked = delivery({ serve: { ...serve, metricPeriod: '10s' } });

  test('belongs to the whole configuration of a canary, and a canary after it', () => {
    const first = configWithCanary(asked, { endpoint: liveEndpoint(), config: endpointConfig() }, roles, 'm');
    expect(first.config.MetricsConfig).toEqual(fast);
    expect(first.metrics).toEqual({ before: {}, periodSeconds: 10 });
    // The next one still knows how it was before the first.
    const second = configWithCanary(asked, { endpoint: liveEndpoint(), config: first.config }, roles, 'm', first.metrics);
    expect(second).toMatchObject({ config: { MetricsConfig: fast }, metrics: { before: {}, periodSeconds: 10 } });
  });

  test('unset again: the next configuration has its metrics as they were', () => {
    const before = { EnableEnhancedMetrics: true, MetricPublishFrequencyInSeconds: 120 };
    const first = configWithCanary(asked, { endpoint: liveEndpoint(), config: endpointConfig({ MetricsConfig: before }) }, roles, 'm');
    const second = configWithCanary(delivery(), { endpoint: liveEndpoint(), config: first.config }, roles, 'm', first.metrics);
    expect(second.config.MetricsConfig).toEqual(before);
    expect(second.metrics).toBeUndefined();
  });

  test('goes with the variant that lost its traffic', () => {
    const { config, metrics } = configWithCanary(asked, { endpoint: liveEndpoint(), config: endpointConfig() }, roles, 'm');
    const left = configWithout('churn-a', { endpoint: liveEndpoint(), config }, metrics);
    expect(left).toEqual(endpointConfig());
  });

  test('unset: nothing is written, and what stands there stands', () => {
    expect(firstConfig(delivery(), 'm').config).not.toHaveProperty('MetricsConfig');
    const config = endpointConfig({ MetricsConfig: { MetricPublishFrequencyInSeconds: 10 } });
    expect(configWithCanary(delivery(), { endpoint: liveEndpoint(), config }, roles, 'm').config.MetricsConfig).toEqual(config.MetricsConfig);
  });

  test('holds from the first deployment on', () => {
    expect(firstConfig(asked, 'm')).toMatchObject({ config: { MetricsConfig: fast }, metrics: { before: {}, periodSeconds: 10 } });
  });
});

describe('paceText()', () => {
  test('says what changes, and nothing where nothing does', () => {
    expect(paceText(endpointConfig(), endpointConfig({ MetricsConfig: fast }))).toBe('; metrics of every variant each 10 s, before that each 60 s');
    expect(paceText(endpointConfig(), endpointConfig())).toBe('');
  });
});
