import {
  CreateModelPackageGroupCommand,
  CreateTrainingJobCommand,
  DeleteModelPackageCommand,
  DescribeTrainingJobCommand,
  ListModelPackagesCommand,
  StopTrainingJobCommand,
} from '@aws-sdk/client-sagemaker';
import { afterEach, describe, expect, test } from 'vitest';
import type { DeliverySource } from '../../src/rollout/spec.ts';
import { expectNothingLeftOver } from './left-over.ts';
import { better, churn, good, startWorld, type World } from './world.ts';

/* Training and the registry as others meddle with them: events twice, late, lost or of nobody's job; people in the console. */

let world: World;
afterEach(() => world.stop());

type Train = NonNullable<DeliverySource['train']>;
const training = (over: Partial<Train> = {}): DeliverySource => {
  const { train } = churn();
  if (!train) throw new Error('churn trains');
  return churn({ train: { ...train, ...over }, gates: [] });
};
const jobIs = (name: string, status: string) => async () =>
  (await world.clients.sageMaker.send(new DescribeTrainingJobCommand({ TrainingJobName: name }))).SecondaryStatus === status;
const newest = async () => {
  const [first] = await world.rollouts();
  if (!first) throw new Error('There is no rollout');
  return first;
};
async function trainingUnderWay(): Promise<string> {
  await world.until('a job was asked for', () => world.calls('CreateTrainingJob').length === 1);
  await world.clock.advance(180_000);
  return (await newest()).id;
}

describe('a training whose events', () => {
  test.each<[string, (source: string) => object]>([
    ['come twice', (source) => ({ duplicate: source === 'aws.sagemaker' })],
    ['come ten minutes late', (source) => (source === 'aws.sagemaker' ? { delayMs: 600_000 } : {})],
    ['never come', (source) => ({ drop: source === 'aws.sagemaker' })],
  ])('%s ends in one promotion', async (_, fate) => {
    world = await startWorld({ faults: { delivery: (event) => fate(event.source) } });
    await world.apply(training());
    const digest = await world.push('v1', good);
    await world.untilQuiet();
    const { outcome, entries } = await world.rollout(digest);
    expect(outcome).toBe('Succeeded');
    expect(entries.filter(({ kind }) => kind === 'trained')).toHaveLength(1);
    expect(world.calls('CreateTrainingJob')).toHaveLength(1);
    expectNothingLeftOver(world);
  });
});

test('a job of somebody else’s moves nothing, whatever its events say', async () => {
  world = await startWorld();
  await world.apply(training());
  const digest = await world.push('v1', good);
  const rolloutId = await trainingUnderWay();
  const [ours] = world.calls('CreateTrainingJob') as CreateTrainingJobCommand['input'][]; // As SageMaker takes it.
  await world.clients.sageMaker.send(new CreateTrainingJobCommand({ ...ours, TrainingJobName: `${rolloutId}0`, Tags: [] } as never)); // As above.
  await world.clients.sageMaker.send(new StopTrainingJobCommand({ TrainingJobName: `${rolloutId}0` }));
  await world.untilQuiet();
  expect(await world.rollout(digest)).toMatchObject({ outcome: 'Succeeded' });
});

test('a job that a person stops in the console ends the rollout, and nothing is served', async () => {
  world = await startWorld();
  await world.apply(training());
  await world.push('v1', { ...good, trainSeconds: 3600 });
  const rolloutId = await trainingUnderWay();
  expect(await jobIs(rolloutId, 'Training')()).toBe(true);
  await world.clients.sageMaker.send(new StopTrainingJobCommand({ TrainingJobName: rolloutId }));
  await world.untilQuiet();
  expect(await newest()).toMatchObject({ outcome: 'Failed', reason: 'training-stopped' });
  expect(world.calls('CreateEndpoint')).toEqual([]);
  expectNothingLeftOver(world);
});

test.each<[string, Partial<Train>, number, string, string]>([
  ['interrupted once goes on from its checkpoints', {}, 1, 'Succeeded', 'serves'],
  ['interrupted for longer than maxWait is stopped, and says which time was over', { spot: { maxWait: '1h' } }, 99, 'Failed', 'MaxWaitTimeExceeded'],
])('spot training that is %s', async (_, over, interruptions, outcome, text) => {
  world = await startWorld({
    faults: { training: (_job, attempt) => (attempt <= interruptions ? { kind: 'interrupted', afterSeconds: 60 } : undefined) },
  });
  await world.apply(training({ spot: { maxWait: '6h' }, checkpoints: 's3://{bucket}/checkpoints/', ...over }));
  await world.push('v1', { ...good, trainSeconds: 600 });
  await world.untilQuiet();
  const view = await newest();
  expect({ outcome: view.outcome, says: view.text?.includes(text) }).toEqual({ outcome, says: true });
  expect(world.calls('CreateTrainingJob')).toHaveLength(1);
});

test('a figure nobody reported ends the rollout where it must be there', async () => {
  world = await startWorld();
  // Of an image that is named nobody knows before what it reports.
  await world.push('v1', good, { repository: 'models/trainer' });
  await world.apply(
    training({
      image: '000000000000.dkr.ecr.us-east-1.amazonaws.com/models/trainer:v1',
      metrics: [
        { name: 'validation:accuracy', regex: 'a=(.*)' },
        { name: 'auc', regex: 'auc=(.*)' },
      ],
      accept: [{ metric: 'recall', min: 0.5 }],
    }),
  );
  await world.push('v1', good);
  await world.untilQuiet();
  expect(await newest()).toMatchObject({
    outcome: 'Rejected',
    reason: 'metrics-not-accepted',
    text: expect.stringContaining('recall was not reported') as string,
  });
});

describe('the model registry', () => {
  const shared = (name: string, over: Partial<DeliverySource> = {}): DeliverySource => ({
    ...churn({ register: { packageGroup: 'shared', approval: 'approved' }, gates: [] }),
    name,
    serve: { endpoint: name, instanceType: 'ml.m5.large' },
    ...over,
  });

  test('takes two rollouts that register in one group at the same time, a version each; the group is somebody else’s', async () => {
    world = await startWorld();
    await world.clients.sageMaker.send(
      new CreateModelPackageGroupCommand({ ModelPackageGroupName: 'shared', Tags: [{ Key: 'team', Value: 'platform' }] }),
    );
    for (const name of ['churn', 'fraud']) await world.apply(shared(name));
    await world.push('v1', good);
    await world.untilQuiet();
    const views = await world.rollouts();
    expect(views.map(({ outcome }) => outcome)).toEqual(['Succeeded', 'Succeeded']);
    const { ModelPackageSummaryList = [] } = await world.clients.sageMaker.send(new ListModelPackagesCommand({ ModelPackageGroupName: 'shared' }));
    expect(ModelPackageSummaryList).toHaveLength(2);
    expect(new Set(views.map(({ candidate }) => candidate.packageArn)).size).toBe(2);
  });

  test('whose version is deleted while somebody is to approve it ends the rollout', async () => {
    world = await startWorld();
    await world.apply(shared('churn', { register: { packageGroup: 'shared', approval: 'pending' } }));
    await world.push('v1', better);
    await world.until('it is registered', () => world.calls('CreateModelPackage').length === 1);
    await world.clock.advance(60_000);
    const { candidate } = await newest();
    await world.clients.sageMaker.send(new DeleteModelPackageCommand({ ModelPackageName: candidate.packageArn }));
    await world.untilQuiet();
    expect(await newest()).toMatchObject({ outcome: 'Rejected', reason: 'package-gone' });
    expect(world.calls('CreateModel')).toEqual([]);
  });
});
