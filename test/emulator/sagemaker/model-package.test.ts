import { readFileSync } from 'node:fs';
import {
  AddTagsCommand,
  CreateModelPackageCommand,
  type CreateModelPackageCommandInput,
  CreateModelPackageGroupCommand,
  DeleteModelPackageCommand,
  DeleteModelPackageGroupCommand,
  DescribeModelPackageCommand,
  DescribeModelPackageGroupCommand,
  ListModelPackageGroupsCommand,
  ListModelPackagesCommand,
  type ListModelPackagesCommandInput,
  ListTagsCommand,
  UpdateModelPackageCommand,
} from '@aws-sdk/client-sagemaker';
import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { modelApproved } from '../../../src/triggers/model-approved.ts';
import { clientsOf, refused } from './client.ts';
import { seconds, virtualWorld } from './fixture.ts';

const base = 'arn:aws:sagemaker:eu-west-1:000000000000';
const groupArn = `${base}:model-package-group/fraud-score`;
const versionArn = (version: number) => `${base}:model-package/fraud-score/${version}`;

/** A registry with a group `fraud-score`, an image and model data. */
async function registry() {
  const w = virtualWorld();
  const { client, as } = clientsOf(w);
  const image = w.image('fraud-score', {}, '1.8.0');
  w.objects.set('fraud-score-artifacts/v8/model.tar.gz', new Uint8Array([1]));
  await client.send(new CreateModelPackageGroupCommand({ ModelPackageGroupName: 'fraud-score', Tags: [{ Key: 'team', Value: 'risk' }] }));
  const version = (more: Partial<CreateModelPackageCommandInput> = {}) =>
    client.send(
      new CreateModelPackageCommand({
        ModelPackageGroupName: 'fraud-score',
        InferenceSpecification: { Containers: [{ Image: image, ModelDataUrl: 's3://fraud-score-artifacts/v8/model.tar.gz' }] },
        ...more,
      }),
    );
  return { w, client, as, image, version };
}

/** The event as AWS delivered it, without what differs from account to account: envelope, ARNs, times, the image. */
function shape(detail: Record<string, unknown>) {
  const { InferenceSpecification, ...rest } = detail;
  const dated = Object.entries(rest).map(([key, value]) => [key, key.endsWith('Time') ? typeof value : value] as const);
  const containers = (InferenceSpecification as { Containers: object[] }).Containers.map((container) => Object.keys(container).sort());
  return { ...Object.fromEntries(dated), ModelPackageArn: 'arn', ModelPackageVersion: 0, containers };
}
const captured = (name: string) =>
  (JSON.parse(readFileSync(`test/events/sagemaker-model-package-${name}.json`, 'utf8')) as { detail: Record<string, unknown> }).detail;

describe('CreateModelPackageGroup', () => {
  test('makes a group that is described, listed, tagged and deleted', async () => {
    const { w, client } = await registry();

    expect(await client.send(new DescribeModelPackageGroupCommand({ ModelPackageGroupName: groupArn }))).toMatchObject({
      ModelPackageGroupName: 'fraud-score',
      ModelPackageGroupArn: groupArn,
      ModelPackageGroupStatus: 'Completed',
      CreationTime: new Date(w.kernel.clock.now()),
    });
    expect((await client.send(new ListTagsCommand({ ResourceArn: groupArn }))).Tags).toEqual([{ Key: 'team', Value: 'risk' }]);
    expect((await client.send(new ListModelPackageGroupsCommand({ NameContains: 'FRAUD' }))).ModelPackageGroupSummaryList).toMatchObject([
      { ModelPackageGroupName: 'fraud-score', ModelPackageGroupStatus: 'Completed' },
    ]);
    await client.send(new DeleteModelPackageGroupCommand({ ModelPackageGroupName: 'fraud-score' }));
    expect(await refused(client.send(new DescribeModelPackageGroupCommand({ ModelPackageGroupName: 'fraud-score' })))).toBe(
      `ValidationException: ModelPackageGroup ${groupArn} does not exist.`,
    );
  });

  test('refuses a name that is taken, and one that is none', async () => {
    const { client } = await registry();
    const create = (ModelPackageGroupName: string) => refused(client.send(new CreateModelPackageGroupCommand({ ModelPackageGroupName })));

    expect(await create('Fraud-Score')).toBe(`ValidationException: Model Package Group already exists: ${groupArn}`);
    expect(await create('fraud_score')).toMatch(
      /^ValidationException: 1 validation error detected: Value 'fraud_score' at 'modelPackageGroupName' failed to satisfy constraint: Member must satisfy regular expression pattern/,
    );
  });
});

describe('CreateModelPackage', () => {
  test('numbers the versions of a group, and gives no number twice', async () => {
    const { client, version } = await registry();

    expect((await version()).ModelPackageArn).toBe(versionArn(1));
    expect((await version()).ModelPackageArn).toBe(versionArn(2));
    await client.send(new DeleteModelPackageCommand({ ModelPackageName: versionArn(2) }));
    expect((await version()).ModelPackageArn).toBe(versionArn(3));
  });

  test('keeps what it was given, pending approval, with the digest its tag had', async () => {
    const { w, client, image, version } = await registry();
    await version({ CustomerMetadataProperties: { owner: 'ana' }, ModelPackageDescription: 'eighth' });
    const digest = `sha256:${'1'.padStart(64, '0')}`;
    w.image('fraud-score', {}, '1.8.0');

    const described = await client.send(new DescribeModelPackageCommand({ ModelPackageName: versionArn(1) }));
    expect(described).toMatchObject({
      ModelPackageGroupName: 'fraud-score',
      ModelPackageVersion: 1,
      ModelPackageArn: versionArn(1),
      ModelPackageDescription: 'eighth',
      ModelPackageStatus: 'Completed',
      ModelApprovalStatus: 'PendingManualApproval',
      CustomerMetadataProperties: { owner: 'ana' },
      InferenceSpecification: {
        Containers: [{ Image: image, ImageDigest: digest, ModelDataUrl: 's3://fraud-score-artifacts/v8/model.tar.gz' }],
      },
    });
    expect(described.ModelPackageName).toBeUndefined();
  });

  test('asked again with its client token answers the same version; with other parameters it is a conflict', async () => {
    const { version } = await registry();

    expect((await version({ ClientToken: 'once' })).ModelPackageArn).toBe(versionArn(1));
    expect((await version({ ClientToken: 'once' })).ModelPackageArn).toBe(versionArn(1));
    expect(await refused(version({ ClientToken: 'once', ModelPackageDescription: 'other' }))).toMatch(/^ConflictException: /);
    expect((await version()).ModelPackageArn).toBe(versionArn(2));
  });

  test('clones the package its source names', async () => {
    const { client, version, image } = await registry();
    await version();
    const clone = { ModelPackageGroupName: 'fraud-score', SourceUri: versionArn(1) };
    await client.send(new CreateModelPackageCommand(clone));

    expect(await client.send(new DescribeModelPackageCommand({ ModelPackageName: versionArn(2) }))).toMatchObject({
      SourceUri: versionArn(1),
      InferenceSpecification: { Containers: [{ Image: image }] },
    });
  });

  test.each<[string, Partial<CreateModelPackageCommandInput>, string | RegExp]>([
    [
      'a group and a name',
      { ModelPackageName: 'alone' },
      'ValidationException: Both ModelPackageName and ModelPackageGroupName are provided in the input. Cannot determine which one to use.',
    ],
    ['neither', { ModelPackageGroupName: undefined }, 'ValidationException: Missing ARN.'],
    [
      'a group that is not there',
      { ModelPackageGroupName: 'nope' },
      `ValidationException: ModelPackageGroup ${base}:model-package-group/nope does not exist.`,
    ],
    ['tags on a version', { Tags: [{ Key: 'a', Value: 'b' }] }, /^ValidationException: Tags are not supported .* uses the tags of its group/],
    [
      'no container',
      { InferenceSpecification: { Containers: [] } },
      /at 'inferenceSpecification.containers' failed to satisfy constraint: Member must have length greater than or equal to 1$/,
    ],
    [
      'model data that is not there',
      {
        InferenceSpecification: {
          Containers: [{ Image: '000000000000.dkr.ecr.eu-west-1.amazonaws.com/models/fraud-score:1.8.0', ModelDataUrl: 's3://a/b.tar.gz' }],
        },
      },
      'ValidationException: Could not find model data at s3://a/b.tar.gz.',
    ],
    [
      'a status it has not',
      { ModelApprovalStatus: 'Maybe' as never },
      /Member must satisfy enum value set: \[Approved, Rejected, PendingManualApproval\]$/,
    ],
    [
      'validation by transform jobs',
      { ValidationSpecification: { ValidationRole: `arn:aws:iam::000000000000:role/validator`, ValidationProfiles: [] } },
      /^NotEmulated: /,
    ],
    [
      'a property without a value',
      { CustomerMetadataProperties: { owner: '' } },
      /Map value must satisfy constraint: \[Member must have length between 1 and 256\]$/,
    ],
  ])('refuses %s', async (_what, more, answer) => {
    const { version } = await registry();

    expect(await refused(version(more))).toEqual(typeof answer === 'string' ? answer : (expect.stringMatching(answer) as string));
  });

  test('without a group makes a package of its own name, which has tags and no approval', async () => {
    const { client, image } = await registry();
    const alone = {
      ModelPackageName: 'alone',
      InferenceSpecification: { Containers: [{ Image: image }] },
      Tags: [{ Key: 'a', Value: 'b' }],
    };
    await client.send(new CreateModelPackageCommand(alone));

    const arn = `${base}:model-package/alone`;
    const described = await client.send(new DescribeModelPackageCommand({ ModelPackageName: 'alone' }));
    expect(described).toMatchObject({ ModelPackageName: 'alone', ModelPackageArn: arn });
    expect(described.ModelApprovalStatus).toBeUndefined();
    expect((await client.send(new ListTagsCommand({ ResourceArn: arn }))).Tags).toEqual([{ Key: 'a', Value: 'b' }]);
    expect(await refused(client.send(new CreateModelPackageCommand(alone)))).toBe(`ValidationException: Model Package already exists: ${arn}`);
    expect(await refused(client.send(new UpdateModelPackageCommand({ ModelPackageArn: arn, ModelApprovalStatus: 'Approved' })))).toBe(
      'ValidationException: ModelApprovalStatus is not supported for unversioned model packages.',
    );
  });
});

describe('UpdateModelPackage', () => {
  test('tells EventBridge as AWS does: pending, approved, rejected', async () => {
    const { w, client, version } = await registry();
    await version({
      InferenceSpecification: {
        Containers: [
          {
            Image: '000000000000.dkr.ecr.eu-west-1.amazonaws.com/models/fraud-score:1.8.0',
            ModelDataUrl: 's3://fraud-score-artifacts/v8/model.tar.gz',
          },
        ],
        SupportedRealtimeInferenceInstanceTypes: ['ml.m5.xlarge'],
        SupportedContentTypes: ['text/csv'],
        SupportedResponseMIMETypes: ['application/json'],
      },
      MetadataProperties: {
        CommitId: '9b1c2d3',
        GeneratedBy: 'arn:aws:sagemaker:eu-west-1:111122223333:pipeline/fraud-score/execution/ab12cd34ef56',
      },
      ModelMetrics: { ModelQuality: { Statistics: { ContentType: 'application/json', S3Uri: 's3://fraud-score-artifacts/v8/evaluation.json' } } },
    });
    await w.kernel.clock.advance(seconds(60));
    await client.send(new UpdateModelPackageCommand({ ModelPackageArn: versionArn(1), ModelApprovalStatus: 'Approved' }));
    await client.send(
      new UpdateModelPackageCommand({ ModelPackageArn: versionArn(1), ModelApprovalStatus: 'Rejected', ApprovalDescription: 'drifts' }),
    );

    expect(w.kernel.events.map((event) => shape(event.detail))).toEqual(['pending', 'approved', 'rejected'].map((name) => shape(captured(name))));
    expect(w.kernel.events[1]).toMatchObject({
      source: 'aws.sagemaker',
      detailType: 'SageMaker Model Package State Change',
      resources: [versionArn(1)],
      detail: { CreationTime: '2026-11-22T10:00:00Z', LastModifiedTime: '2026-11-22T10:01:00Z' },
    });
    expect(await client.send(new DescribeModelPackageCommand({ ModelPackageName: versionArn(1) }))).toMatchObject({
      ModelApprovalStatus: 'Rejected',
      ApprovalDescription: 'drifts',
      LastModifiedTime: new Date(w.kernel.clock.now()),
    });
  });

  test('of an approved version is an event too, told apart by its fields alone', async () => {
    const { w, client, version } = await registry();
    await version({ ModelApprovalStatus: 'Approved', CustomerMetadataProperties: { owner: 'ana', stage: 'dev' } });
    await client.send(
      new UpdateModelPackageCommand({
        ModelPackageArn: versionArn(1),
        CustomerMetadataProperties: { stage: 'prod' },
        CustomerMetadataPropertiesToRemove: ['owner'],
      }),
    );

    expect(w.kernel.events.at(-1)?.detail).toMatchObject({
      ModelApprovalStatus: 'Approved',
      UpdatedModelPackageFields: ['CustomerMetadataProperties'],
      CustomerMetadataProperties: { stage: 'prod' },
    });
    expect((await client.send(new DescribeModelPackageCommand({ ModelPackageName: versionArn(1) }))).CustomerMetadataProperties).toEqual({
      stage: 'prod',
    });
  });

  test('is heard by the trigger that waits for an approval, when and only when the answer was given', async () => {
    const { w, client, version } = await registry();
    await version();
    const update = (more: object) => client.send(new UpdateModelPackageCommand({ ModelPackageArn: versionArn(1), ...more }));
    await update({ ModelApprovalStatus: 'Rejected' });
    await update({ ModelApprovalStatus: 'Approved', ApprovalDescription: 'better' });
    await update({ CustomerMetadataProperties: { stage: 'prod' } });

    const heard = w.kernel.events.map((event) => z.safeParse(modelApproved.event, { time: '2026-11-22T10:00:00Z', detail: event.detail }).success);
    expect(heard).toEqual([false, false, true, false]);
  });

  test('refuses a version that is not there', async () => {
    const { client } = await registry();

    expect(await refused(client.send(new UpdateModelPackageCommand({ ModelPackageArn: versionArn(9), ModelApprovalStatus: 'Approved' })))).toBe(
      `ValidationException: ModelPackage ${versionArn(9)} does not exist.`,
    );
  });
});

describe('ListModelPackages', () => {
  test('lists packages on their own unless a group is named, then its versions in order, page by page', async () => {
    const { client, version } = await registry();
    for (let made = 0; made < 11; made++) await version(made === 4 ? { ModelApprovalStatus: 'Approved' } : {});
    const list = async (input: ListModelPackagesCommandInput) => {
      const { ModelPackageSummaryList = [], NextToken } = await client.send(new ListModelPackagesCommand(input));
      return { versions: ModelPackageSummaryList.map((one) => one.ModelPackageVersion), NextToken };
    };

    expect((await list({})).versions).toEqual([]);
    const first = await list({ ModelPackageGroupName: 'fraud-score' });
    expect(first.versions).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect((await list({ ModelPackageGroupName: 'fraud-score', NextToken: first.NextToken })).versions).toEqual([11]);
    expect((await list({ ModelPackageType: 'Versioned', SortOrder: 'Descending', MaxResults: 2 })).versions).toEqual([11, 10]);
    expect((await list({ ModelPackageGroupName: groupArn, ModelApprovalStatus: 'Approved' })).versions).toEqual([5]);
  });
});

describe('the registry', () => {
  test('deletes a group only when its versions are gone', async () => {
    const { client, version } = await registry();
    await version();
    const remove = () => refused(client.send(new DeleteModelPackageGroupCommand({ ModelPackageGroupName: 'fraud-score' })));

    expect(await remove()).toMatch(/^ConflictException: .*still contains 1 model package version/);
    await client.send(new DeleteModelPackageCommand({ ModelPackageName: versionArn(1) }));
    expect(await remove()).toBe('accepted');
  });

  test('keeps tags on groups, not on versions', async () => {
    const { client, version } = await registry();
    await version();
    const tag = (ResourceArn: string) => refused(client.send(new AddTagsCommand({ ResourceArn, Tags: [{ Key: 'a', Value: 'b' }] })));

    expect(await tag(groupArn)).toBe('accepted');
    expect(await tag(versionArn(1))).toMatch(/^ValidationException: Tags are not supported/);
  });

  test('asks for rights on the version and on its group, and lets a policy tell who may approve', async () => {
    const { as, image, version } = await registry();
    await version();
    const mine = as([
      { Effect: 'Allow', Action: 'sagemaker:CreateModelPackage', Resource: [groupArn, `${base}:model-package/fraud-score/*`] },
      {
        Effect: 'Allow',
        Action: 'sagemaker:UpdateModelPackage',
        Resource: `${base}:model-package/fraud-score/*`,
        Condition: { StringEquals: { 'sagemaker:ModelApprovalStatus': 'Rejected' } },
      },
    ]);
    const create = new CreateModelPackageCommand({
      ModelPackageGroupName: 'fraud-score',
      InferenceSpecification: { Containers: [{ Image: image }] },
    });
    const update = (ModelApprovalStatus: 'Approved' | 'Rejected') =>
      refused(mine.send(new UpdateModelPackageCommand({ ModelPackageArn: versionArn(1), ModelApprovalStatus })));

    expect((await mine.send(create)).ModelPackageArn).toBe(versionArn(2));
    expect(await update('Rejected')).toBe('accepted');
    expect(await update('Approved')).toMatch(/^AccessDeniedException: .*sagemaker:UpdateModelPackage/);
    const onlyVersions = as([{ Effect: 'Allow', Action: 'sagemaker:CreateModelPackage', Resource: `${base}:model-package/*` }]);
    expect(await refused(onlyVersions.send(create))).toMatch(/^AccessDeniedException: /);
  });
});
