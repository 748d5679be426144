import { DescribeModelCommand, DescribeModelPackageCommand } from '@aws-sdk/client-sagemaker';
import { afterEach, expect, test } from 'vitest';
import type { DeliverySource } from '../../src/rollout/spec.ts';
import { expectNothingLeftOver } from './left-over.ts';
import { better, churn, good, startWorld, type World, weightsOf } from './world.ts';

/* A serial pipeline: containers before and after the candidate's own, each of an image the delivery names by its tag. */

let world: World;
afterEach(() => world.stop());

const registry = '000000000000.dkr.ecr.us-east-1.amazonaws.com';
/** As AWS asks of each of several in one model. */
const labels = { 'com.amazonaws.sagemaker.capabilities.accept-bind-to-port': 'true' };
const pushed = (repository: string, latencyMs: number) => world.push('v1', { latencyMs }, { repository, labels });
const by = (repository: string, digest: string) => `${registry}/${repository}@${digest}`;
const modelOf = async (modelName: string | undefined) =>
  (await world.clients.sageMaker.send(new DescribeModelCommand({ ModelName: modelName }))).Containers?.map(({ Image }) => Image);

const delivery = (overrides: Partial<DeliverySource> = {}): DeliverySource =>
  churn({
    register: { approval: 'approved' },
    serve: {
      endpoint: 'churn',
      instanceType: 'ml.m5.large',
      pipeline: {
        before: [{ image: `${registry}/models/features:v1`, environment: { STEP: 'features' } }],
        after: [{ image: `${registry}/models/labels:v1` }],
      },
    },
    ...overrides,
  });

test('a serial pipeline is trained, registered and promoted, each container as it was when its rollout began', async () => {
  world = await startWorld();
  const [features, after] = [await pushed('models/features', 3), await pushed('models/labels', 2)];
  await world.apply(delivery());
  world.emulator.services.sagemaker.setTraffic('churn', 20);
  const first = await world.push('v1', good, { labels });
  await world.untilQuiet();
  expect(await world.rollout(features)).toMatchObject({ outcome: 'Succeeded', reason: 'first-deployment' });

  const second = await world.push('v2', better, { labels });
  await world.until('the second version is trained', () => world.calls('CreateTrainingJob').length === 2);
  // Somebody moves a tag while it trains: that is for the next rollout.
  const moved = await pushed('models/features', 4);
  expect(moved).not.toBe(features);
  await world.untilQuiet();

  const [view] = await world.rollouts();
  expect(view).toMatchObject({ outcome: 'Succeeded', reason: 'promoted' });
  expect(weightsOf(world, 'churn')['churn-b']).toBe(100);
  const inTurn = [by('models/features', features), by('models/churn', second), by('models/labels', after)];
  expect(await modelOf(view?.id)).toEqual(inTurn);
  const { InferenceSpecification } = await world.clients.sageMaker.send(
    new DescribeModelPackageCommand({ ModelPackageName: view?.candidate.packageArn }),
  );
  expect(InferenceSpecification?.Containers?.map(({ Image }) => Image)).toEqual(inTurn);
  expect(first).not.toBe(second);
  expectNothingLeftOver(world);
});

test('a container of the pipeline that fails in service is the canary’s failure: rolled back', async () => {
  world = await startWorld();
  await pushed('models/features', 3);
  await pushed('models/labels', 2);
  await world.apply(delivery());
  world.emulator.services.sagemaker.setTraffic('churn', 20);
  await world.push('v1', good, { labels });
  await world.untilQuiet();
  await world.push('v1', { latencyMs: 3, errorRate: 0.3 }, { repository: 'models/features', labels });
  await world.push('v2', better, { labels });
  await world.untilQuiet();
  const [view] = await world.rollouts();
  expect(view).toMatchObject({ outcome: 'RolledBack', reason: 'over-threshold' });
  expect(weightsOf(world, 'churn')).toEqual({ 'churn-a': 100, 'churn-b': 0 });
  expectNothingLeftOver(world);
});

test.each<[string, Parameters<World['push']>[2], RegExp]>([
  ['cannot share an instance with others', { repository: 'models/features' }, /SAGEMAKER_BIND_TO_PORT.*\(before\[0\] of the delivery\)/],
  ['nobody pushed', { repository: 'models/others', labels }, /Cannot pin image ".*models\/features:v1" \(before\[0\] of the delivery\)/],
])('a pipeline with a container that %s is refused before anything is trained', async (_, features, text) => {
  world = await startWorld();
  await world.push('v1', { latencyMs: 3 }, features);
  await pushed('models/labels', 2);
  await world.apply(delivery());
  await world.push('v1', good, { labels });
  await world.untilQuiet();
  const [view] = await world.rollouts();
  expect(view?.outcome).toBe('Rejected');
  expect(view?.text).toMatch(text);
  expect(world.calls('CreateTrainingJob')).toEqual([]);
});
