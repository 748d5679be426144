import { describe, expect, test } from 'vitest';
import { lintAlarms, lintEndpoint, type Refusal, type Surroundings, stableOf } from '../../src/rollout/lint.ts';
import type { DeliverySpec } from '../../src/rollout/spec.ts';
import { delivery, digestOf, endpointConfig, liveEndpoint, liveVariant } from './fixture.ts';

const around = (overrides: Partial<Surroundings> = {}): Surroundings => ({
  endpoint: liveEndpoint(),
  config: endpointConfig(),
  record: undefined,
  canary: 'churn-a',
  scaledVariants: [],
  stableDigest: digestOf('a'),
  ...overrides,
});
const variants = (...names: string[]) => names.map((VariantName) => liveVariant({ VariantName }));
const record = (overrides: object = {}) => ({ delivery: 'churn', stable: 'AllTraffic', configs: [], models: [], ...overrides });
const ownMetricGate = { type: 'metric-threshold', metric: { namespace: 'Churn', name: 'Errors' }, max: 1 } as const;

describe('lintEndpoint()', () => {
  test('lets pass an endpoint at rest with one variant', () => expect(lintEndpoint(delivery(), around())).toEqual([]));

  // The admission table: what is refused before anything changes, and the way out its sentence ends with.
  test.each<[Refusal['code'], Partial<Surroundings>, RegExp, DeliverySpec?]>([
    ['endpoint-not-in-service', { endpoint: liveEndpoint({ EndpointStatus: 'Updating' }) }, /is Updating: start again when it is InService/],
    ['endpoint-not-in-service', { endpoint: liveEndpoint({ EndpointStatus: 'SystemUpdating' }) }, /SystemUpdating: start again/],
    ['endpoint-not-in-service', { endpoint: liveEndpoint({ EndpointStatus: 'OutOfService' }) }, /OutOfService/],
    [
      'endpoint-failed',
      { endpoint: liveEndpoint({ EndpointStatus: 'Failed', FailureReason: 'no capacity' }) },
      /Failed \(no capacity\): only deleting it/,
    ],
    ['update-rollback-failed', { endpoint: liveEndpoint({ EndpointStatus: 'UpdateRollbackFailed' }) }, /another UpdateEndpoint first/],
    [
      'serverless-variant',
      { config: endpointConfig({ ProductionVariants: [{ VariantName: 'AllTraffic', ModelName: 'm', ServerlessConfig: { MaxConcurrency: 5 } }] }) },
      /use instance-based variants/,
    ],
    [
      'inference-components',
      { config: endpointConfig({ ProductionVariants: [{ VariantName: 'AllTraffic', InstanceType: 'ml.g5.xlarge' }] }) },
      /no model of its own to replace/,
    ],
    ['shadow-variant', { endpoint: liveEndpoint({ ShadowVariantNames: ['shadow'] }) }, /\(shadow\).*end the shadow test first/],
    [
      'ten-variants',
      { endpoint: liveEndpoint({ ProductionVariants: variants('AllTraffic', '2', '3', '4', '5', '6', '7', '8', '9', '10') }) },
      /10 variants, SageMaker allows 10: remove one/,
      delivery({ serve: { endpoint: 'churn', instanceType: 'ml.m5.large', stableVariant: 'AllTraffic' } }),
    ],
    [
      'async-without-metric-gate',
      { config: endpointConfig({ AsyncInferenceConfig: { OutputConfig: {} } }) },
      /add a metric gate on a metric of your own/,
      delivery({ gates: [{ type: 'metric-threshold', metric: { name: 'ModelLatency' }, max: 1 }] }),
    ],
    ['autoscaled-variant', { scaledVariants: ['AllTraffic'] }, /scalable target on AllTraffic: deregister it for the rollout/],
    [
      'stable-ambiguous',
      { endpoint: liveEndpoint({ ProductionVariants: variants('one', 'two') }) },
      /\(one, two\): name the one.*serve\.stableVariant/,
    ],
    [
      'stable-missing',
      {},
      /no variant "gone"; it has AllTraffic: name one in serve\.stableVariant/,
      delivery({ serve: { endpoint: 'churn', instanceType: 'ml.m5.large', stableVariant: 'gone' } }),
    ],
    ['stable-without-traffic', { endpoint: liveEndpoint({ ProductionVariants: [liveVariant({ weight: 0 })] }) }, /give it a weight or name another/],
    [
      'stable-image-moved',
      { stableDigest: digestOf('f') },
      new RegExp(`resolves to ${digestOf('f')}, while ${digestOf('a')} serves: .*names the digest`),
    ],
    ['other-delivery', { record: record({ delivery: 'fraud' }) }, /belongs to delivery "fraud"/],
    [
      'canary-name-taken',
      { endpoint: liveEndpoint({ ProductionVariants: variants('AllTraffic', 'churn-a') }) },
      /variant "churn-a".*remove it or rename the delivery/,
      delivery({ serve: { endpoint: 'churn', instanceType: 'ml.m5.large', stableVariant: 'AllTraffic' } }),
    ],
    [
      'canary-name-taken',
      {
        endpoint: liveEndpoint({ ProductionVariants: [liveVariant(), liveVariant({ VariantName: 'churn-a', weight: 3 })] }),
        record: record({ resting: { variantName: 'churn-a', modelName: 'old', sinceMs: 0 } }),
      },
      /variant "churn-a".*has weight 3.*set its weight to 0/,
    ],
  ])('refuses %s', (code, surroundings, wayOut, spec = delivery()) => {
    const refusals = lintEndpoint(spec, around(surroundings));
    expect(refusals.map((refusal) => refusal.code)).toEqual([code]);
    expect(refusals[0]?.text).toMatch(wayOut);
    expect(refusals[0]?.text).toMatch(/^(endpoint|variant|stable's model)/);
  });

  test('tells everything that is wrong at once', () => {
    const surroundings = around({
      endpoint: liveEndpoint({ EndpointStatus: 'Updating', ShadowVariantNames: ['s'] }),
      scaledVariants: ['AllTraffic'],
    });
    expect(lintEndpoint(delivery(), surroundings).map(({ code }) => code)).toEqual([
      'endpoint-not-in-service',
      'shadow-variant',
      'autoscaled-variant',
    ]);
  });

  test('does not count a resting leftover of ours: the canary takes its place', () => {
    const nine = variants('churn-a', '2', '3', '4', '5', '6', '7', '8', '9');
    const endpoint = liveEndpoint({ ProductionVariants: [...nine, liveVariant({ VariantName: 'churn-b', weight: 0 })] });
    const resting = { variantName: 'churn-b', modelName: 'old', sinceMs: 0 };
    expect(lintEndpoint(delivery(), around({ endpoint, canary: 'churn-b', record: record({ stable: 'churn-a', resting }) }))).toEqual([]);
  });

  test('lets an asynchronous endpoint pass with a gate on a metric of its owner', () => {
    const config = endpointConfig({ AsyncInferenceConfig: {} });
    expect(lintEndpoint(delivery({ gates: [ownMetricGate] }), around({ config }))).toEqual([]);
    const metric = { namespace: 'Shop', name: 'Sold' };
    const plain = { type: 'metric' as const, metric, min: 1 };
    const math = { type: 'metric' as const, expression: 'sold / 2', metrics: { sold: { metric } }, min: 1 };
    for (const gate of [plain, math]) expect(lintEndpoint(delivery({ gates: [gate] }), around({ config }))).toEqual([]);
    const theirs = { ...plain, metric: { name: 'ModelLatency' } };
    expect(lintEndpoint(delivery({ gates: [theirs] }), around({ config })).map(({ code }) => code)).toEqual(['async-without-metric-gate']);
  });

  test('has no quarrel with an image whose tag it cannot resolve, or which the endpoint does not tell', () => {
    expect(lintEndpoint(delivery(), around({ stableDigest: undefined }))).toEqual([]);
    const endpoint = liveEndpoint({ ProductionVariants: [liveVariant({ ResolvedImages: [] })] });
    expect(lintEndpoint(delivery(), around({ endpoint, stableDigest: digestOf('f') }))).toEqual([]);
  });
});

describe('stableOf()', () => {
  const two = liveEndpoint({ ProductionVariants: variants('one', 'two') });
  test('takes the only variant, the one the delivery names, and before both the one we promoted', () => {
    const naming = delivery({ serve: { endpoint: 'churn', instanceType: 'ml.m5.large', stableVariant: 'two' } });
    expect(stableOf(delivery(), liveEndpoint(), undefined)).toEqual({ variantName: 'AllTraffic' });
    expect(stableOf(naming, two, undefined)).toEqual({ variantName: 'two' });
    expect(stableOf(naming, two, record({ stable: 'one' }))).toEqual({ variantName: 'one' });
  });
});

describe('lintAlarms()', () => {
  const state = (alarmName: string, state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA') => ({
    alarmName,
    state,
    reason: 'Threshold Crossed',
    changedAtMs: 0,
    dimensions: {},
  });
  test('refuses an alarm that does not exist and one that is in ALARM already', () => {
    const refusals = lintAlarms(['missing', 'red', 'green'], [state('green', 'OK'), state('red', 'ALARM')]);
    expect(refusals.map(({ code }) => code)).toEqual(['alarm-missing', 'alarm-firing']);
    expect(refusals[0]?.text).toBe('alarm "missing" does not exist: create it, or correct its name in the delivery');
    expect(refusals[1]?.text).toContain('alarm "red" is in ALARM already (Threshold Crossed)');
  });
  test('lets pass one without data: a canary that has not begun has none', () => {
    expect(lintAlarms(['quiet'], [state('quiet', 'INSUFFICIENT_DATA')])).toEqual([]);
  });
});
