import { describe, expect, test } from 'vitest';
import { containing, minutes, refusal, seconds, virtualWorld } from './fixture.ts';

const arn = 'arn:aws:sagemaker:eu-west-1:000000000000:endpoint/churn';

/** stable alone at weight 1 with 2 instances, and a configuration with a canary beside it. */
async function twoConfigs(options: Parameters<typeof virtualWorld>[0] = {}) {
  const w = virtualWorld(options);
  await w.configure('before', { stable: { weight: 1, InitialInstanceCount: 2 } });
  await w.configure('after', { stable: { weight: 1 }, canary: { weight: 0 } });
  await w.endpoint('churn', 'before');
  return w;
}

describe('UpdateEndpoint', () => {
  test('keeps the old configuration in force for about ten minutes, with the new one pending', async () => {
    const w = await twoConfigs();

    expect(await w.call('UpdateEndpoint', { EndpointName: 'churn', EndpointConfigName: 'after' })).toEqual({ EndpointArn: arn });

    await w.kernel.clock.advance(minutes(9));
    expect(await w.describe('churn')).toMatchObject({
      EndpointStatus: 'Updating',
      EndpointConfigName: 'before',
      ProductionVariants: [{ VariantName: 'stable', CurrentInstanceCount: 2 }],
      PendingDeploymentSummary: { EndpointConfigName: 'after', ProductionVariants: [{ VariantName: 'stable' }, { VariantName: 'canary' }] },
    });
    await w.kernel.clock.advance(minutes(2));
    const live = await w.describe('churn');
    expect(live).toMatchObject({ EndpointStatus: 'InService', EndpointConfigName: 'after' });
    expect(live.ProductionVariants?.map((variant) => [variant.VariantName, variant.CurrentWeight, variant.CurrentInstanceCount])).toEqual([
      ['stable', 1, 1],
      ['canary', 0, 1],
    ]);
    expect(live).not.toHaveProperty('PendingDeploymentSummary');
  });

  test.each([
    { retain: false, exclude: [], weight: 1, instances: 1 },
    { retain: true, exclude: [], weight: 7, instances: 3 },
    { retain: true, exclude: ['DesiredWeight'], weight: 1, instances: 3 },
    { retain: true, exclude: ['DesiredInstanceCount'], weight: 7, instances: 1 },
  ])('with RetainAllVariantProperties $retain but $exclude: weight $weight, $instances instances', async ({ retain, exclude, weight, instances }) => {
    const w = await twoConfigs();
    await w.call('UpdateEndpointWeightsAndCapacities', {
      EndpointName: 'churn',
      DesiredWeightsAndCapacities: [{ VariantName: 'stable', DesiredWeight: 7, DesiredInstanceCount: 3 }],
    });
    await w.kernel.clock.advance(minutes(6));

    await w.call('UpdateEndpoint', {
      EndpointName: 'churn',
      EndpointConfigName: 'after',
      RetainAllVariantProperties: retain,
      ExcludeRetainedVariantProperties: exclude.map((VariantPropertyType) => ({ VariantPropertyType })),
    });
    await w.kernel.clock.advance(minutes(12));

    const [stable, canary] = (await w.describe('churn')).ProductionVariants ?? [];
    expect(stable).toMatchObject({ CurrentWeight: weight, DesiredWeight: weight, CurrentInstanceCount: instances, DesiredInstanceCount: instances });
    expect(canary).toMatchObject({ CurrentWeight: 0, CurrentInstanceCount: 1 });
  });

  test('refuses update, weights and delete while it is under way', async () => {
    const w = await twoConfigs();
    await w.call('UpdateEndpoint', { EndpointName: 'churn', EndpointConfigName: 'after' });
    const busy = `ValidationException: Cannot update in-progress endpoint "${arn}".`;

    expect(await refusal(w.call('UpdateEndpoint', { EndpointName: 'churn', EndpointConfigName: 'after' }))).toBe(busy);
    expect(
      await refusal(
        w.call('UpdateEndpointWeightsAndCapacities', {
          EndpointName: 'churn',
          DesiredWeightsAndCapacities: [{ VariantName: 'stable', DesiredWeight: 2 }],
        }),
      ),
    ).toBe(busy);
    expect(await refusal(w.call('DeleteEndpoint', { EndpointName: 'churn' }))).toBe(busy);
  });

  test('goes back to the old configuration when a container never answers, and says InService', async () => {
    const w = await twoConfigs();
    await w.configure('broken', { stable: {}, canary: { weight: 0, labels: { 'local.behaviour.healthy': 'false' } } });
    await w.call('UpdateEndpoint', { EndpointName: 'churn', EndpointConfigName: 'broken' });

    await w.kernel.clock.advance(minutes(24));
    expect((await w.describe('churn')).EndpointStatus).toBe('Updating');
    await w.kernel.clock.advance(minutes(6));
    const reverted = await w.describe('churn');
    expect(reverted).toMatchObject({
      EndpointStatus: 'InService',
      EndpointConfigName: 'before',
      FailureReason:
        'The primary container for production variant canary did not pass the ping health check. Please check CloudWatch logs for this endpoint.',
    });
    expect(reverted.ProductionVariants?.map((variant) => variant.VariantName)).toEqual(['stable']);
    const last = w.kernel.events.findLast((event) => event.detailType === 'SageMaker Endpoint State Change');
    expect(last?.detail).toMatchObject({ EndpointStatus: 'IN_SERVICE', EndpointConfigName: 'before' });
    expect(last?.detail).not.toHaveProperty('FailureReason');

    // A later update that works leaves no reason behind.
    await w.call('UpdateEndpoint', { EndpointName: 'churn', EndpointConfigName: 'after' });
    await w.kernel.clock.advance(minutes(12));
    expect(await w.describe('churn')).not.toHaveProperty('FailureReason');
  });

  test('waits longer for a container whose start-up window is longer', async () => {
    const w = await twoConfigs();
    await w.configure('slow', { stable: { ContainerStartupHealthCheckTimeoutInSeconds: 960, labels: { 'local.behaviour': '{"healthy":false}' } } });
    await w.call('UpdateEndpoint', { EndpointName: 'churn', EndpointConfigName: 'slow' });

    await w.kernel.clock.advance(minutes(48));
    expect((await w.describe('churn')).EndpointStatus).toBe('Updating');
    await w.kernel.clock.advance(minutes(4));
    expect((await w.describe('churn')).EndpointStatus).toBe('InService');
  });

  test.each([
    { outcome: 'silent-revert', reason: 'Request to service failed. If failure persists after retry, contact customer support.' },
    { outcome: 'no-capacity', reason: containing('InsufficientInstanceCapacity') },
  ] as const)('reverts on $outcome', async ({ outcome, reason }) => {
    const w = await twoConfigs({ faults: { updateOutcome: (_name, kind) => (kind === 'config' ? outcome : 'ok') } });
    await w.call('UpdateEndpoint', { EndpointName: 'churn', EndpointConfigName: 'after' });
    await w.kernel.clock.advance(minutes(32));

    expect(await w.describe('churn')).toMatchObject({ EndpointStatus: 'InService', EndpointConfigName: 'before', FailureReason: reason });
  });

  test('reverts when an image is gone by the time instances are provisioned', async () => {
    const w = await twoConfigs();
    await w.call('UpdateEndpoint', { EndpointName: 'churn', EndpointConfigName: 'after' });
    w.forgetImage('000000000000.dkr.ecr.eu-west-1.amazonaws.com/models/after-canary:latest');
    await w.kernel.clock.advance(minutes(12));

    expect(await w.describe('churn')).toMatchObject({
      EndpointStatus: 'InService',
      EndpointConfigName: 'before',
      FailureReason: containing('Please make sure all images included in the model for the production variant canary exist'),
    });
  });

  test('cannot leave a configuration that was deleted while in use', async () => {
    const w = await twoConfigs();
    await w.call('DeleteEndpointConfig', { EndpointConfigName: 'before' });

    expect(await refusal(w.call('UpdateEndpoint', { EndpointName: 'churn', EndpointConfigName: 'after' }))).toBe(
      'ValidationException: Could not find endpoint configuration "arn:aws:sagemaker:eu-west-1:000000000000:endpoint-config/before".',
    );
  });

  test('refuses deployment guardrails by name', async () => {
    const w = await twoConfigs();

    expect(
      await refusal(
        w.call('UpdateEndpoint', {
          EndpointName: 'churn',
          EndpointConfigName: 'after',
          DeploymentConfig: { BlueGreenUpdatePolicy: { TrafficRoutingConfiguration: { Type: 'ALL_AT_ONCE', WaitIntervalInSeconds: 0 } } },
        }),
      ),
    ).toContain('NotEmulated: The embedded AWS does not emulate deployment guardrails');
  });

  test('takes no async configuration away', async () => {
    const w = virtualWorld();
    await w.configure('async', { stable: {} }, { AsyncInferenceConfig: { OutputConfig: { S3OutputPath: 's3://out' } } });
    await w.configure('sync', { stable: {} });
    await w.endpoint('churn', 'async');

    expect(await refusal(w.call('UpdateEndpoint', { EndpointName: 'churn', EndpointConfigName: 'sync' }))).toContain(
      'ValidationException: The AsyncInferenceConfig parameter cannot be removed from this endpoint',
    );
  });

  test('is refused while AWS maintains the endpoint', async () => {
    const w = await twoConfigs();
    w.sageMaker.systemUpdate('churn', 120);

    expect((await w.describe('churn')).EndpointStatus).toBe('SystemUpdating');
    expect(await refusal(w.call('UpdateEndpoint', { EndpointName: 'churn', EndpointConfigName: 'after' }))).toContain(
      'Cannot update in-progress endpoint',
    );
    await w.kernel.clock.advance(seconds(121));
    expect((await w.describe('churn')).EndpointStatus).toBe('InService');
  });

  test('needs permission on the endpoint and on the configuration', async () => {
    const w = virtualWorld();

    expect(w.sageMaker.control.operations.get('UpdateEndpoint')?.access({ EndpointName: 'Churn', EndpointConfigName: 'after' })).toEqual([
      { action: 'sagemaker:UpdateEndpoint', resource: arn },
      { action: 'sagemaker:UpdateEndpoint', resource: 'arn:aws:sagemaker:eu-west-1:000000000000:endpoint-config/after' },
    ]);
  });
});
