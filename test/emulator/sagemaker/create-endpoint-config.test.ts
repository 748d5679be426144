import { describe, expect, test } from 'vitest';
import { refusal, roleArn, virtualWorld, type World } from './fixture.ts';

const arn = 'arn:aws:sagemaker:eu-west-1:000000000000:endpoint-config/churn-1';

async function withModel(): Promise<World> {
  const w = virtualWorld();
  await w.call('CreateModel', { ModelName: 'churn', ExecutionRoleArn: roleArn, PrimaryContainer: { Image: w.image('churn') } });
  return w;
}

const variant = (more: Record<string, unknown> = {}) => ({
  VariantName: 'stable',
  ModelName: 'churn',
  InstanceType: 'ml.m5.large',
  InitialInstanceCount: 1,
  InitialVariantWeight: 1,
  ...more,
});

describe('CreateEndpointConfig', () => {
  test('keeps every field, so that it is described back exactly', async () => {
    const w = await withModel();
    const given = {
      ProductionVariants: [
        variant({
          RoutingConfig: { RoutingStrategy: 'LEAST_OUTSTANDING_REQUESTS' },
          VolumeSizeInGB: 50,
          ContainerStartupHealthCheckTimeoutInSeconds: 600,
          CoreDumpConfig: { DestinationS3Uri: 's3://dumps/x' },
          EnableSSMAccess: true,
        }),
      ],
      ShadowProductionVariants: [variant({ VariantName: 'shadow' })],
      DataCaptureConfig: {
        EnableCapture: true,
        InitialSamplingPercentage: 20,
        DestinationS3Uri: 's3://capture/churn',
        CaptureOptions: [{ CaptureMode: 'Input' }, { CaptureMode: 'Output' }],
        CaptureContentTypeHeader: { CsvContentTypes: ['text/csv'] },
      },
      KmsKeyId: 'arn:aws:kms:eu-west-1:000000000000:key/1',
      MetricsConfig: { EnableEnhancedMetrics: true, MetricPublishFrequencyInSeconds: 10 },
      VpcConfig: { SecurityGroupIds: ['sg-1'], Subnets: ['subnet-1'] },
      EnableNetworkIsolation: true,
      ExecutionRoleArn: roleArn,
    };

    expect(await w.call('CreateEndpointConfig', { EndpointConfigName: 'Churn-1', ...given, Tags: [{ Key: 'team', Value: 'risk' }] })).toEqual({
      EndpointConfigArn: arn,
    });

    expect(await w.call('DescribeEndpointConfig', { EndpointConfigName: 'Churn-1' })).toEqual({
      EndpointConfigName: 'Churn-1',
      EndpointConfigArn: arn,
      CreationTime: new Date(w.kernel.clock.now()),
      ...given,
    });
    expect(await w.call('ListTags', { ResourceArn: arn })).toEqual({ Tags: [{ Key: 'team', Value: 'risk' }] });
    expect(w.kernel.events.at(-1)).toEqual({
      source: 'aws.sagemaker',
      detailType: 'SageMaker Endpoint Config State Change',
      resources: [arn],
      detail: {
        EndpointConfigName: 'Churn-1',
        EndpointConfigArn: arn,
        ProductionVariants: given.ProductionVariants,
        CreationTime: w.kernel.clock.now(),
        Tags: {},
      },
    });
  });

  test.each([
    ['an unknown model', [variant({ ModelName: 'nope' })], 'Could not find model "arn:aws:sagemaker:eu-west-1:000000000000:model/nope".'],
    ['two variants of one name', [variant(), variant()], 'The variant name "stable" was non-unique within the request.'],
    [
      'managed scaling without inference components',
      [variant({ ManagedInstanceScaling: { Status: 'ENABLED' } })],
      'ManagedInstanceScaling is only supported for inference component endpoints.',
    ],
    [
      'a serverless variant with an instance type',
      [variant({ ServerlessConfig: { MemorySizeInMB: 2048, MaxConcurrency: 5 } })],
      /Only one of ServerlessConfig/,
    ],
    [
      'memory that is no multiple of 1024',
      [{ VariantName: 'stable', ModelName: 'churn', ServerlessConfig: { MemorySizeInMB: 1500, MaxConcurrency: 5 } }],
      /MemorySizeInMB/,
    ],
  ])('refuses %s', async (_what, variants, message) => {
    const w = await withModel();
    const refused = await refusal(w.call('CreateEndpointConfig', { EndpointConfigName: 'churn-1', ProductionVariants: variants }));

    expect(refused.startsWith('ValidationException: ')).toBe(true);
    expect(refused.slice('ValidationException: '.length)).toEqual(typeof message === 'string' ? message : expect.stringMatching(message));
  });

  test('refuses a shadow beside two production variants, a second configuration of the name, and an odd frequency', async () => {
    const w = await withModel();
    const production = [variant(), variant({ VariantName: 'canary' })];

    expect(
      await refusal(
        w.call('CreateEndpointConfig', {
          EndpointConfigName: 'churn-1',
          ProductionVariants: production,
          ShadowProductionVariants: [variant({ VariantName: 'shadow' })],
        }),
      ),
    ).toContain('exactly one production variant and one shadow variant');
    expect(
      await refusal(
        w.call('CreateEndpointConfig', {
          EndpointConfigName: 'churn-1',
          ProductionVariants: production,
          MetricsConfig: { MetricPublishFrequencyInSeconds: 45 },
        }),
      ),
    ).toContain("Value '45' at 'metricsConfig.metricPublishFrequencyInSeconds' failed to satisfy constraint: Member must satisfy enum value set");
    await w.call('CreateEndpointConfig', { EndpointConfigName: 'churn-1', ProductionVariants: production });
    expect(await refusal(w.call('CreateEndpointConfig', { EndpointConfigName: 'churn-1', ProductionVariants: production }))).toBe(
      `ValidationException: Cannot create already existing endpoint configuration "${arn}".`,
    );
  });

  test('is gone after DeleteEndpointConfig, which knows no second time', async () => {
    const w = await withModel();
    await w.call('CreateEndpointConfig', { EndpointConfigName: 'churn-1', ProductionVariants: [variant()] });

    expect(await w.call('DeleteEndpointConfig', { EndpointConfigName: 'churn-1' })).toEqual({});

    expect(await refusal(w.call('DeleteEndpointConfig', { EndpointConfigName: 'churn-1' }))).toBe(
      `ValidationException: Could not find endpoint configuration "${arn}".`,
    );
  });
});
