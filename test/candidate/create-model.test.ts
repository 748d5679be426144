import { describe, expect, test } from 'vitest';
import { build } from '../../src/candidate/build.ts';
import { createModel } from '../../src/candidate/create-model.ts';
import { train } from '../../src/candidate/train.ts';
import { askForRollout } from '../../src/rollout/ask-person.ts';
import { candidateOf } from '../../src/rollout/beginning.ts';
import { rejection } from '../emulator/front-fixture.ts';
import { digestOf, imageOf, noonMs } from '../rollout/fixture.ts';
import { fromSource, id, type Making, making, packageArn } from './world.ts';

const registry = '111122223333.dkr.ecr.eu-west-1.amazonaws.com';
const uriOf = (repository: string, letter: string) => `${registry}/${repository}@${digestOf(letter)}`;
const pipeline = {
  before: [{ image: `${registry}/features:v1`, environment: { STEP: 'features' } }],
  after: [{ image: uriOf('labels', 'd'), modelData: 's3://{bucket}/labels/' }],
};
const serve = { endpoint: 'churn', instanceType: 'ml.m5.large' };
/** Asks for a rollout with something else than an image. */
const registered = { triggers: [{ type: 'model-approved' as const, packageGroup: 'churn' }] };
const serial = async (begun: Parameters<typeof making>[1] = {}): Promise<Making> => {
  const m = await making({ serve: { ...serve, pipeline } }, begun);
  m.tags.set('features:v1', digestOf('c'));
  return m;
};
const inTurn = [uriOf('features', 'c'), imageOf('b'), uriOf('labels', 'd')];
const imagesAsked = (m: Making) =>
  m.asked('CreateModel').map((input) => (input as { Containers: { Image: string }[] }).Containers.map(({ Image }) => Image)); // As SageMaker takes it.
const head = (m: Making) => m.s.w.head();

describe('createModel()', () => {
  test('makes a serial pipeline in its order, every image by digest', async () => {
    const m = await serial();
    await createModel(id, m.s.ports);
    expect(m.asked('CreateModel')).toMatchObject([
      {
        Containers: [
          { Image: inTurn[0], Environment: { STEP: 'features' } },
          { Image: inTurn[1] },
          { Image: inTurn[2], ModelDataSource: { S3DataSource: { S3Uri: 's3://models/labels/', CompressionType: 'None', S3DataType: 'S3Prefix' } } },
        ],
        InferenceExecutionConfig: { Mode: 'Serial' },
      },
    ]);
    expect((await m.now()).candidate).toMatchObject({ images: inTurn, ownImage: imageOf('b') });
  });

  test('asked again after SageMaker was busy, it asks for the same model', async () => {
    const m = await serial();
    m.refusals.set('CreateModel', ['ThrottlingException', 'Rate exceeded']);
    expect((await rejection(createModel(id, m.s.ports))).name).toBe('Throttled');
    m.refusals.clear();
    // A tag that moved in between changes nothing: it was decided.
    m.tags.set('features:v1', digestOf('e'));
    await createModel(id, m.s.ports);
    expect(imagesAsked(m)).toEqual([inTurn, inTurn]);
    expect((await m.now()).made.models).toEqual([id]);
  });

  test.each<[string, (m: Making) => void, string]>([
    [
      'an image nobody can name by digest',
      (m) => m.tags.clear(),
      `Cannot pin image "${registry}/features:v1" (before[0] of the delivery): its registry has no such image; push it, let Sluice read it (ecr:BatchGetImage), or name it by digest`,
    ],
    [
      'a quota that is used up',
      (m) => m.refusals.set('CreateModel', ['ResourceLimitExceeded', 'The account-level service limit']),
      `Cannot create model "${id}": ResourceLimitExceeded: The account-level service limit`,
    ],
  ])('ends the rollout for %s, in words, before the endpoint is touched', async (_, spoil, text) => {
    const m = await serial();
    spoil(m);
    expect(await createModel(id, m.s.ports)).toEqual({ modelName: id });
    expect((await m.now()).ending).toEqual({ outcome: 'Failed', reason: 'model-refused', text, page: false });
    // The next task of the state machine.
    expect((await askForRollout(id, m.s.ports)).answer).toBe('refused');
  });

  test('takes AWS’s own image of a registered version by its tag, where its registry does not say which digest that is', async () => {
    const Image = '141502667606.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3';
    const m = await making(registered, { candidate: { packageArn: packageArn(1) } });
    const InferenceSpecification = { Containers: [{ Image }] };
    m.packages.push({
      ModelPackageArn: packageArn(1),
      ModelApprovalStatus: 'Approved',
      ModelPackageStatus: 'Completed',
      CreationTime: new Date(0),
      InferenceSpecification,
    });
    await createModel(id, m.s.ports);
    expect(m.asked('CreateModel')).toMatchObject([{ PrimaryContainer: { Image } }]);
  });

  test('ends the rollout where the version it was to be made of is deleted in the meantime', async () => {
    const m = await making(registered, { candidate: { packageArn: packageArn(1) } });
    await createModel(id, m.s.ports);
    expect((await m.now()).ending).toMatchObject({ reason: 'model-refused', text: `${packageArn(1)} is not in the model registry any more` });
    expect(m.asked('CreateModel')).toEqual([]);
  });

  test('asks for network and isolation as the delivery says, under the role it names', async () => {
    const m = await making({
      serve: {
        ...serve,
        vpc: { subnets: ['subnet-0a'], securityGroups: ['sg-0b'] },
        networkIsolation: true,
        roleArn: 'arn:aws:iam::111122223333:role/sluice-model-churn',
      },
    });
    await createModel(id, m.s.ports);
    expect(m.asked('CreateModel')).toMatchObject([
      {
        VpcConfig: { Subnets: ['subnet-0a'], SecurityGroupIds: ['sg-0b'] },
        EnableNetworkIsolation: true,
        ExecutionRoleArn: 'arn:aws:iam::111122223333:role/sluice-model-churn',
      },
    ]);
  });
});

describe('candidateOf()', () => {
  const live = async (m: Making) => {
    await createModel(id, m.s.ports);
    const found = await m.now();
    await m.s.w.rollouts.save({ ...found, candidate: { ...found.candidate, metrics: { auc: 0.9 } } }, [], noonMs);
    return { ...(await head(m)), liveRolloutId: id };
  };
  const asked = { trigger: 'undo', occurredAtMs: noonMs, dedupeKey: 'x' };

  test('again: what an earlier rollout had, container by container, as it was then', async () => {
    const m = await serial();
    const before = await candidateOf(await live(m), { kind: 'again', rolloutId: id, ...asked }, m.s.ports);
    const { images, ownImage, containers } = (await m.now()).candidate;
    // With its figures: what is trained next is measured against it.
    expect(before).toEqual({ images, ownImage, containers, metrics: { auc: 0.9 } });
    // The delivery has moved on since.
    const later = await making({ ...registered, serve: { ...serve, image: imageOf('f') } }, { ...(before && { candidate: before }) });
    await createModel(id, later.s.ports);
    expect(imagesAsked(later)).toEqual([inTurn]);
  });

  test('retrain: the image of the candidate itself, not the one that gets the requests first', async () => {
    const m = await serial();
    expect(await candidateOf(await live(m), { kind: 'retrain', because: 'drift', ...asked }, m.s.ports)).toEqual({ images: [imageOf('b')] });
  });

  test('retrain: no image where the model’s own is one that the delivery names', async () => {
    const m = await making({ ...registered, serve: { ...serve, image: imageOf('f') } }, { candidate: {} });
    expect(await candidateOf(await live(m), { kind: 'retrain', because: 'drift', ...asked }, m.s.ports)).toEqual({});
  });

  test('retrain: the image that was built to train with, where another one serves', async () => {
    const m = await making(
      {
        triggers: [{ type: 'bundle-uploaded', bucket: 'models', key: '*' }],
        build: { repository: 'models/churn' },
        serve: { ...serve, image: imageOf('f') },
        train: { instanceType: 'ml.m5.large', channels: {} },
      },
      fromSource(),
    );
    await build(id, m.s.ports);
    Object.assign(m.builds[0] ?? {}, { buildStatus: 'SUCCEEDED' });
    m.tags.set(`models/churn:${id}`, digestOf('c'));
    await build(id, m.s.ports);
    expect(await candidateOf(await live(m), { kind: 'retrain', because: 'drift', ...asked }, m.s.ports)).toMatchObject({ images: [imageOf('c')] });
  });

  test('retrain and again: of a rollout from before containers were written down, what it had', async () => {
    const m = await making({}, { candidate: { images: [imageOf('b')], modelName: id } });
    const liveHead = { ...(await head(m)), liveRolloutId: id };
    expect(await candidateOf(liveHead, { kind: 'retrain', because: 'drift', ...asked }, m.s.ports)).toEqual({ images: [imageOf('b')] });
    expect(await candidateOf(liveHead, { kind: 'again', rolloutId: id, ...asked }, m.s.ports)).toEqual({ images: [imageOf('b')] });
  });
});

test('train() skips what served before, also where the delivery trains', async () => {
  const request = { kind: 'again' as const, trigger: 'undo', rolloutId: 'x', occurredAtMs: noonMs, dedupeKey: 'x' };
  const m = await making({ train: { instanceType: 'ml.m5.large', channels: {} } }, { request, candidate: { images: [imageOf('b')] } });
  expect((await train(id, m.s.ports)).answer).toBe('skipped');
});
