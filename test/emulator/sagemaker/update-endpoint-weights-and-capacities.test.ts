import { describe, expect, test } from 'vitest';
import { containing, minutes, refusal, seconds, virtualWorld, type World } from './fixture.ts';

const setWeights = (w: World, weights: Record<string, number>) =>
  w.call('UpdateEndpointWeightsAndCapacities', {
    EndpointName: 'churn',
    DesiredWeightsAndCapacities: Object.entries(weights).map(([VariantName, DesiredWeight]) => ({ VariantName, DesiredWeight })),
  });

async function twoVariants(options: Parameters<typeof virtualWorld>[0] = {}) {
  const w = virtualWorld(options);
  await w.configure('config', { stable: { weight: 1 }, canary: { weight: 0 } });
  await w.endpoint('churn', 'config');
  return w;
}

const weightsOf = async (w: World) =>
  Object.fromEntries(
    ((await w.describe('churn')).ProductionVariants ?? []).map(
      (variant) => [String(variant.VariantName), [variant.CurrentWeight, variant.DesiredWeight]] as const,
    ),
  );

describe('UpdateEndpointWeightsAndCapacities', () => {
  test('steers requests within seconds, is InService again within a minute, and leaves variants it does not name', async () => {
    const w = await twoVariants();
    const answer = await setWeights(w, { canary: 0.25 });

    expect(answer).toEqual({ EndpointArn: 'arn:aws:sagemaker:eu-west-1:000000000000:endpoint/churn' });
    expect(await weightsOf(w)).toEqual({ stable: [1, 1], canary: [0, 0.25] });
    const updating = await w.describe('churn');
    expect(updating.EndpointStatus).toBe('Updating');
    expect(updating).not.toHaveProperty('PendingDeploymentSummary');
    await w.kernel.clock.advance(seconds(10));
    expect(await weightsOf(w)).toEqual({ stable: [1, 1], canary: [0.25, 0.25] });
    expect((await w.describe('churn')).EndpointStatus).toBe('Updating');
    await w.kernel.clock.advance(seconds(50));
    expect((await w.describe('churn')).EndpointStatus).toBe('InService');
    const statuses = w.kernel.events
      .filter((event) => event.detailType === 'SageMaker Endpoint State Change')
      .map((event) => event.detail['EndpointStatus']);
    expect(statuses).toEqual(['CREATING', 'IN_SERVICE', 'UPDATING', 'IN_SERVICE']);
  });

  test('takes minutes to add an instance, and says what it does meanwhile', async () => {
    const w = await twoVariants();
    await w.call('UpdateEndpointWeightsAndCapacities', {
      EndpointName: 'churn',
      DesiredWeightsAndCapacities: [{ VariantName: 'stable', DesiredInstanceCount: 4 }],
    });

    await w.kernel.clock.advance(minutes(4));
    expect((await w.describe('churn')).ProductionVariants?.[0]).toMatchObject({
      CurrentInstanceCount: 1,
      DesiredInstanceCount: 4,
      VariantStatus: [{ Status: 'Updating', StatusMessage: 'Scaling out desired instance count to 4.' }],
    });
    await w.kernel.clock.advance(minutes(2));
    const scaled = await w.describe('churn');
    expect(scaled.EndpointStatus).toBe('InService');
    expect(scaled.ProductionVariants?.[0]).toMatchObject({ CurrentInstanceCount: 4, DesiredInstanceCount: 4 });
    expect(scaled.ProductionVariants?.[0]).not.toHaveProperty('VariantStatus');
  });

  test('rolls back to the old count when there is no capacity', async () => {
    const w = await twoVariants({ faults: { updateOutcome: (_name, kind) => (kind === 'capacity' ? 'no-capacity' : 'ok') } });
    await w.call('UpdateEndpointWeightsAndCapacities', {
      EndpointName: 'churn',
      DesiredWeightsAndCapacities: [{ VariantName: 'stable', DesiredInstanceCount: 4 }],
    });
    await w.kernel.clock.advance(minutes(34));

    const back = await w.describe('churn');
    expect(back).toMatchObject({ EndpointStatus: 'InService', FailureReason: containing('InsufficientInstanceCapacity') });
    expect(back.ProductionVariants?.[0]).toMatchObject({ CurrentInstanceCount: 1, DesiredInstanceCount: 1 });
    expect(w.kernel.events.map((event) => event.detail['EndpointStatus'])).toContain('ROLLING_BACK');
  });

  test('refuses unknown and repeated variants', async () => {
    const w = await twoVariants();

    expect(await refusal(setWeights(w, { nobody: 1 }))).toBe(
      'ValidationException: The variant name(s) "nobody" is/are not present within endpoint configuration "config".',
    );
    expect(
      await refusal(
        w.call('UpdateEndpointWeightsAndCapacities', {
          EndpointName: 'churn',
          DesiredWeightsAndCapacities: [
            { VariantName: 'stable', DesiredWeight: 1 },
            { VariantName: 'stable', DesiredWeight: 2 },
          ],
        }),
      ),
    ).toBe('ValidationException: The variant name "stable" was non-unique within the request.');
    expect((await w.describe('churn')).EndpointStatus).toBe('InService');
  });

  test('is refused while an earlier one is under way', async () => {
    const w = await twoVariants();
    await setWeights(w, { canary: 0.1 });

    expect(await refusal(setWeights(w, { canary: 0.2 }))).toBe(
      'ValidationException: Cannot update in-progress endpoint "arn:aws:sagemaker:eu-west-1:000000000000:endpoint/churn".',
    );
  });
});
