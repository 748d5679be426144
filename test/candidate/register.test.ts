import { describe, expect, test } from 'vitest';
import { createModel } from '../../src/candidate/create-model.ts';
import { register } from '../../src/candidate/register.ts';
import { keys } from '../../src/rollout/keys.ts';
import { signal } from '../../src/rollout/signal.ts';
import { toSignal } from '../../src/rollout/signals.ts';
import { wait } from '../../src/rollout/wait.ts';
import { rejection } from '../emulator/front-fixture.ts';
import { digestOf, imageOf, noonMs } from '../rollout/fixture.ts';
import { bundle, id, type Making, making, packageArn } from './world.ts';

const arn = packageArn(1);
const trained = { images: [imageOf('b')], trainingJobName: id, modelDataUrl: 's3://models/training/churn/model.tar.gz', metrics: { auc: 0.9 } };
const registering = (rules: object = {}, candidate: object = trained) => making({ register: rules }, { candidate });
const answer = async (m: Making) => (await register(id, m.s.ports)).answer;
/** Somebody answers in the registry. */
const decide = (m: Making, ModelApprovalStatus: string, more: object = {}) => Object.assign(m.packages[0] ?? {}, { ModelApprovalStatus, ...more });
const woken = (m: Making) => m.asked('SendTaskSuccess').map((input) => (input as { output: string }).output); // As Step Functions takes it.
const event = (ModelApprovalStatus: string, ModelPackageArn = arn) =>
  toSignal({
    id: 'e',
    'detail-type': 'SageMaker Model Package State Change',
    time: '2026-11-22T12:30:00Z',
    detail: { ModelPackageArn, ModelApprovalStatus },
  });

describe('register()', () => {
  test('registers one version of the delivery’s group, with its figures and where it comes from', async () => {
    const m = await registering({}, { ...trained, source: bundle, buildId: 'sluice-build:7' });
    expect([await answer(m), await answer(m)]).toEqual(['waiting', 'waiting']);
    expect(m.asked('CreateModelPackageGroup')).toEqual([{ ModelPackageGroupName: 'churn', Tags: [{ Key: 'sluice:delivery', Value: 'churn' }] }]);
    expect(m.asked('CreateModelPackage')).toEqual([
      {
        ClientToken: expect.any(String) as string,
        ModelPackageGroupName: 'churn',
        ModelPackageDescription: `Made by rollout ${id}`,
        ModelApprovalStatus: 'PendingManualApproval',
        InferenceSpecification: {
          Containers: [{ Image: imageOf('b'), ModelDataUrl: 's3://models/training/churn/model.tar.gz', Environment: {} }],
          SupportedContentTypes: ['text/csv'],
          SupportedResponseMIMETypes: ['text/csv'],
          SupportedRealtimeInferenceInstanceTypes: ['ml.m5.large'],
        },
        MetadataProperties: { CommitId: bundle.commit },
        ModelMetrics: { ModelQuality: { Statistics: { ContentType: 'application/json', S3Uri: `s3://models/registry/${id}/metrics.json` } } },
        CustomerMetadataProperties: {
          'sluice:rollout': id,
          'sluice:delivery': 'churn',
          'sluice:revision': '2',
          source: bundle.location,
          'source-version': 'v7',
          build: 'sluice-build:7',
          'training-job': id,
          image: imageOf('b'),
          'model-data': 's3://models/training/churn/model.tar.gz',
        },
      },
    ]);
    expect(m.asked('PutObject')).toMatchObject([{ Bucket: 'models', Key: `registry/${id}/metrics.json` }]);
    expect(await m.now()).toMatchObject({ phase: 'Registering', candidate: { packageArn: arn, registeredAtMs: noonMs } });
    expect(await m.s.w.rollouts.watchersOf(keys.package(arn))).toEqual([id]);
  });

  test('a second rollout registers into the group the first one made', async () => {
    const m = await registering({ packageGroup: 'shared' });
    await m.s.ports.packages.register(
      {
        group: 'shared',
        description: 'x',
        containers: [],
        approval: 'Approved',
        contentTypes: ['text/csv'],
        instanceTypes: [],
        properties: { 'sluice:rollout': 'other' },
        tags: {},
      },
      0,
    );
    expect(await answer(m)).toBe('waiting');
    expect((await m.now()).candidate.packageArn).toBe(packageArn(2, 'shared'));
  });

  test('finds the version again whose answer was lost between the call and the save', async () => {
    const m = await registering();
    const dying = {
      ...m.s.ports,
      packages: {
        ...m.s.ports.packages,
        register: async (...asked: Parameters<typeof m.s.ports.packages.register>) => {
          await m.s.ports.packages.register(...asked);
          throw new Error('the function died here');
        },
      },
    };
    await rejection(register(id, dying));
    expect((await m.now()).candidate.packageArn).toBeUndefined();
    expect(await answer(m)).toBe('waiting');
    expect(m.packages).toHaveLength(1);
  });

  test('listens for the answer also where it died between the save and that', async () => {
    const m = await registering();
    const dying = { ...m.s.ports, rollouts: { ...m.s.ports.rollouts, watch: () => Promise.reject(new Error('the function died here')) } };
    await rejection(register(id, dying));
    expect((await m.now()).watching).toContain(keys.package(arn));
    expect(await m.s.w.rollouts.watchersOf(keys.package(arn))).toEqual([]);
    await answer(m);
    expect(await m.s.w.rollouts.watchersOf(keys.package(arn))).toEqual([id]);
  });

  test('goes on once somebody approved, and writes down what they said', async () => {
    const m = await registering();
    await answer(m);
    decide(m, 'Approved', { ApprovalDescription: 'figures look right' });
    expect([await answer(m), await answer(m)]).toEqual(['approved', 'approved']);
    const entries = (await m.s.w.rollouts.ledger(id)).filter(({ text }) => text.includes('is approved'));
    expect(entries.map(({ text }) => text)).toEqual([`${arn} is approved in the model registry: figures look right`]);
    expect((await m.now()).candidate.packageApproved).toBe(true);
  });

  test('needs nobody where the delivery approves what it registers', async () => {
    const m = await registering({ approval: 'approved' });
    expect(await answer(m)).toBe('approved');
    expect(m.asked('CreateModelPackage')).toMatchObject([{ ModelApprovalStatus: 'Approved' }]);
  });

  test.each<[string, (m: Making) => void, object]>([
    [
      'rejected',
      (m) => decide(m, 'Rejected', { ApprovalDescription: 'leaks the label' }),
      { outcome: 'Rejected', reason: 'package-rejected', text: `${arn} was rejected in the model registry: leaks the label` },
    ],
    [
      'gone',
      (m) => void (m.packages.length = 0),
      { outcome: 'Rejected', reason: 'package-gone', text: `${arn} is not in the model registry any more` },
    ],
    [
      'not to be made',
      (m) =>
        decide(m, 'Approved', {
          ModelPackageStatus: 'Failed',
          ModelPackageStatusDetails: { ValidationStatuses: [{ Name: 'v', Status: 'Failed', FailureReason: 'no such object' }] },
        }),
      { outcome: 'Rejected', reason: 'package-failed', text: `${arn} could not be made: no such object` },
    ],
    [
      'not answered in time',
      (m) => void (m.s.clock.ms += 3_600_000),
      { outcome: 'Rejected', reason: 'approval-expired', text: `nobody approved ${arn} by 2026-11-22T13:00:00.000Z` },
    ],
  ])('ends where the version is %s', async (_, happen, ending) => {
    const m = await registering({ expires: '1h' });
    await answer(m);
    happen(m);
    expect(await answer(m)).toBe('refused');
    expect((await m.now()).ending).toEqual({ ...ending, page: false });
    // Decided once.
    expect(await answer(m)).toBe('refused');
    expect((await m.s.kinds()).filter((kind) => kind === 'registered')).toHaveLength(2);
  });

  test('an answer a moment before the time is over counts', async () => {
    const m = await registering({ expires: '1h' });
    await answer(m);
    m.s.clock.ms += 3_600_000 - 1;
    expect(await answer(m)).toBe('waiting');
    decide(m, 'Approved');
    m.s.clock.ms += 60_000;
    expect(await answer(m)).toBe('approved');
  });

  test.each(['CreateModelPackageGroup', 'CreateModelPackage', 'PutObject'])('ends with AWS’s own words where %s is refused', async (operation) => {
    const m = await registering();
    m.refusals.set(operation, ['AccessDeniedException', `not authorized to perform: ${operation}`]);
    expect(await answer(m)).toBe('refused');
    expect((await m.now()).ending).toMatchObject({
      outcome: 'Failed',
      reason: 'not-registered',
      text: expect.stringContaining(`not authorized to perform: ${operation}`) as string,
    });
  });

  test('registers nothing where the delivery does not say so', async () => {
    const m = await making({}, { candidate: trained });
    expect(await answer(m)).toBe('skipped');
    expect(m.packages).toEqual([]);
  });

  test.each([
    ['Approved', 'approved', undefined],
    ['PendingManualApproval', 'refused', 'package-not-approved'],
    ['Rejected', 'refused', 'package-rejected'],
  ])('a version that was asked for and is %s there: %s', async (ModelApprovalStatus, answered, reason) => {
    const m = await making({}, { candidate: { packageArn: arn } });
    m.packages.push({ ModelPackageArn: arn, ModelApprovalStatus, ModelPackageStatus: 'Completed', CreationTime: new Date(0) });
    expect(await answer(m)).toBe(answered);
    expect((await m.now()).ending?.reason).toBe(reason);
    expect(m.asked('CreateModelPackage')).toEqual([]);
  });

  test('a version of ours that comes back has the figures it was trained to; one of others has none we know', async () => {
    const registeredBy = async (rolloutId: string) => {
      const m = await making({}, { candidate: { packageArn: arn } });
      await m.s.w.rollouts.reject(
        { ...(await m.now()), id: 'churn-cccccccccccc-1', version: 0, candidate: trained, phase: 'Ended', outcome: 'Succeeded' },
        [],
        noonMs,
      );
      const CustomerMetadataProperties = { 'sluice:rollout': rolloutId };
      m.packages.push({
        ModelPackageArn: arn,
        ModelApprovalStatus: 'Approved',
        ModelPackageStatus: 'Completed',
        CreationTime: new Date(0),
        CustomerMetadataProperties,
      });
      expect(await answer(m)).toBe('approved');
      return (await m.now()).candidate.metrics;
    };
    expect(await registeredBy('churn-cccccccccccc-1')).toEqual(trained.metrics);
    expect(await registeredBy('of-another-account-1')).toBeUndefined();
  });

  test('listens before it reads the answer: a rejection in between is not lost', async () => {
    const m = await making({}, { candidate: { packageArn: arn } });
    m.packages.push({ ModelPackageArn: arn, ModelApprovalStatus: 'Approved', ModelPackageStatus: 'Completed', CreationTime: new Date(0) });
    const heard: string[][] = [];
    const describe = async (asked: string) => {
      heard.push([...(await m.s.w.rollouts.watchersOf(keys.package(arn)))]);
      return m.s.ports.packages.describe(asked);
    };
    await register(id, { ...m.s.ports, packages: { ...m.s.ports.packages, describe } });
    expect(heard).toEqual([[id]]);
  });

  test('the model is made of what was registered, whatever the delivery says by then', async () => {
    const m = await making({}, { candidate: { packageArn: arn } });
    m.tags.set('models/churn:v3', digestOf('c'));
    const Containers = [
      {
        Image: '111122223333.dkr.ecr.eu-west-1.amazonaws.com/models/churn:v1',
        ImageDigest: digestOf('d'),
        ModelDataUrl: 's3://b/m.tar.gz',
        Environment: { A: '1' },
      },
      {
        Image: '111122223333.dkr.ecr.eu-west-1.amazonaws.com/models/churn:v3',
        ModelDataSource: { S3DataSource: { S3Uri: 's3://b/m/', S3DataType: 'S3Prefix', CompressionType: 'None' } },
      },
    ];
    m.packages.push({
      ModelPackageArn: arn,
      ModelApprovalStatus: 'Approved',
      ModelPackageStatus: 'Completed',
      CreationTime: new Date(0),
      InferenceSpecification: { Containers },
    });
    await register(id, m.s.ports);
    await createModel(id, m.s.ports);
    expect(m.asked('CreateModel')).toMatchObject([
      {
        Containers: [
          { Image: imageOf('d'), ModelDataUrl: 's3://b/m.tar.gz', Environment: { A: '1' } },
          { Image: imageOf('c'), ModelDataSource: { S3DataSource: { S3Uri: 's3://b/m/' } } },
        ],
        InferenceExecutionConfig: { Mode: 'Serial' },
      },
    ]);
  });
});

describe('a rejection in the registry', () => {
  test('while it waits there: the wait is over, and the rollout with it', async () => {
    const m = await registering();
    await answer(m);
    await wait(id, 'registration', 'token-1', m.s.ports);
    expect(woken(m)).toEqual([]);
    decide(m, 'Rejected');
    expect(await signal(event('Rejected'), m.s.ports)).toBe(1);
    expect(woken(m)).toEqual([`{"woken":"${keys.package(arn)}"}`]);
    expect(await answer(m)).toBe('refused');
    expect((await m.now()).ending).toMatchObject({
      outcome: 'Rejected',
      reason: 'aborted',
      text: `aborted by model registry: ${arn} is Rejected in the model registry`,
    });
  });

  test('after it was approved, in whatever it does by then: as if a person had aborted it', async () => {
    const m = await registering({ approval: 'approved' });
    await answer(m);
    await wait(id, 'bake', 'token-1', m.s.ports);
    await signal(event('Rejected'), m.s.ports);
    expect(woken(m)).toHaveLength(1);
    expect(await answer(m)).toBe('refused');
  });

  test('of another version changes nothing', async () => {
    const m = await registering();
    await answer(m);
    expect(await signal(event('Rejected', packageArn(2)), m.s.ports)).toBe(0);
    expect(await answer(m)).toBe('waiting');
  });

  test('told under an ARN in another case is heard', async () => {
    const m = await registering();
    await answer(m);
    expect(await signal(event('Rejected', arn.toUpperCase()), m.s.ports)).toBe(1);
  });
});

describe('the wait for the registry', () => {
  test.each<[string, (m: Making) => unknown, string | undefined]>([
    ['nobody has answered', () => {}, undefined],
    // A wait that were over at once would go round and round, until the execution had no events left.
    ['it is approved and still being made', (m) => decide(m, 'Approved', { ModelPackageStatus: 'InProgress' }), undefined],
    ['it is approved', (m) => decide(m, 'Approved'), 'the package is Approved'],
    ['it is rejected', (m) => decide(m, 'Rejected'), 'the package is Rejected'],
    ['it can’t be made', (m) => decide(m, 'Approved', { ModelPackageStatus: 'Failed' }), 'the package is Approved'],
    ['it is gone', (m) => (m.packages.length = 0), 'the package is gone'],
  ])('while %s', async (_, happen, because) => {
    const m = await registering();
    await answer(m);
    happen(m);
    await wait(id, 'registration', 'token-1', m.s.ports);
    expect(woken(m)).toEqual(because === undefined ? [] : [`{"woken":"${because}"}`]);
  });
});
