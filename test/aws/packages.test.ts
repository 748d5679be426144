import { S3Client } from '@aws-sdk/client-s3';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { beforeEach, describe, expect, test } from 'vitest';
import { s3Objects } from '../../src/aws/objects.ts';
import { sageMakerPackages } from '../../src/aws/packages.ts';
import { packageArn } from '../candidate/world.ts';
import { rejection } from '../emulator/front-fixture.ts';
import { digestOf, noonMs } from '../rollout/fixture.ts';
import { refuse, scriptedAws } from './client.ts';

let aws: ReturnType<typeof scriptedAws>;
beforeEach(() => {
  aws = scriptedAws();
});
const packages = () => sageMakerPackages(new SageMakerClient(aws.options));
const arn = packageArn(7);
const registry = '111122223333.dkr.ecr.eu-west-1.amazonaws.com';
const told = (over: object) => ({
  ModelPackageName: arn,
  ModelPackageArn: arn,
  ModelPackageStatus: 'Completed',
  ModelPackageStatusDetails: { ValidationStatuses: [] },
  CreationTime: new Date(0),
  ...over,
});
const described = (over: object) => {
  aws.serve('sagemaker', { DescribeModelPackage: () => told(over) });
  return packages().describe(arn);
};

describe('describe()', () => {
  test('tells group, version, answer and what was said', async () => {
    expect(await described({ ModelApprovalStatus: 'Rejected', ApprovalDescription: 'leaks' })).toEqual({
      arn,
      group: 'churn',
      version: 7,
      approval: 'Rejected',
      ready: true,
      comment: 'leaks',
      modifiedAtMs: 0,
      containers: [],
    });
  });
  test('one that nobody has answered is pending', async () => expect(await described({})).toMatchObject({ approval: 'PendingManualApproval' }));
  test.each<[string, object, object]>([
    ['Completed', {}, { ready: true }],
    ['InProgress', {}, { ready: false }],
    ['Pending', {}, { ready: false }],
    ['Failed', {}, { ready: false, failure: 'SageMaker gave no reason' }],
    [
      'Failed',
      {
        ModelPackageStatusDetails: {
          ValidationStatuses: [{ Name: 'v', Status: 'Failed', FailureReason: 'a' }],
          ImageScanStatuses: [{ Name: 'i', Status: 'Failed', FailureReason: 'b' }],
        },
      },
      { ready: false, failure: 'a; b' },
    ],
  ])('one whose making is %s (%j)', async (ModelPackageStatus, over, found) => {
    const { ready, failure } = (await described({ ModelPackageStatus, ...over })) ?? {};
    expect({ ready, ...(failure !== undefined && { failure }) }).toEqual(found);
  });
  // What the registry wrote down beside a tag is the image that was meant.
  test.each([
    [{ Image: `${registry}/churn:v1`, ImageDigest: digestOf('b') }, `${registry}/churn@${digestOf('b')}`],
    [{ Image: `${registry}/churn`, ImageDigest: digestOf('b') }, `${registry}/churn@${digestOf('b')}`],
    [{ Image: `${registry}/churn@${digestOf('c')}`, ImageDigest: digestOf('b') }, `${registry}/churn@${digestOf('c')}`],
    [{ Image: `${registry}/churn:v1` }, `${registry}/churn:v1`],
  ])('a container of %j', async (container, imageUri) => {
    const found = await described({ InferenceSpecification: { Containers: [container] } });
    expect(found?.containers).toEqual([{ imageUri, environment: {} }]);
  });
  test.each<[object, string]>([
    [{ ModelDataUrl: 's3://m/model.tar.gz' }, 's3://m/model.tar.gz'],
    [{ ModelDataSource: { S3DataSource: { S3Uri: 's3://m/model.tar.gz', S3DataType: 'S3Object', CompressionType: 'Gzip' } } }, 's3://m/model.tar.gz'],
    [{ ModelDataSource: { S3DataSource: { S3Uri: 's3://m/prefix/', S3DataType: 'S3Prefix', CompressionType: 'None' } } }, 's3://m/prefix/'],
    [{ ModelDataSource: { S3DataSource: { S3Uri: 's3://m/prefix', S3DataType: 'S3Prefix', CompressionType: 'None' } } }, 's3://m/prefix/'],
  ])('model data of %j', async (data, modelDataUrl) => {
    const found = await described({ InferenceSpecification: { Containers: [{ Image: `${registry}/churn@${digestOf('c')}`, ...data }] } });
    expect(found?.containers[0]?.modelDataUrl).toBe(modelDataUrl);
  });
  test.each([`ModelPackage ${arn} does not exist.`, `Could not find model package "${arn}".`])('one that is gone is nothing: %s', async (message) => {
    aws.serve('sagemaker', { DescribeModelPackage: refuse('ValidationException', message) });
    expect(await packages().describe(arn)).toBeUndefined();
  });
  test('one that may not be seen is not gone', async () => {
    aws.serve('sagemaker', { DescribeModelPackage: refuse('AccessDeniedException', 'not authorized to perform: sagemaker:DescribeModelPackage') });
    expect((await rejection(packages().describe(arn))).name).toBe('Refused');
  });
});

describe('register()', () => {
  const request = {
    group: 'churn',
    description: 'Made by rollout r',
    containers: [{ imageUri: `${registry}/churn@${digestOf('b')}`, modelDataUrl: 's3://m/prefix/', environment: { A: '1' } }],
    approval: 'PendingManualApproval' as const,
    contentTypes: ['text/csv'],
    instanceTypes: ['ml.m5.large'],
    properties: { 'sluice:rollout': 'r' },
    tags: {},
  };
  const serving = (over: Parameters<typeof aws.serve>[1] = {}) =>
    aws.serve('sagemaker', {
      CreateModelPackageGroup: () => ({ ModelPackageGroupArn: 'arn:aws:sagemaker:eu-west-1:111122223333:model-package-group/churn' }),
      ListModelPackages: () => ({ ModelPackageSummaryList: [] }),
      CreateModelPackage: () => ({ ModelPackageArn: arn }),
      ...over,
    });

  test('registers a prefix as one, not as an archive, and says nothing that is not known', async () => {
    serving();
    expect(await packages().register(request, noonMs)).toBe(arn);
    const [asked] = aws.asked('CreateModelPackage');
    expect(asked).toMatchObject({
      InferenceSpecification: {
        Containers: [
          {
            ModelDataSource: { S3DataSource: { S3Uri: 's3://m/prefix/', S3DataType: 'S3Prefix', CompressionType: 'None' } },
            Environment: { A: '1' },
          },
        ],
      },
    });
    expect(Object.keys(asked as object)).not.toEqual(expect.arrayContaining(['MetadataProperties'])); // As SageMaker takes it.
    expect(asked).not.toHaveProperty('ModelMetrics');
  });

  // In the words of models and endpoints, and in those the registry really has.
  test.each(['Cannot create already existing model-package-group "arn".', 'Model Package Group already exists: arn'])(
    'a group that is there is fine: %s',
    async (message) => {
      serving({ CreateModelPackageGroup: refuse('ValidationException', message) });
      expect(await packages().register(request, noonMs)).toBe(arn);
    },
  );
  test('a group that may not be made is not', async () => {
    serving({ CreateModelPackageGroup: refuse('ResourceLimitExceeded', 'The account-level service limit') });
    expect(await rejection(packages().register(request, noonMs))).toMatchObject({
      name: 'Refused',
      message: expect.stringContaining('"churn"') as string,
    });
  });

  test('asks again where somebody else is at work on the group: that is no refusal', async () => {
    serving({ CreateModelPackage: refuse('ConflictException', 'There was a conflict when you attempted to modify a SageMaker entity') });
    expect((await rejection(packages().register(request, noonMs))).name).toBe('Unavailable');
  });

  test('has one token a rollout and group, so that a second call makes no second version', async () => {
    serving();
    const other = { ...request, properties: { 'sluice:rollout': 'another' } };
    for (const each of [request, request, other, { ...request, group: 'fraud' }]) await packages().register(each, noonMs);
    const tokens = aws.asked('CreateModelPackage').map((input) => (input as { ClientToken: string }).ClientToken); // As SageMaker takes it.
    expect(tokens[1]).toBe(tokens[0]);
    expect(new Set(tokens).size).toBe(3);
    for (const token of tokens) expect(token).toMatch(/^[a-zA-Z0-9-]{1,36}$/);
  });

  test('looks through all pages for the version it made before, and at none older than the rollout', async () => {
    serving({
      ListModelPackages: (input) =>
        (input as { NextToken?: string }).NextToken === undefined // As SageMaker takes it.
          ? {
              ModelPackageSummaryList: [{ ModelPackageArn: packageArn(9), CreationTime: new Date(0), ModelPackageStatus: 'Completed' }],
              NextToken: 'more',
            }
          : { ModelPackageSummaryList: [{ ModelPackageArn: packageArn(8), CreationTime: new Date(0), ModelPackageStatus: 'Completed' }] },
      DescribeModelPackage: (input) => {
        const { ModelPackageName } = input as { ModelPackageName: string }; // As above.
        return told({
          ModelPackageArn: ModelPackageName,
          CustomerMetadataProperties: { 'sluice:rollout': ModelPackageName === packageArn(8) ? 'r' : 'other' },
        });
      },
    });
    expect(await packages().register(request, noonMs)).toBe(packageArn(8));
    expect(aws.asked('CreateModelPackage')).toEqual([]);
    expect(aws.asked('ListModelPackages')).toMatchObject([
      { ModelPackageGroupName: 'churn', CreationTimeAfter: new Date(noonMs) },
      { NextToken: 'more' },
    ]);
  });
});

describe('approvedBefore()', () => {
  const listing = (versions: readonly number[], registeredBy: Readonly<Record<number, string>> = {}) =>
    aws.serve('sagemaker', {
      DescribeModelPackage(input) {
        const { ModelPackageName } = input as { ModelPackageName: string }; // As the service model has it.
        const by = registeredBy[Number(ModelPackageName.split('/').at(-1))];
        return told({ ModelPackageArn: ModelPackageName, ...(by !== undefined && { CustomerMetadataProperties: { 'sluice:delivery': by } }) });
      },
      ListModelPackages: () => ({
        ModelPackageSummaryList: versions.map((ModelPackageVersion) => ({
          ModelPackageArn: packageArn(ModelPackageVersion),
          ModelPackageVersion,
          CreationTime: new Date(0),
          ModelPackageStatus: 'Completed',
        })),
      }),
    });
  test.each([
    [[9, 8, 5, 3], packageArn(5)],
    [[9, 8, 7], undefined],
    [[], undefined],
  ])('of %j, older than 7', async (versions, found) => {
    listing(versions);
    expect(await packages().approvedBefore(arn, 'churn')).toBe(found);
    expect(aws.asked('ListModelPackages')).toMatchObject([{ ModelApprovalStatus: 'Approved', SortBy: 'CreationTime', SortOrder: 'Descending' }]);
  });

  test('passes over what another delivery registered in a group they share, and takes its own and anybody else’s', async () => {
    listing([6, 5, 4], { 6: 'fraud', 5: 'churn' });
    expect(await packages().approvedBefore(arn, 'churn')).toBe(packageArn(5));
    aws = scriptedAws();
    listing([6, 4], { 6: 'fraud' });
    expect(await packages().approvedBefore(arn, 'churn')).toBe(packageArn(4));
  });
});

describe('put()', () => {
  test('writes text under its key', async () => {
    aws.serve('s3', { PutObject: () => ({}) });
    await s3Objects(new S3Client(aws.options)).put('s3://models/registry/r/metrics.json', '{"a":1}');
    expect(aws.asked('PutObject')).toMatchObject([{ Bucket: 'models', Key: 'registry/r/metrics.json', ContentType: 'application/json' }]);
  });
});
