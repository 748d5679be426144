import { describe, expect, test } from 'vitest';
import { trainingRequestOf } from '../../src/candidate/training-request.ts';
import { imageFor, runsOfOwnImage } from '../../src/candidate/image-for.ts';
import { Refused } from '../../src/rollout/errors.ts';
import type { Rollout } from '../../src/rollout/rollout.ts';
import { delivery, imageOf, rollout } from '../rollout/fixture.ts';
import { fromSource } from './world.ts';

const settings = { bucket: 'models', region: 'eu-west-1', modelRoleArn: 'arn:aws:iam::111122223333:role/model', historyLimit: 5000 };
const least = { instanceType: 'ml.m5.large', channels: {} };
const requestOf = (train: object, over: Partial<Rollout> = {}, serve?: object) => {
  const spec = delivery({
    triggers: [{ type: 'model-approved', packageGroup: 'churn' }],
    train: train as never,
    ...(serve && { serve: serve as never }),
  }); // Each test writes a valid section.
  if (!spec.train) throw new Error('Nothing to train');
  return trainingRequestOf(rollout(over), { ...spec, train: spec.train }, settings);
};
const tarball = fromSource({ type: 's3', location: 's3://ci/churn/sourcedir.tar.gz' });
const script = { entryPoint: 'train.py' };
const prebuilt = { framework: 'sklearn', version: '1.2-1' };

describe('trainingRequestOf()', () => {
  test('asks for no more than the delivery says', () => {
    expect(requestOf(least)).toEqual({
      jobName: 'churn-bbbbbbbbbbbb-1',
      imageUri: imageOf('b'),
      executionRoleArn: 'arn:aws:iam::111122223333:role/model',
      hyperparameters: {},
      channels: {},
      environment: {},
      outputUri: 's3://models/training/churn',
      fleet: { instanceType: 'ml.m5.large', instanceCount: 1 },
      volumeGb: 30,
      maxRuntimeSeconds: 3600,
      retries: 0,
      networkIsolation: false,
      encryption: { traffic: false },
      metrics: [],
      tags: { 'sluice:delivery': 'churn', 'sluice:rollout': 'churn-bbbbbbbbbbbb-1' },
    });
  });

  test.each<[string, object, object]>([
    ['spare capacity', { maxRuntime: '1h', spot: { maxWait: '3h' } }, { maxRuntimeSeconds: 3600, maxWaitSeconds: 10_800 }],
    ['retries', { retries: 3 }, { retries: 3 }],
    [
      'several instances and their disks',
      { instanceCount: 4, volumeGb: 500 },
      { fleet: { instanceType: 'ml.m5.large', instanceCount: 4 }, volumeGb: 500 },
    ],
    [
      'a network of the account’s own',
      { vpc: { subnets: ['subnet-0a', 'subnet-0b'], securityGroups: ['sg-0c'] }, networkIsolation: true },
      { vpc: { subnets: ['subnet-0a', 'subnet-0b'], securityGroups: ['sg-0c'] }, networkIsolation: true },
    ],
    [
      'keys',
      { encryption: { volumeKey: 'alias/v', outputKey: 'alias/o', traffic: true } },
      { encryption: { volumeKey: 'alias/v', outputKey: 'alias/o', traffic: true } },
    ],
    [
      'a role of its own',
      { roleArn: 'arn:aws:iam::111122223333:role/sluice-model-training' },
      { executionRoleArn: 'arn:aws:iam::111122223333:role/sluice-model-training' },
    ],
    ['an image by another name', { image: imageOf('e') }, { imageUri: imageOf('e') }],
    [
      'channels in all they can be',
      {
        channels: {
          train: {
            uri: 's3://{bucket}/t/',
            contentType: 'text/csv',
            distribution: 'ShardedByS3Key',
            inputMode: 'Pipe',
            compression: 'gzip',
            recordWrapper: 'recordIO',
          },
          extra: { uri: 's3://elsewhere/{bucket}/' },
        },
      },
      {
        channels: {
          train: {
            uri: 's3://models/t/',
            contentType: 'text/csv',
            distribution: 'ShardedByS3Key',
            inputMode: 'Pipe',
            compression: 'gzip',
            recordWrapper: 'recordIO',
          },
          extra: { uri: 's3://elsewhere/{bucket}/', distribution: 'FullyReplicated', inputMode: 'File', compression: 'none', recordWrapper: 'none' },
        },
      },
    ],
  ])('asks for %s', (_, train, asked) => expect(requestOf({ ...least, ...train })).toMatchObject(asked));

  test('asks for groups of instances in place of one kind, and gives each its channels', () => {
    const instanceGroups = [
      { name: 'gpus', instanceType: 'ml.p4d.24xlarge', instanceCount: 2 },
      { name: 'loaders', instanceType: 'ml.c5.18xlarge', instanceCount: 1 },
    ];
    const channels = { train: { uri: 's3://{bucket}/t/', instanceGroups: ['loaders'] } };
    const { fleet, channels: asked } = requestOf({ instanceGroups, channels });
    expect(fleet).toEqual({ instanceGroups });
    expect(asked['train']?.instanceGroups).toEqual(['loaders']);
  });

  test.each([
    ['s3://{bucket}/checkpoints', 's3://models/checkpoints/churn-bbbbbbbbbbbb-1'],
    ['s3://elsewhere/c/', 's3://elsewhere/c/churn-bbbbbbbbbbbb-1'],
  ])('keeps checkpoints at %s under a prefix of the job’s own', (checkpoints, asked) => {
    expect(requestOf({ ...least, checkpoints }).checkpointsUri).toBe(asked);
    const next = requestOf({ ...least, checkpoints }, { id: 'churn-bbbbbbbbbbbb-2' }).checkpointsUri;
    expect(next).not.toBe(asked);
  });

  test('runs the script that was pushed, in an image of AWS’s', () => {
    const { imageUri, hyperparameters } = requestOf({ ...least, prebuilt, script }, tarball, {
      endpoint: 'churn',
      instanceType: 'ml.m5.large',
      prebuilt,
    });
    expect(imageUri).toBe('141502667606.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3');
    expect(hyperparameters).toMatchObject({
      sagemaker_program: '"train.py"',
      sagemaker_submit_directory: '"s3://ci/churn/sourcedir.tar.gz"',
      sagemaker_job_name: '"churn-bbbbbbbbbbbb-1"',
      sagemaker_region: '"eu-west-1"',
    });
  });

  test('runs the script the delivery names, whatever was pushed', () => {
    const { hyperparameters } = requestOf({ ...least, script: { ...script, source: 's3://{bucket}/src/sourcedir.tar.gz' } });
    expect(hyperparameters['sagemaker_submit_directory']).toBe('"s3://models/src/sourcedir.tar.gz"');
  });

  test.each<[string, object, Partial<Rollout>, RegExp]>([
    [
      'a pushed .zip',
      { ...least, script },
      { ...fromSource(), candidate: { ...fromSource().candidate, images: [imageOf('b')] } },
      /unpacks a \.tar\.gz, and the source is "s3:\/\/models\/sources\/churn-9b1c2d3\.zip"/,
    ],
    [
      'a commit of CodeCommit',
      { ...least, script },
      { candidate: { images: [imageOf('b')], source: { type: 'codecommit', location: 'churn', version: 'a'.repeat(40) } } },
      /was not asked for with a bundle in S3/,
    ],
    ['no script at all', { ...least, script }, {}, /There is no script to train with/],
    ['no image', least, { candidate: {} }, /There is no image for training: nothing was built or pushed, and train names neither image nor prebuilt/],
    [
      'a version AWS has not',
      { ...least, prebuilt: { framework: 'sklearn', version: '0.0-1' }, script: { ...script, source: 's3://b/s.tar.gz' } },
      {},
      /0\.0-1/,
    ],
  ])('refuses %s, in words', (_, train, over, text) => {
    const refusing = () => requestOf(train, over);
    expect(refusing).toThrow(Refused);
    expect(refusing).toThrow(text);
  });
});

describe('imageFor()', () => {
  test('serves with the image the delivery names, else with the candidate’s own', () => {
    const named = delivery({
      triggers: [{ type: 'model-approved', packageGroup: 'churn' }],
      serve: { endpoint: 'churn', instanceType: 'ml.m5.large', image: imageOf('f') },
    });
    expect(imageFor(rollout(), named, 'inference', settings)).toBe(imageOf('f'));
    expect(imageFor(rollout(), delivery(), 'inference', settings)).toBe(imageOf('b'));
  });
});

describe('runsOfOwnImage()', () => {
  const serve = { endpoint: 'churn', instanceType: 'ml.c7g.large' };
  test.each<[string, object, object]>([
    ['serves alone', { serve }, { commands: ['serve'], instanceType: 'ml.c7g.large' }],
    ['trains and serves', { serve, train: least }, { commands: ['train', 'serve'], instanceType: 'ml.c7g.large' }],
    ['trains alone', { serve: { ...serve, image: imageOf('f') }, train: least }, { commands: ['train'], instanceType: 'ml.m5.large' }],
    [
      'trains alone, on groups',
      {
        serve: { ...serve, image: imageOf('f') },
        train: { channels: {}, instanceGroups: [{ name: 'g', instanceType: 'ml.p4d.24xlarge', instanceCount: 1 }] },
      },
      { commands: ['train'], instanceType: 'ml.p4d.24xlarge' },
    ],
    ['serves, where another trains', { serve, train: { ...least, image: imageOf('e') } }, { commands: ['serve'], instanceType: 'ml.c7g.large' }],
  ])('%s', (_, sections, runs) => expect(runsOfOwnImage(delivery(sections))).toEqual(runs));
});
