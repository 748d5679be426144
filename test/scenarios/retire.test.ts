import {
  ApplicationAutoScalingClient,
  DeregisterScalableTargetCommand,
  RegisterScalableTargetCommand,
} from '@aws-sdk/client-application-auto-scaling';
import { UpdateEndpointWeightsAndCapacitiesCommand } from '@aws-sdk/client-sagemaker';
import { afterEach, expect, test } from 'vitest';
import { makeForeignEndpoint } from './foreign.ts';
import { expectNothingLeftOver } from './left-over.ts';
import { better, churn, good, startWorld, throwing, type World, weightsOf } from './world.ts';

let world: World;
afterEach(() => world.stop());

const hourMs = 3_600_000;
const resting = (after: string, overrides: Parameters<typeof churn>[0] = {}) => churn({ retire: { after }, ...overrides });
const configInForce = () => world.emulator.services.sagemaker.endpoints()[0]?.fleet.config.name;
const atRest = () => world.emulator.services.sagemaker.endpoints()[0]?.status === 'InService';

/** A first version, and a second that took over: the first rests. @returns the second's digest */
async function promoteTwo(delivery: ReturnType<typeof churn>, options: Parameters<typeof startWorld>[0] = {}): Promise<string> {
  world = await startWorld(options);
  await world.apply(delivery);
  world.emulator.services.sagemaker.setTraffic('churn', 20);
  await world.push('v1', good);
  await world.untilQuiet();
  const digest = await world.push('v2', better);
  await world.untilQuiet();
  expect(weightsOf(world, 'churn')).toEqual({ 'churn-a': 0, 'churn-b': 100 });
  return digest;
}

const untilRetired = (variant: string) =>
  world
    .until(`${variant} has left`, () => !(variant in weightsOf(world, 'churn')) && atRest(), 2 * 3600)
    .then(() => world.clock.advance(10 * 60_000));

test('a variant that lost its traffic rests for its grace, then leaves with all that was made for it', async () => {
  const digest = await promoteTwo(resting('2h'));
  await world.clock.advance(1.5 * hourMs);
  expect(weightsOf(world, 'churn')).toHaveProperty('churn-a');
  const updates = world.calls('UpdateEndpoint').length;
  await untilRetired('churn-a');
  expect(weightsOf(world, 'churn')).toEqual({ 'churn-b': 100 });
  expect(world.calls('UpdateEndpoint')).toHaveLength(updates + 1);
  expectNothingLeftOver(world);
  const { entries, ledgerFlaw } = await world.rollout(digest);
  expect(entries.map(({ kind }) => kind).slice(-2)).toEqual(['retire-asked', 'retired']);
  expect(ledgerFlaw).toBeUndefined();
  // And the next release goes on from there, under the name that is free again.
  const third = await world.push('v3', { ...better, latencyMs: 21 });
  await world.untilQuiet();
  expect(await world.rollout(third)).toMatchObject({ outcome: 'Succeeded', stable: 'churn-b', canary: 'churn-a' });
  expectNothingLeftOver(world);
});

test('an undone canary leaves too: the endpoint is back on the very configuration it had', async () => {
  world = await startWorld();
  await makeForeignEndpoint(world);
  await world.apply(resting('1h', { serve: { endpoint: 'churn', instanceType: 'ml.m5.large', stableVariant: 'main' } }));
  const digest = await world.push('v1', throwing);
  await world.untilQuiet();
  expect(await world.rollout(digest)).toMatchObject({ outcome: 'RolledBack' });
  expect(configInForce()).not.toBe('theirs');
  await untilRetired('churn-a');
  expect(configInForce()).toBe('theirs');
  expect(weightsOf(world, 'churn')).toEqual({ main: 3, side: 1 });
  expectNothingLeftOver(world);
});

test('a rollout within the grace replaces it: one update of the endpoint, not two', async () => {
  await promoteTwo(resting('6h'));
  await world.push('v3', { ...better, latencyMs: 21 });
  await world.untilQuiet();
  expect(world.calls('UpdateEndpoint')).toHaveLength(2);
  expectNothingLeftOver(world);
});

test('a push while it leaves waits for that, and rolls out', async () => {
  await promoteTwo(resting('1h'));
  await world.until('the update has begun', () => !atRest(), 2 * 3600);
  const digest = await world.push('v3', { ...better, latencyMs: 21 });
  await world.untilQuiet();
  expect(await world.rollout(digest)).toMatchObject({ outcome: 'Succeeded', reason: 'promoted' });
  expectNothingLeftOver(world);
});

test('what SageMaker takes back rests for another grace, and is tried again', async () => {
  let updates = 0;
  await promoteTwo(resting('1h'), {
    faults: {
      // The first update adds a canary, the second takes the resting variant out.
      updateOutcome: (_endpoint, kind) => (kind === 'config' && ++updates === 2 ? 'silent-revert' : 'ok'),
    },
  });
  await world.until('the update has begun', () => !atRest(), 2 * 3600);
  await world.until('the update is over', atRest, 2 * 3600);
  expect(weightsOf(world, 'churn')).toEqual({ 'churn-a': 0, 'churn-b': 100 });
  await world.clock.advance(15 * 60_000);
  expectNothingLeftOver(world);
  await untilRetired('churn-a');
  expect(updates).toBe(3);
  expectNothingLeftOver(world);
});

test('somebody gave it traffic by hand: it stays, as long as it has any', async () => {
  await promoteTwo(resting('1h'));
  const giveWeight = (weight: number) =>
    world.clients.sageMaker.send(
      new UpdateEndpointWeightsAndCapacitiesCommand({
        EndpointName: 'churn',
        DesiredWeightsAndCapacities: [{ VariantName: 'churn-a', DesiredWeight: weight }],
      }),
    );
  await giveWeight(5);
  await world.clock.advance(3 * hourMs);
  expect(weightsOf(world, 'churn')).toEqual({ 'churn-a': 5, 'churn-b': 100 });
  await giveWeight(0);
  await untilRetired('churn-a');
  expectNothingLeftOver(world);
});

test('an autoscaler on the endpoint keeps it where it is: an update would fight over counts', async () => {
  await promoteTwo(resting('1h'));
  const scaling = new ApplicationAutoScalingClient({
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    requestHandler: world.emulator.requestHandler,
  });
  const target = {
    ServiceNamespace: 'sagemaker',
    ResourceId: 'endpoint/churn/variant/churn-b',
    ScalableDimension: 'sagemaker:variant:DesiredInstanceCount',
  } as const;
  await scaling.send(new RegisterScalableTargetCommand({ ...target, MinCapacity: 1, MaxCapacity: 2 }));
  await world.clock.advance(3 * hourMs);
  expect(weightsOf(world, 'churn')).toHaveProperty('churn-a');
  await scaling.send(new DeregisterScalableTargetCommand(target));
  await untilRetired('churn-a');
  expectNothingLeftOver(world);
});
