import { beforeEach, describe, expect, test } from 'vitest';
import { type ApplicationAutoScalingService, createApplicationAutoScalingService } from '../../../src/emulator/application-autoscaling/service.ts';
import { AwsError } from '../../../src/emulator/aws-error.ts';
import { administrator, type TestKernel, testKernel } from '../kernel.ts';

let kernel: TestKernel;
let scaling: ApplicationAutoScalingService;
const variant = {
  ServiceNamespace: 'sagemaker',
  ResourceId: 'endpoint/churn/variant/churn-a',
  ScalableDimension: 'sagemaker:variant:DesiredInstanceCount',
};
const tracking = {
  PolicyName: 'invocations',
  PolicyType: 'TargetTrackingScaling',
  TargetTrackingScalingPolicyConfiguration: {
    TargetValue: 70,
    PredefinedMetricSpecification: { PredefinedMetricType: 'SageMakerVariantInvocationsPerInstance' },
  },
};

async function call(operation: string, input: object): Promise<Record<string, unknown>> {
  const bound = scaling.service.operations.get(operation);
  if (!bound) throw new Error(`No operation ${operation}`);
  return (await bound.run(input, { caller: administrator, requestId: 'test' })) as Record<string, unknown>; // Each test knows what it called.
}
async function refusal(operation: string, input: object): Promise<AwsError> {
  const answer = await call(operation, input).catch((error: unknown) => error);
  if (answer instanceof AwsError) return answer;
  throw new Error(`${operation} answered ${JSON.stringify(answer)} instead of refusing`);
}

beforeEach(() => {
  kernel = testKernel();
  scaling = createApplicationAutoScalingService(kernel);
});

describe('scalable targets', () => {
  test('are registered, changed, found and deregistered', async () => {
    const { ScalableTargetARN } = await call('RegisterScalableTarget', { ...variant, MinCapacity: 1, MaxCapacity: 4 });
    expect(ScalableTargetARN).toMatch(/^arn:aws:application-autoscaling:eu-west-1:000000000000:scalable-target\//);
    await kernel.clock.advance(1000);
    expect(await call('RegisterScalableTarget', { ...variant, MaxCapacity: 8, SuspendedState: { DynamicScalingInSuspended: true } })).toEqual({
      ScalableTargetARN,
    });
    expect(await call('DescribeScalableTargets', { ServiceNamespace: 'sagemaker', ResourceIds: [variant.ResourceId] })).toMatchObject({
      ScalableTargets: [
        {
          ...variant,
          MinCapacity: 1,
          MaxCapacity: 8,
          CreationTime: new Date('2026-11-22T10:00:00Z'),
          SuspendedState: { DynamicScalingInSuspended: true, DynamicScalingOutSuspended: false },
        },
      ],
    });
    expect(await call('DescribeScalableTargets', { ServiceNamespace: 'ecs' })).toEqual({ ScalableTargets: [] });
    expect(scaling.scalableVariants('churn')).toEqual(['churn-a']);
    expect(scaling.scalableVariants('other')).toEqual([]);

    await call('DeregisterScalableTarget', variant);
    expect(scaling.scalableVariants('churn')).toEqual([]);
    expect(await refusal('DeregisterScalableTarget', variant)).toMatchObject({
      code: 'ObjectNotFoundException',
      message:
        'No scalable target registered for service namespace: sagemaker, resource ID: endpoint/churn/variant/churn-a, scalable dimension: sagemaker:variant:DesiredInstanceCount',
    });
  });

  test.each<[string, object, string]>([
    ['another service', { ServiceNamespace: 'ecs', ResourceId: 'service/a/b', ScalableDimension: 'ecs:service:DesiredCount' }, 'NotEmulated'],
    ['another dimension', { ScalableDimension: 'sagemaker:variant:DesiredProvisionedConcurrency' }, 'NotEmulated'],
    ['no variant', { ResourceId: 'endpoint/churn' }, 'ValidationException'],
    ['bounds the wrong way round', { MinCapacity: 3, MaxCapacity: 2 }, 'ValidationException'],
    ['no bounds', { MinCapacity: undefined }, 'ValidationException'],
  ])('of %s are refused', async (_what, more, code) => {
    expect((await refusal('RegisterScalableTarget', { ...variant, MinCapacity: 1, MaxCapacity: 4, ...more })).code).toBe(code);
    expect(scaling.scalableVariants('churn')).toEqual([]);
  });
});

describe('scaling policies', () => {
  test('are kept as they were put, and go with their target', async () => {
    expect((await refusal('PutScalingPolicy', { ...variant, ...tracking })).code).toBe('ObjectNotFoundException');
    await call('RegisterScalableTarget', { ...variant, MinCapacity: 1, MaxCapacity: 4 });
    const { PolicyARN } = await call('PutScalingPolicy', { ...variant, ...tracking });
    expect(PolicyARN).toMatch(/:resource\/sagemaker\/endpoint\/churn\/variant\/churn-a:policyName\/invocations$/);
    expect(await call('DescribeScalingPolicies', { ServiceNamespace: 'sagemaker' })).toMatchObject({
      ScalingPolicies: [{ ...variant, ...tracking, PolicyARN, Alarms: [] }],
    });
    await call('DeleteScalingPolicy', { ...variant, PolicyName: 'invocations' });
    expect((await refusal('DeleteScalingPolicy', { ...variant, PolicyName: 'invocations' })).code).toBe('ObjectNotFoundException');

    await call('PutScalingPolicy', { ...variant, ...tracking });
    await call('DeregisterScalableTarget', variant);
    await call('RegisterScalableTarget', { ...variant, MinCapacity: 1, MaxCapacity: 4 });
    expect(await call('DescribeScalingPolicies', { ServiceNamespace: 'sagemaker' })).toEqual({ ScalingPolicies: [] });
  });

  test('that predict are refused by name', async () => {
    await call('RegisterScalableTarget', { ...variant, MinCapacity: 1, MaxCapacity: 4 });
    expect((await refusal('PutScalingPolicy', { ...variant, PolicyName: 'p', PolicyType: 'PredictiveScaling' })).message).toContain(
      'predictive scaling',
    );
  });
});
