import { ECRClient } from '@aws-sdk/client-ecr';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  CreateModelPackageCommand,
  CreateModelPackageGroupCommand,
  DescribeModelPackageCommand,
  ListModelPackagesCommand,
  UpdateModelPackageCommand,
} from '@aws-sdk/client-sagemaker';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ecrRegistry } from '../../src/aws/registry.ts';
import { zip } from '../../src/containers/zip.ts';
import type { DeliverySource } from '../../src/rollout/spec.ts';
import type { RolloutView } from '../../src/view/rollout-view.ts';
import { type Behaviour, better, churn, good, startWorld, type World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
  const { emulator } = world;
  const config = {
    region: emulator.kernel.region,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    requestHandler: emulator.requestHandler,
  };
  s3 = new S3Client({ ...config, forcePathStyle: true });
  await ecrRegistry(new ECRClient(config)).ensureRepository('models/churn');
});
afterEach(() => world.stop());
let s3: S3Client;

const bucket = () => world.outputs['ModelBucketName'] ?? '';

/** A folder as CI would zip it: an image whose behaviour is all that tells it from another. */
const bundleOf = (behaviour: Behaviour, dockerfile: readonly string[] = []): Uint8Array =>
  zip([
    {
      path: 'Dockerfile',
      bytes: Buffer.from(
        [
          'FROM node:24',
          `LABEL local.behaviour='${JSON.stringify(behaviour)}'`,
          'COPY program /opt/program',
          'ENV PATH=/opt/program:$PATH',
          ...dockerfile,
          '',
        ].join('\n'),
      ),
    },
    ...['train', 'serve'].map((name) => ({ path: `program/${name}`, bytes: Buffer.from('#!/bin/sh\n'), executable: true })),
  ]);
const upload = (key: string, behaviour: Behaviour, dockerfile?: readonly string[]) =>
  s3.send(new PutObjectCommand({ Bucket: bucket(), Key: `sources/churn/${key}.zip`, Body: bundleOf(behaviour, dockerfile) }));

/** Built from bundles, registered; pushes of the built images are heard as well. */
const fromSource = (overrides: Partial<DeliverySource> = {}): DeliverySource =>
  churn({
    triggers: [
      { type: 'bundle-uploaded', bucket: bucket(), key: 'sources/churn/*.zip' },
      { type: 'image-pushed', repository: 'models/churn' },
      { type: 'model-rejected', packageGroup: 'churn' },
    ],
    build: { repository: 'models/churn' },
    register: { approval: 'pending' },
    ...overrides,
  });

const whole = async ({ id }: Pick<RolloutView, 'id'>) => (await world.ask({ action: 'get', rolloutId: id })) as RolloutView; // The API answers with a view.
const newest = async () => {
  const [first] = await world.rollouts();
  if (!first) throw new Error('There is no rollout');
  return whole(first);
};

/** Somebody answers in the console, or by a tool of their own: nothing of it goes through the service. */
async function answerInRegistry(version: number, answer: 'Approved' | 'Rejected', words?: string): Promise<void> {
  const { ModelPackageSummaryList = [] } = await world.clients.sageMaker.send(new ListModelPackagesCommand({ ModelPackageGroupName: 'churn' }));
  const ModelPackageArn = ModelPackageSummaryList.find(({ ModelPackageVersion }) => ModelPackageVersion === version)?.ModelPackageArn;
  await world.clients.sageMaker.send(
    new UpdateModelPackageCommand({ ModelPackageArn, ModelApprovalStatus: answer, ...(words !== undefined && { ApprovalDescription: words }) }),
  );
}
const registered = (versions: number) =>
  world.until(`${versions} versions are registered`, () => world.calls('CreateModelPackage').length === versions);

async function promoted(key: string, behaviour: Behaviour, version: number): Promise<RolloutView> {
  await upload(key, behaviour);
  await registered(version);
  await answerInRegistry(version, 'Approved');
  await world.untilQuiet();
  return newest();
}

describe('a bundle of source code', () => {
  test('is built, trained, registered, approved elsewhere and promoted, in one rollout with its lineage', async () => {
    await world.apply(fromSource());
    await upload('1', good);
    await registered(1);
    const waiting = await newest();
    expect(waiting.phase).toBe('Registering');
    await world.clock.advance(3_600_000);
    expect((await whole(waiting)).outcome).toBeUndefined();
    await answerInRegistry(1, 'Approved', 'as discussed');
    await world.untilQuiet();

    const [view, ...others] = await world.rollouts();
    expect(others, 'the push of the built image is no second wish').toEqual([]);
    expect(view).toMatchObject({ outcome: 'Succeeded', request: expect.stringContaining('bundle-uploaded: s3://') as string });
    const { entries, candidate, id, imageDigest } = await whole(waiting);
    expect(entries.map(({ kind }) => kind).filter((kind) => /^build|^built|image-checked|train|registered|model-created/.test(kind))).toEqual([
      'build-asked',
      'built',
      'image-checked',
      'training-asked',
      'trained',
      'registered',
      'registered',
      'model-created',
    ]);
    expect(entries.find(({ text }) => text.includes('as discussed'))?.kind).toBe('registered');
    const { CustomerMetadataProperties, InferenceSpecification, ModelMetrics } = await world.clients.sageMaker.send(
      new DescribeModelPackageCommand({ ModelPackageName: candidate.packageArn }),
    );
    expect(CustomerMetadataProperties).toMatchObject({
      'sluice:rollout': id,
      'training-job': id,
      source: `s3://${bucket()}/sources/churn/1.zip`,
      build: candidate.buildId,
    });
    expect(InferenceSpecification?.Containers?.[0]?.Image).toContain(`@${imageDigest ?? '?'}`);
    expect(ModelMetrics?.ModelQuality?.Statistics?.S3Uri).toBe(`s3://${bucket()}/registry/${id}/metrics.json`);
  });

  test('is built as it was when it asked, also where its key was written again meanwhile', async () => {
    const { train: _, ...untrained } = fromSource({
      triggers: [{ type: 'bundle-uploaded', bucket: '{bucket}', key: 'sources/churn/*.zip' }],
      concurrency: 'queue',
      gates: [],
    });
    const { register: __, ...plain } = untrained;
    await world.apply(plain);
    // One key, twice, before anything is read of it.
    const [first, second] = [await upload('latest', good), await upload('latest', better)];
    await world.untilQuiet();
    const rollouts = await Promise.all((await world.rollouts()).map(whole));
    const of = (versionId: string | undefined) => rollouts.find(({ request }) => request.endsWith(` at ${versionId ?? '?'}`));
    expect(rollouts.map(({ outcome }) => outcome)).toEqual(['Succeeded', 'Succeeded']);
    expect(world.calls('StartBuild')).toMatchObject([{ sourceVersion: first.VersionId }, { sourceVersion: second.VersionId }]);
    const labelOf = (digest: string | undefined) =>
      world.emulator.services.ecr.image(`000000000000.dkr.ecr.us-east-1.amazonaws.com/models/churn@${digest ?? ''}`)?.config.Labels[
        'local.behaviour'
      ];
    expect([labelOf(of(first.VersionId)?.imageDigest), labelOf(of(second.VersionId)?.imageDigest)]).toEqual([
      JSON.stringify(good),
      JSON.stringify(better),
    ]);
  });

  test('that the packer refuses ends the rollout with the line and the way out, and a link to the log', async () => {
    await world.apply(fromSource());
    await upload('1', good, ['RUN pip install numpy']);
    await world.untilQuiet();
    const { outcome, reason, text } = await newest();
    expect({ outcome, reason }).toEqual({ outcome: 'Failed', reason: 'build-failed' });
    expect(text).toMatch(/phase BUILD.*Dockerfile:5.*RUN.*its log: https:\/\//s);
    expect(world.calls('CreateTrainingJob')).toEqual([]);
  });

  test('is stopped where it is when a person aborts: while it is built, no build goes on', async () => {
    await world.apply(fromSource());
    await upload('1', good);
    await world.until('a build has begun', () => world.calls('StartBuild').length === 1);
    await world.clock.advance(5_000);
    await world.ask({ action: 'abort', rolloutId: (await newest()).id, reason: 'wrong branch' });
    await world.untilQuiet();
    expect(await newest()).toMatchObject({ outcome: 'Rejected', reason: 'aborted' });
    expect(world.calls('StopBuild')).toHaveLength(1);
  });

  test('that nobody approves in time is rejected, and so is one that is rejected in the registry, with the words', async () => {
    await world.apply(fromSource({ register: { approval: 'pending', expires: '2h' } }));
    await upload('1', good);
    await world.untilQuiet();
    expect(await newest()).toMatchObject({ outcome: 'Rejected', reason: 'approval-expired' });

    await upload('2', better);
    await registered(2);
    await answerInRegistry(2, 'Rejected', 'biased');
    await world.untilQuiet();
    const rejected = await newest();
    expect(rejected.outcome).toBe('Rejected');
    expect(rejected.entries.map(({ text }) => text).join('\n')).toMatch(/Rejected in the model registry|rejected in the model registry: biased/);
    expect(world.calls('CreateEndpoint')).toEqual([]);
  });

  test('whose figures are worse than what serves is refused before it is registered', async () => {
    const accept = [{ metric: 'validation:accuracy', min: 0.9, champion: { margin: 0.01 } }];
    const { train } = churn();
    if (!train) throw new Error('churn trains');
    await world.apply(fromSource({ train: { ...train, accept }, register: { approval: 'approved' } }));
    await upload('1', good);
    await world.untilQuiet();
    expect(await newest()).toMatchObject({ outcome: 'Succeeded' });

    await upload('2', { ...good, latencyMs: 19, metrics: { 'validation:accuracy': 0.955 } });
    await world.untilQuiet();
    const refused = await newest();
    expect(refused).toMatchObject({ outcome: 'Rejected', reason: 'metrics-not-accepted' });
    expect(refused.text).toContain('0.955, what serves has 0.95');
    expect(world.calls('CreateModelPackage')).toHaveLength(1);
  });
});

test('a version of another pipeline is rolled out once it is approved, as it was registered, and only once', async () => {
  const digest = await world.push('by-others', good);
  await world.apply(churn({ triggers: [{ type: 'model-approved', packageGroup: 'others' }], gates: [] }));
  const { sageMaker } = world.clients;
  await sageMaker.send(new CreateModelPackageGroupCommand({ ModelPackageGroupName: 'others' }));
  const { ModelPackageArn } = await sageMaker.send(
    new CreateModelPackageCommand({
      ModelPackageGroupName: 'others',
      ModelApprovalStatus: 'PendingManualApproval',
      InferenceSpecification: {
        Containers: [
          {
            Image: '000000000000.dkr.ecr.us-east-1.amazonaws.com/models/churn:by-others',
            ImageDigest: digest,
            Environment: { LEVEL: 'debug' },
          },
        ],
        SupportedContentTypes: ['text/csv'],
        SupportedResponseMIMETypes: ['text/csv'],
      },
    }),
  );
  await world.untilQuiet();
  expect(await world.rollouts()).toEqual([]);
  await sageMaker.send(new UpdateModelPackageCommand({ ModelPackageArn, ModelApprovalStatus: 'Approved' }));
  await world.untilQuiet();
  expect(await newest()).toMatchObject({ outcome: 'Succeeded', imageDigest: digest, candidate: { packageArn: ModelPackageArn } });
  expect(world.calls('CreateModel')).toMatchObject([
    { PrimaryContainer: { Image: `000000000000.dkr.ecr.us-east-1.amazonaws.com/models/churn@${digest}`, Environment: { LEVEL: 'debug' } } },
  ]);
  expect(world.calls('CreateTrainingJob')).toEqual([]);
  // A comment changes the package and is no approval: nothing begins anew.
  await sageMaker.send(new UpdateModelPackageCommand({ ModelPackageArn, ApprovalDescription: 'still fine' }));
  await world.untilQuiet();
  expect(await world.rollouts()).toHaveLength(1);
});

test('a live version that is rejected in the registry makes way for the one approved before it', async () => {
  // Nobody sends requests here: there is nothing to judge a canary by.
  await world.apply(fromSource({ gates: [] }));
  const first = await promoted('1', good, 1);
  const second = await promoted('2', better, 2);
  expect([first.outcome, second.outcome]).toEqual(['Succeeded', 'Succeeded']);
  await answerInRegistry(2, 'Rejected', 'complaints of customers');
  await world.untilQuiet();
  const back = await newest();
  expect(back).toMatchObject({ outcome: 'Succeeded', imageDigest: first.imageDigest, candidate: { packageArn: first.candidate.packageArn } });
  expect(back.request).toMatch(/^model-rejected: what was approved before .*\/churn\/2$/);
  expect(world.calls('CreateTrainingJob')).toHaveLength(2);
});
