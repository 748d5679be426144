import { ApplicationAutoScalingClient } from '@aws-sdk/client-application-auto-scaling';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { beforeEach, describe, expect, test } from 'vitest';
import { sageMakerEndpoints } from '../../src/aws/endpoints.ts';
import { rejection } from '../emulator/front-fixture.ts';
import { refuse, scriptedAws } from './client.ts';

let aws: ReturnType<typeof scriptedAws>;
beforeEach(() => {
  aws = scriptedAws();
});
const endpoints = () => sageMakerEndpoints(new SageMakerClient(aws.options), new ApplicationAutoScalingClient(aws.options));
const at = new Date('2026-11-22T12:00:00Z');
const arn = 'arn:aws:sagemaker:eu-west-1:111122223333:endpoint/churn';
const described = { EndpointName: 'churn', EndpointArn: arn, EndpointStatus: 'Updating', CreationTime: at, LastModifiedTime: at };

describe('describe()', () => {
  test('reads what a move is proved by', async () => {
    aws.serve('sagemaker', {
      DescribeEndpoint: () => ({
        ...described,
        EndpointConfigName: 'churn-1',
        FailureReason: 'ping',
        ProductionVariants: [
          {
            VariantName: 'churn-a',
            CurrentWeight: 90,
            DesiredWeight: 50,
            CurrentInstanceCount: 1,
            DesiredInstanceCount: 2,
            DeployedImages: [{ SpecifiedImage: 'churn:v1', ResolvedImage: 'churn@sha256:aa', ResolutionTime: at }],
          },
          // A variant that is still being made has no numbers yet.
          { VariantName: 'churn-b' },
        ],
        ShadowProductionVariants: [{ VariantName: 'shadow' }],
        PendingDeploymentSummary: { EndpointConfigName: 'churn-2' },
      }),
    });
    expect(await endpoints().describe('churn')).toEqual({
      EndpointName: 'churn',
      EndpointArn: arn,
      EndpointStatus: 'Updating',
      EndpointConfigName: 'churn-1',
      FailureReason: 'ping',
      PendingConfigName: 'churn-2',
      ShadowVariantNames: ['shadow'],
      LastModifiedTimeMs: at.getTime(),
      ProductionVariants: [
        {
          VariantName: 'churn-a',
          CurrentWeight: 90,
          DesiredWeight: 50,
          CurrentInstanceCount: 1,
          DesiredInstanceCount: 2,
          ResolvedImages: ['churn@sha256:aa'],
        },
        { VariantName: 'churn-b', CurrentWeight: 0, DesiredWeight: 0, CurrentInstanceCount: 0, DesiredInstanceCount: 0, ResolvedImages: [] },
      ],
    });
  });

  test('has nothing of an endpoint that is not there: SageMaker says so in a ValidationException', async () => {
    aws.serve('sagemaker', { DescribeEndpoint: refuse('ValidationException', `Could not find endpoint "${arn}".`) });
    expect(await endpoints().describe('churn')).toBeUndefined();
  });
});

describe('a configuration', () => {
  const config = {
    ProductionVariants: [{ VariantName: 'main', ModelName: 'm', InitialInstanceCount: 1, RoutingConfig: { RoutingStrategy: 'RANDOM' } }],
    DataCaptureConfig: {
      EnableCapture: true,
      InitialSamplingPercentage: 20,
      DestinationS3Uri: 's3://c/x',
      CaptureOptions: [{ CaptureMode: 'Input' }],
    },
    VpcConfig: { SecurityGroupIds: ['sg-1'], Subnets: ['subnet-1'] },
  };

  test('comes over the wire and goes back field by field, without what is its own name and time', async () => {
    aws.serve('sagemaker', {
      DescribeEndpointConfig: () => ({ ...config, EndpointConfigName: 'churn-1', EndpointConfigArn: `${arn}-config`, CreationTime: at }),
      CreateEndpointConfig: () => ({ EndpointConfigArn: `${arn}-config` }),
    });
    const read = await endpoints().describeConfig('churn-1');
    expect(read).toEqual(config);
    await endpoints().createConfig('churn-2', read ?? { ProductionVariants: [] }, { 'sluice:delivery': 'churn' });
    expect(aws.asked('CreateEndpointConfig')).toEqual([
      { ...config, EndpointConfigName: 'churn-2', Tags: [{ Key: 'sluice:delivery', Value: 'churn' }] },
    ]);
  });

  test('that is there already is ours, one that is gone already is deleted', async () => {
    aws.serve('sagemaker', {
      CreateEndpointConfig: refuse('ValidationException', 'Cannot create already existing endpoint configuration "arn".'),
      DeleteEndpointConfig: refuse('ValidationException', 'Could not find endpoint configuration "arn".'),
    });
    await endpoints().createConfig('churn-2', { ProductionVariants: [] }, {});
    await endpoints().deleteConfig('churn-2');
    expect(aws.asked('DeleteEndpointConfig')).toHaveLength(1);
  });
});

describe('changing an endpoint', () => {
  test('keeps the running weights of variants whose name stays, and takes their counts from the configuration', async () => {
    aws.serve('sagemaker', { UpdateEndpoint: () => ({ EndpointArn: arn }) });
    await endpoints().update('churn', 'churn-2');
    expect(aws.asked('UpdateEndpoint')).toEqual([
      {
        EndpointName: 'churn',
        EndpointConfigName: 'churn-2',
        RetainAllVariantProperties: true,
        ExcludeRetainedVariantProperties: [{ VariantPropertyType: 'DesiredInstanceCount' }],
      },
    ]);
  });

  test('names weights or a count, never both', async () => {
    aws.serve('sagemaker', { UpdateEndpointWeightsAndCapacities: () => ({ EndpointArn: arn }) });
    await endpoints().setWeights('churn', [{ VariantName: 'churn-b', DesiredWeight: 0.1 }]);
    await endpoints().setCapacity('churn', 'churn-b', 1);
    expect(aws.asked('UpdateEndpointWeightsAndCapacities')).toEqual([
      { EndpointName: 'churn', DesiredWeightsAndCapacities: [{ VariantName: 'churn-b', DesiredWeight: 0.1 }] },
      { EndpointName: 'churn', DesiredWeightsAndCapacities: [{ VariantName: 'churn-b', DesiredInstanceCount: 1 }] },
    ]);
  });

  test.each(['update', 'setWeights', 'setCapacity'] as const)('%s() says EndpointBusy while another change is under way', async (method) => {
    const busy = refuse('ValidationException', `Cannot update in-progress endpoint "${arn}".`);
    aws.serve('sagemaker', { UpdateEndpoint: busy, UpdateEndpointWeightsAndCapacities: busy });
    const calls = {
      update: () => endpoints().update('churn', 'churn-2'),
      setWeights: () => endpoints().setWeights('churn', [{ VariantName: 'a', DesiredWeight: 1 }]),
      setCapacity: () => endpoints().setCapacity('churn', 'a', 1),
    };
    expect((await rejection(calls[method]())).name).toBe('EndpointBusy');
  });
});

test('scaledVariants() names the variants an autoscaler manages', async () => {
  aws.serve('application-autoscaling', {
    DescribeScalableTargets: () => ({
      ScalableTargets: [
        {
          ServiceNamespace: 'sagemaker',
          ResourceId: 'endpoint/churn/variant/main',
          ScalableDimension: 'sagemaker:variant:DesiredInstanceCount',
          MinCapacity: 1,
          MaxCapacity: 4,
          RoleARN: 'arn:aws:iam::111122223333:role/scaling',
          CreationTime: at,
        },
      ],
    }),
  });
  expect(await endpoints().scaledVariants('churn', ['main', 'other'])).toEqual(['main']);
  expect(aws.asked('DescribeScalableTargets')).toMatchObject([{ ResourceIds: ['endpoint/churn/variant/main', 'endpoint/churn/variant/other'] }]);
});
