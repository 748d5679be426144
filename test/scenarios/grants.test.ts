import { CreateEndpointCommand, CreateEndpointConfigCommand, CreateModelCommand } from '@aws-sdk/client-sagemaker';
import { afterEach, describe, expect, test } from 'vitest';
import { expectNothingLeftOver } from './left-over.ts';
import { better, churn, good, startWorld, type World, weightsOf } from './world.ts';

/* Ways through the service that need a grant no other scenario asks for: tags are resolved, people are paged. */

let world: World;
afterEach(() => world.stop());

describe('a person starts a rollout', () => {
  /** Pushes under these tags start nothing by themselves. */
  const byHand = churn({ triggers: [{ type: 'image-pushed', repository: 'models/churn', tags: 'released-*' }] });

  test('by tag, and by digest: both roll out in that person’s name', async () => {
    world = await startWorld();
    await world.apply(byHand);
    world.emulator.services.sagemaker.setTraffic('churn', 20);
    const first = await world.push('v1', good);
    const second = await world.push('v2', better);
    await world.untilQuiet();
    expect(await world.rollouts()).toEqual([]);

    await world.ask({ action: 'start', delivery: 'churn', image: 'models/churn:v1' });
    await world.untilQuiet();
    expect(await world.rollout(first)).toMatchObject({ outcome: 'Succeeded', reason: 'first-deployment', imageTag: 'v1' });

    await world.ask({ action: 'start', delivery: 'churn', image: `models/churn@${second}` });
    await world.untilQuiet();
    const promoted = await world.rollout(second);
    expect(promoted).toMatchObject({ outcome: 'Succeeded', reason: 'promoted', stable: 'churn-a', canary: 'churn-b' });
    expect(weightsOf(world, 'churn')).toEqual({ 'churn-a': 0, 'churn-b': 100 });
    expect(JSON.stringify(promoted.entries[0])).toContain('user/operator');
    expectNothingLeftOver(world);
  });

  test('of an image nobody pushed: refused, and nothing starts', async () => {
    world = await startWorld();
    await world.apply(byHand);
    await world.push('v1', good);
    await expect(world.ask({ action: 'start', delivery: 'churn', image: 'models/churn:v2' })).rejects.toThrow('push it first');
    await expect(world.ask({ action: 'start', delivery: 'churn', image: 'models/other:v1' })).rejects.toThrow('push it first');
    await world.untilQuiet();
    expect(await world.rollouts()).toEqual([]);
  });
});

test('onInconclusive: hold pages once and waits on, until a person aborts', async () => {
  world = await startWorld();
  await world.apply(churn());
  world.emulator.services.sagemaker.setTraffic('churn', 20);
  await world.push('v1', good);
  await world.untilQuiet();
  await world.apply(churn({ gates: [{ type: 'traffic', minimumRequests: 100 }], evidenceDeadline: '5m', onInconclusive: 'hold' }));
  world.emulator.services.sagemaker.setTraffic('churn', 0);
  const pages = () => world.calls('Publish').filter((input) => (input as { Subject?: string }).Subject?.startsWith('PAGE: ')); // SNS's input.

  const digest = await world.push('v2', better);
  await world.until('the canary has 10 %', () => weightsOf(world, 'churn')['churn-b'] === 10);
  // The bake's six minutes and the deadline's five are not over.
  await world.clock.advance(10 * 60_000);
  expect(pages()).toEqual([]);
  await world.clock.advance(3 * 60_000);
  const held = await world.rollout(digest);
  expect(held).toMatchObject({ phase: 'Paused', canaryPercent: 10 });
  expect(pages()).toEqual([expect.objectContaining({ Message: expect.stringContaining('too-few-requests') as string })]);

  await world.clock.advance(3 * 3_600_000);
  expect(pages()).toHaveLength(1);
  expect(weightsOf(world, 'churn')).toEqual({ 'churn-a': 90, 'churn-b': 10 });
  expect((await world.rollout(digest)).entries).toHaveLength(held.entries.length);

  await world.ask({ action: 'abort', rolloutId: held.id, reason: 'no traffic today' });
  await world.untilQuiet();
  expect(await world.rollout(digest)).toMatchObject({ outcome: 'RolledBack', reason: 'aborted' });
  expect(weightsOf(world, 'churn')).toEqual({ 'churn-a': 100, 'churn-b': 0 });
  expect(pages()).toHaveLength(1);
  expectNothingLeftOver(world);
});

describe('a foreign endpoint whose model names a tag', () => {
  async function makeForeignEndpoint(): Promise<string> {
    world = await startWorld();
    const digest = await world.push('theirs', { ...good, latencyMs: 30 });
    const { sageMaker } = world.clients;
    const Image = '000000000000.dkr.ecr.us-east-1.amazonaws.com/models/churn:theirs';
    await sageMaker.send(new CreateModelCommand({ ModelName: 'theirs', ExecutionRoleArn: world.modelRoleArn, PrimaryContainer: { Image } }));
    await sageMaker.send(
      new CreateEndpointConfigCommand({
        EndpointConfigName: 'theirs',
        ProductionVariants: [
          { VariantName: 'main', ModelName: 'theirs', InstanceType: 'ml.m5.large', InitialInstanceCount: 1, InitialVariantWeight: 1 },
        ],
      }),
    );
    await sageMaker.send(new CreateEndpointCommand({ EndpointName: 'churn', EndpointConfigName: 'theirs' }));
    await world.until('their endpoint serves', () => world.emulator.services.sagemaker.endpoints()[0]?.status === 'InService');
    world.emulator.services.sagemaker.setTraffic('churn', 40);
    return digest;
  }

  test('is taken over while the tag still resolves to what serves', async () => {
    await makeForeignEndpoint();
    await world.apply(churn());
    const digest = await world.push('v1', better);
    await world.untilQuiet();
    expect(await world.rollout(digest)).toMatchObject({ outcome: 'Succeeded', reason: 'promoted', stable: 'main', canary: 'churn-a' });
    expect(weightsOf(world, 'churn')).toEqual({ main: 0, 'churn-a': 1 });
    expectNothingLeftOver(world, { configs: ['theirs'] });
  });

  test('is refused once the tag has moved: a new fleet would start another image', async () => {
    const serving = await makeForeignEndpoint();
    const moved = await world.push('theirs', { ...good, latencyMs: 31 });
    await world.untilQuiet();
    await world.apply(churn());
    const digest = await world.push('v1', better);
    await world.untilQuiet();
    const rejected = await world.rollout(digest);
    expect(rejected).toMatchObject({ outcome: 'Rejected', reason: 'stable-image-moved' });
    expect(rejected.text).toContain(serving);
    expect(rejected.text).toContain(moved);
    expect(world.calls('UpdateEndpoint')).toEqual([]);
    expect(world.calls('UpdateEndpointWeightsAndCapacities')).toEqual([]);
    expect(weightsOf(world, 'churn')).toEqual({ main: 1 });
    expectNothingLeftOver(world, { configs: ['theirs'] });
  });
});
