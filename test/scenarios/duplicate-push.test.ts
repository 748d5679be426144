import { afterEach, expect, test } from 'vitest';
import { expectNothingLeftOver } from './left-over.ts';
import { better, churn, good, startWorld, type World } from './world.ts';

let world: World;
afterEach(() => world.stop());

test('one push, one rollout, however often its event is delivered', async () => {
  world = await startWorld({ faults: { delivery: (event) => ({ duplicate: event.source === 'aws.ecr' }) } });
  await world.apply(churn());
  await world.push('v1', good);
  await world.untilQuiet();
  expect(await world.rollouts()).toHaveLength(1);
  expect(world.calls('CreateTrainingJob')).toHaveLength(1);
  expectNothingLeftOver(world);
});

test('a second tag of the image that serves already starts nothing', async () => {
  world = await startWorld();
  await world.apply(churn());
  await world.push('v1', good);
  await world.untilQuiet();
  await world.push('stable', good);
  await world.untilQuiet();
  expect(await world.rollouts()).toHaveLength(1);
});

test('another image pushed while a rollout is under way is rejected as busy, and recorded', async () => {
  world = await startWorld();
  await world.apply(churn());
  const first = await world.push('v1', good);
  await world.clock.advance(60_000);
  const second = await world.push('v2', better);
  await world.untilQuiet();
  expect(await world.rollout(first)).toMatchObject({ outcome: 'Succeeded' });
  expect(await world.rollout(second)).toMatchObject({ outcome: 'Rejected', reason: 'busy' });
  expectNothingLeftOver(world);
});

test('lost events change nothing but speed: polls find the truth', async () => {
  world = await startWorld({ faults: { delivery: (event) => ({ drop: event.source === 'aws.sagemaker' }) } });
  await world.apply(churn());
  world.emulator.services.sagemaker.setTraffic('churn', 20);
  await world.push('v1', good);
  await world.untilQuiet();
  const digest = await world.push('v2', better);
  await world.untilQuiet();
  expect(await world.rollout(digest)).toMatchObject({ outcome: 'Succeeded', reason: 'promoted' });
  expectNothingLeftOver(world);
});
