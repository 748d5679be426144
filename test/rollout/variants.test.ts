import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EndpointConfig } from '../../src/ports/endpoints.ts';
import { canaryNameOf, configNameOf, configWithCanary, firstConfig } from '../../src/rollout/variants.ts';
import { delivery, endpointConfig, liveEndpoint, liveVariant } from './fixture.ts';

/** Every field a CreateEndpointConfig takes beside the variants, and the fields of a variant that are rarely set. */
const richConfig: EndpointConfig = {
  ProductionVariants: [
    {
      VariantName: 'main',
      ModelName: 'churn-model',
      InstanceType: 'ml.m5.xlarge',
      InitialInstanceCount: 1,
      InitialVariantWeight: 1,
      VolumeSizeInGB: 40,
      ModelDataDownloadTimeoutInSeconds: 600,
      ContainerStartupHealthCheckTimeoutInSeconds: 300,
      RoutingConfig: { RoutingStrategy: 'LEAST_OUTSTANDING_REQUESTS' },
      InferenceAmiVersion: 'al2-ami-sagemaker-inference-gpu-2',
      CoreDumpConfig: { DestinationS3Uri: 's3://dumps/churn' },
      EnableSSMAccess: true,
    },
    { VariantName: 'special', ModelName: 'special-model', InstanceType: 'ml.c5.large', InitialInstanceCount: 2, InitialVariantWeight: 0.5 },
  ],
  DataCaptureConfig: {
    EnableCapture: true,
    InitialSamplingPercentage: 20,
    DestinationS3Uri: 's3://capture/churn',
    KmsKeyId: 'alias/capture',
    CaptureOptions: [{ CaptureMode: 'Input' }, { CaptureMode: 'Output' }],
    CaptureContentTypeHeader: { CsvContentTypes: ['text/csv'] },
  },
  MetricsConfig: { EnableEnhancedMetrics: true, MetricPublishFrequencyInSeconds: 60 },
  VpcConfig: { SecurityGroupIds: ['sg-1'], Subnets: ['subnet-1', 'subnet-2'] },
  ExplainerConfig: { ClarifyExplainerConfig: { ShapConfig: { ShapBaselineConfig: { MimeType: 'text/csv' } } } },
  KmsKeyId: 'alias/volumes',
  ExecutionRoleArn: 'arn:aws:iam::111122223333:role/churn',
  EnableNetworkIsolation: true,
  // A field AWS adds after this was written.
  SomethingNewConfig: { Nested: [1, { Deep: 'value' }] },
};
const running = liveEndpoint({
  ProductionVariants: [liveVariant({ VariantName: 'main', weight: 3, count: 4 }), liveVariant({ VariantName: 'special', weight: 0.5, count: 2 })],
});
const roles = { stable: 'main', canary: 'churn-a', resting: undefined };
const variantOf = (config: EndpointConfig, name: string) => config.ProductionVariants.find(({ VariantName }) => VariantName === name);

describe('configWithCanary()', () => {
  const { config } = configWithCanary(delivery(), { endpoint: running, config: richConfig }, roles, 'churn-bbbbbbbbbbbb-1');

  test('copies every field of the configuration', () => {
    const { ProductionVariants: _ours, ...rest } = config;
    const { ProductionVariants: _theirs, ...expected } = richConfig;
    expect(rest).toEqual(expected);
  });

  test('copies every field of each variant, with the counts and weights that run', () => {
    expect(variantOf(config, 'main')).toEqual({ ...richConfig.ProductionVariants[0], InitialInstanceCount: 4, InitialVariantWeight: 3 });
    expect(variantOf(config, 'special')).toEqual(richConfig.ProductionVariants[1]);
  });

  test('takes desired counts and weights, not what is still on its way', () => {
    const moving = liveEndpoint({
      ProductionVariants: [
        liveVariant({ VariantName: 'main', CurrentWeight: 1, DesiredWeight: 2, CurrentInstanceCount: 1, DesiredInstanceCount: 3 }),
      ],
    });
    const only = { ProductionVariants: richConfig.ProductionVariants.slice(0, 1) };
    expect(variantOf(configWithCanary(delivery(), { endpoint: moving, config: only }, roles, 'm').config, 'main')).toMatchObject({
      InitialInstanceCount: 3,
      InitialVariantWeight: 2,
    });
  });

  test('adds the canary last, at weight 0, with enough instances for all of stable’s traffic', () => {
    expect(config.ProductionVariants.at(-1)).toEqual({
      VariantName: 'churn-a',
      ModelName: 'churn-bbbbbbbbbbbb-1',
      InstanceType: 'ml.m5.large',
      InitialInstanceCount: 4,
      InitialVariantWeight: 0,
    });
    const asking = delivery({ serve: { endpoint: 'churn', instanceType: 'ml.m5.large', instanceCount: 6, startupTimeout: '10m' } });
    expect(variantOf(configWithCanary(asking, { endpoint: running, config: richConfig }, roles, 'm').config, 'churn-a')).toMatchObject({
      InitialInstanceCount: 6,
      ContainerStartupHealthCheckTimeoutInSeconds: 600,
    });
  });

  test('leaves the resting variant out: the canary takes its place in the same update', () => {
    const withResting = endpointConfig({
      ProductionVariants: [
        { VariantName: 'churn-a', ModelName: 'new' },
        { VariantName: 'churn-b', ModelName: 'old' },
      ],
    });
    const endpoint = liveEndpoint({
      ProductionVariants: [liveVariant({ VariantName: 'churn-a', weight: 100 }), liveVariant({ VariantName: 'churn-b', weight: 0 })],
    });
    const { config: next } = configWithCanary(
      delivery(),
      { endpoint, config: withResting },
      { stable: 'churn-a', canary: 'churn-b', resting: 'churn-b' },
      'newest',
    );
    expect(next.ProductionVariants.map(({ VariantName, ModelName }) => [VariantName, ModelName])).toEqual([
      ['churn-a', 'new'],
      ['churn-b', 'newest'],
    ]);
  });

  test('leaves out a foreign variant that rests since it was replaced', () => {
    const { config: next } = configWithCanary(
      delivery(),
      { endpoint: running, config: richConfig },
      { stable: 'special', canary: 'churn-b', resting: 'main' },
      'm',
    );
    expect(next.ProductionVariants.map(({ VariantName }) => VariantName)).toEqual(['special', 'churn-b']);
  });
});

describe('firstConfig()', () => {
  test('is one variant with all the traffic, under the delivery’s first name', () => {
    expect(firstConfig(delivery({ serve: { endpoint: 'churn', instanceType: 'ml.m5.large', instanceCount: 2 } }), 'm').config).toEqual({
      ProductionVariants: [
        { VariantName: 'churn-a', ModelName: 'm', InstanceType: 'ml.m5.large', InitialInstanceCount: 2, InitialVariantWeight: 100 },
      ],
    });
  });
});

describe('canaryNameOf()', () => {
  test.each([
    [undefined, 'churn-a'],
    ['AllTraffic', 'churn-a'],
    ['churn-a', 'churn-b'],
    ['churn-b', 'churn-a'],
  ])('beside %s is %s', (stable, canary) => expect(canaryNameOf('churn', stable)).toBe(canary));
});

describe('configNameOf()', () => {
  const json = fc.dictionary(fc.string(), fc.jsonValue());
  test('is the same for the same content, whatever order its fields come in', () => {
    fc.assert(
      fc.property(json, (fields) => {
        const config: EndpointConfig = { ...fields, ProductionVariants: [] };
        const reversed = Object.fromEntries(Object.entries(config).toReversed()) as EndpointConfig; // The same entries.
        expect(configNameOf('churn', reversed)).toBe(configNameOf('churn', config));
      }),
    );
  });
  test('is another one for another instance type, which SageMaker would otherwise not notice', () => {
    const other = endpointConfig({ ProductionVariants: [{ VariantName: 'AllTraffic', ModelName: 'churn-model', InstanceType: 'ml.m5.xlarge' }] });
    expect(configNameOf('churn', other)).not.toBe(configNameOf('churn', endpointConfig()));
  });
  test('fits SageMaker’s 63 characters and pattern for the longest delivery name', () => {
    expect(configNameOf('d'.repeat(40), endpointConfig())).toMatch(/^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/);
  });
});
