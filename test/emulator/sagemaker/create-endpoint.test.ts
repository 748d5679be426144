import { describe, expect, test } from 'vitest';
import { minutes, refusal, seconds, virtualWorld } from './fixture.ts';

const arn = 'arn:aws:sagemaker:eu-west-1:000000000000:endpoint/churn';

describe('CreateEndpoint', () => {
  test('answers at once, is Creating for about seven minutes, then InService', async () => {
    const w = virtualWorld();
    await w.configure('churn-1', { stable: { InitialInstanceCount: 2 } });

    expect(await w.call('CreateEndpoint', { EndpointName: 'Churn', EndpointConfigName: 'churn-1' })).toEqual({ EndpointArn: arn });

    const creating = await w.describe('Churn');
    expect(creating).toMatchObject({
      EndpointName: 'Churn',
      EndpointArn: arn,
      EndpointStatus: 'Creating',
      EndpointConfigName: 'churn-1',
      PendingDeploymentSummary: {
        EndpointConfigName: 'churn-1',
        ProductionVariants: [
          {
            VariantName: 'stable',
            CurrentInstanceCount: 0,
            DesiredInstanceCount: 2,
            InstanceType: 'ml.m5.large',
            VariantStatus: [{ Status: 'Creating', StatusMessage: 'Launching 2 instance(s).' }],
          },
        ],
      },
    });
    await w.kernel.clock.advance(minutes(6));
    expect((await w.describe('Churn')).EndpointStatus).toBe('Creating');
    await w.kernel.clock.advance(minutes(1.5));
    const live = await w.describe('Churn');
    expect(live).toMatchObject({
      EndpointStatus: 'InService',
      ProductionVariants: [{ VariantName: 'stable', CurrentWeight: 1, DesiredWeight: 1, CurrentInstanceCount: 2, DesiredInstanceCount: 2 }],
    });
    expect(live).not.toHaveProperty('PendingDeploymentSummary');
    expect(live).not.toHaveProperty('FailureReason');
    expect(w.kernel.crashes).toEqual([]);
  });

  test('refuses a second endpoint of the same name and an unknown configuration with the words of AWS', async () => {
    const w = virtualWorld();
    await w.configure('churn-1', { stable: {} });
    await w.call('CreateEndpoint', { EndpointName: 'churn', EndpointConfigName: 'churn-1' });

    expect(await refusal(w.call('CreateEndpoint', { EndpointName: 'churn', EndpointConfigName: 'churn-1' }))).toBe(
      `ValidationException: Cannot create already existing endpoint "${arn}".`,
    );
    expect(await refusal(w.call('CreateEndpoint', { EndpointName: 'other', EndpointConfigName: 'nope' }))).toBe(
      'ValidationException: Could not find endpoint configuration "arn:aws:sagemaker:eu-west-1:000000000000:endpoint-config/nope".',
    );
  });

  test('ends in Failed when a container never answers, and then only DeleteEndpoint works', async () => {
    const w = virtualWorld();
    await w.configure('churn-1', { stable: { labels: { 'local.behaviour.healthy': 'false' } } });
    await w.call('CreateEndpoint', { EndpointName: 'churn', EndpointConfigName: 'churn-1' });

    await w.kernel.clock.advance(minutes(24));
    expect((await w.describe('churn')).EndpointStatus).toBe('Creating');
    expect(await refusal(w.call('DeleteEndpoint', { EndpointName: 'churn' }))).toBe(
      `ValidationException: Cannot update in-progress endpoint "${arn}".`,
    );
    await w.kernel.clock.advance(minutes(6));
    expect(await w.describe('churn')).toMatchObject({
      EndpointStatus: 'Failed',
      FailureReason:
        'The primary container for production variant stable did not pass the ping health check. Please check CloudWatch logs for this endpoint.',
    });
    expect(await refusal(w.call('UpdateEndpoint', { EndpointName: 'churn', EndpointConfigName: 'churn-1' }))).toMatch(/^ValidationException: /);
    await w.call('DeleteEndpoint', { EndpointName: 'churn' });
    expect((await w.describe('churn')).EndpointStatus).toBe('Deleting');
    await w.kernel.clock.advance(minutes(4));
    expect(await refusal(w.describe('churn'))).toBe(`ValidationException: Could not find endpoint "${arn}".`);
  });

  test('resolves a tag when instances are provisioned, not when the model is made', async () => {
    const w = virtualWorld();
    await w.configure('churn-1', { stable: {} });
    await w.call('CreateEndpoint', { EndpointName: 'churn', EndpointConfigName: 'churn-1' });
    w.image('churn-1-stable');
    await w.kernel.clock.advance(minutes(10));
    w.image('churn-1-stable');

    const [image] = (await w.describe('churn')).ProductionVariants?.[0]?.DeployedImages ?? [];
    expect(image?.SpecifiedImage).toBe('000000000000.dkr.ecr.eu-west-1.amazonaws.com/models/churn-1-stable:latest');
    expect(image?.ResolvedImage).toBe(`000000000000.dkr.ecr.eu-west-1.amazonaws.com/models/churn-1-stable@sha256:${'2'.padStart(64, '0')}`);
    expect(image?.ResolutionTime).toBeInstanceOf(Date);
  });

  test('fails after about 31 minutes when there is no capacity', async () => {
    const w = virtualWorld({ faults: { updateOutcome: () => 'no-capacity' } });
    await w.configure('churn-1', { stable: {} });
    await w.call('CreateEndpoint', { EndpointName: 'churn', EndpointConfigName: 'churn-1' });

    await w.kernel.clock.advance(minutes(30));
    expect((await w.describe('churn')).EndpointStatus).toBe('Creating');
    await w.kernel.clock.advance(minutes(2));
    expect((await w.describe('churn')).FailureReason).toContain('InsufficientInstanceCapacity');
  });

  test('tells EventBridge each status in upper snake case, with times in milliseconds', async () => {
    const w = virtualWorld();
    await w.configure('churn-1', { stable: {} });
    const createdAtMs = w.kernel.clock.now();
    await w.endpoint('churn', 'churn-1');

    const events = w.kernel.events.filter((event) => event.detailType === 'SageMaker Endpoint State Change');
    expect(events.map((event) => event.detail['EndpointStatus'])).toEqual(['CREATING', 'IN_SERVICE']);
    const modifiedAtMs = (await w.describe('churn')).LastModifiedTime?.getTime();
    expect(events[1]).toEqual({
      source: 'aws.sagemaker',
      detailType: 'SageMaker Endpoint State Change',
      resources: [arn],
      detail: {
        EndpointName: 'churn',
        EndpointArn: arn,
        EndpointConfigName: 'churn-1',
        ProductionVariants: [{ VariantName: 'stable', CurrentWeight: 1, DesiredWeight: 1, CurrentInstanceCount: 1, DesiredInstanceCount: 1 }],
        EndpointStatus: 'IN_SERVICE',
        CreationTime: createdAtMs,
        LastModifiedTime: modifiedAtMs,
        Tags: {},
      },
    });
    expect(modifiedAtMs).toBeGreaterThan(createdAtMs + seconds(400));
  });
});
