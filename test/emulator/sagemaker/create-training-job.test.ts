import { gunzipSync } from 'node:zlib';
import type { DescribeTrainingJobCommandOutput } from '@aws-sdk/client-sagemaker';
import { parseTar } from 'nanotar';
import { describe, expect, test } from 'vitest';
import { minutes, refusal, roleArn, seconds, some, trainingJob, virtualWorld, type World } from './fixture.ts';

const arn = 'arn:aws:sagemaker:eu-west-1:000000000000:training-job/churn-1';
const describeJob = (w: World) => w.call<DescribeTrainingJobCommandOutput>('DescribeTrainingJob', { TrainingJobName: 'churn-1' });

describe('CreateTrainingJob', () => {
  test('walks Starting, Downloading, Training, Uploading, Completed and leaves a model archive', async () => {
    const w = virtualWorld();
    const image = w.image('churn', { 'local.behaviour.trainSeconds': '300', 'local.behaviour.metrics': '{"validation:accuracy":0.93}' });
    w.objects.set('data/train/a.csv', new TextEncoder().encode('1,2'));
    const InputDataConfig = [
      { ChannelName: 'train', ContentType: 'text/csv', DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: 's3://data/train/' } } },
    ];
    const given = trainingJob('churn-1', image, {
      HyperParameters: { epochs: '3' },
      InputDataConfig: InputDataConfig as never, // The literal's S3DataType widens to text.
      AlgorithmSpecification: {
        TrainingImage: image,
        TrainingInputMode: 'File',
        MetricDefinitions: [{ Name: 'validation:accuracy', Regex: 'accuracy=([0-9.]+)' }],
      },
    });

    expect(await w.call('CreateTrainingJob', given)).toEqual({ TrainingJobArn: arn });
    expect(await describeJob(w)).toMatchObject({ TrainingJobStatus: 'InProgress', SecondaryStatus: 'Starting' });
    await w.kernel.clock.advance(minutes(15));

    const done = await describeJob(w);
    expect(done).toMatchObject({
      TrainingJobStatus: 'Completed',
      SecondaryStatus: 'Completed',
      HyperParameters: { epochs: '3' },
      ModelArtifacts: { S3ModelArtifacts: 's3://artifacts/models/churn-1/output/model.tar.gz' },
      FinalMetricDataList: [{ MetricName: 'validation:accuracy', Value: 0.93 }],
    });
    expect(done.SecondaryStatusTransitions?.map((transition) => [transition.Status, transition.StatusMessage])).toEqual([
      ['Starting', 'Starting the training job'],
      ['Downloading', 'Downloading the training image'],
      ['Training', 'Training image download completed. Training in progress.'],
      ['Uploading', 'Uploading generated training model'],
      ['Completed', 'Training job completed'],
    ]);
    const archive = w.objects.get('artifacts/models/churn-1/output/model.tar.gz');
    expect(parseTar(new Uint8Array(gunzipSync(archive ?? new Uint8Array()))).map((entry) => entry.name)).toEqual(['model.json']);
    const metrics = w.kernel.calls.filter((call) => call.operation === 'PutMetricData');
    expect(metrics.map((call) => call.input)).toEqual([
      {
        Namespace: '/aws/sagemaker/TrainingJobs',
        MetricData: [
          {
            MetricName: 'validation:accuracy',
            Dimensions: [{ Name: 'TrainingJobName', Value: 'churn-1' }],
            Timestamp: some(Date),
            Value: 0.93,
            Unit: 'None',
          },
        ],
      },
    ]);
    expect(w.kernel.crashes).toEqual([]);
  });

  test('tells EventBridge each step in camel case', async () => {
    const w = virtualWorld();
    const image = w.image('churn', { 'local.behaviour.trainSeconds': '60' });
    await w.call('CreateTrainingJob', trainingJob('churn-1', image));
    const createdAtMs = w.kernel.clock.now();
    await w.kernel.clock.advance(minutes(10));

    const details = w.kernel.events.map((event) => event.detail);
    expect(details.map((detail) => `${String(detail['TrainingJobStatus'])}/${String(detail['SecondaryStatus'])}`)).toEqual([
      'InProgress/Starting',
      'InProgress/Downloading',
      'InProgress/Training',
      'InProgress/Uploading',
      'Completed/Completed',
    ]);
    expect(w.kernel.events.at(-1)).toMatchObject({ source: 'aws.sagemaker', detailType: 'SageMaker Training Job State Change', resources: [arn] });
    expect(details.at(-1)).toMatchObject({
      TrainingJobName: 'churn-1',
      TrainingJobArn: arn,
      AlgorithmSpecification: { TrainingImage: image, TrainingInputMode: 'File' },
      RoleArn: roleArn,
      OutputDataConfig: { S3OutputPath: 's3://artifacts/models' },
      CreationTime: createdAtMs,
      TrainingStartTime: some(Number),
      TrainingEndTime: some(Number),
      ModelArtifacts: { S3ModelArtifacts: 's3://artifacts/models/churn-1/output/model.tar.gz' },
      Tags: {},
    });
  });

  test('fails with the text the container left, and its exit code', async () => {
    const w = virtualWorld();
    const image = w.image('churn', { 'local.behaviour': '{"trainExitCode":3,"failureText":"no rows in train.csv","trainSeconds":30}' });
    await w.call('CreateTrainingJob', trainingJob('churn-1', image));
    await w.kernel.clock.advance(minutes(10));

    const failed = await describeJob(w);
    expect(failed).toMatchObject({
      TrainingJobStatus: 'Failed',
      SecondaryStatus: 'Failed',
      FailureReason: 'AlgorithmError: no rows in train.csv, exit code: 3',
    });
    expect(failed.ModelArtifacts).toBeUndefined();
    expect([...w.objects.keys()]).toEqual([]);
  });

  test('fails when the bucket for its model is not there', async () => {
    const w = virtualWorld();
    const OutputDataConfig = { S3OutputPath: 's3://no-such-bucket/models' };
    await w.call('CreateTrainingJob', trainingJob('churn-1', w.image('churn'), { OutputDataConfig }));
    await w.kernel.clock.advance(minutes(15));

    expect(await describeJob(w)).toMatchObject({
      TrainingJobStatus: 'Failed',
      FailureReason: 'ClientError: Artifact upload failed: The specified bucket does not exist',
    });
  });

  test('StopTrainingJob ends a running job in Stopped, and a finished one not at all', async () => {
    const w = virtualWorld();
    await w.call('CreateTrainingJob', trainingJob('churn-1', w.image('churn', { 'local.behaviour.trainSeconds': '3000' })));
    await w.kernel.clock.advance(minutes(5));

    expect(await w.call('StopTrainingJob', { TrainingJobName: 'churn-1' })).toEqual({});
    expect(await describeJob(w)).toMatchObject({ TrainingJobStatus: 'Stopping', SecondaryStatus: 'Stopping' });
    await w.kernel.clock.advance(minutes(1));
    expect(await describeJob(w)).toMatchObject({ TrainingJobStatus: 'Stopped', SecondaryStatus: 'Stopped' });
    expect(await refusal(w.call('StopTrainingJob', { TrainingJobName: 'churn-1' }))).toBe(
      'ValidationException: The request was rejected because the training job is in status Stopped.',
    );
    expect(await refusal(w.call('StopTrainingJob', { TrainingJobName: 'other' }))).toBe('ResourceNotFound: Requested resource not found.');
  });

  test('stops a job that has not begun to train', async () => {
    const w = virtualWorld();
    await w.call('CreateTrainingJob', trainingJob('churn-1', w.image('churn')));
    await w.call('StopTrainingJob', { TrainingJobName: 'churn-1' });
    await w.kernel.clock.advance(seconds(1));

    expect((await describeJob(w)).TrainingJobStatus).toBe('Stopped');
  });

  test('ends a job that runs longer than it may', async () => {
    const w = virtualWorld();
    const image = w.image('churn', { 'local.behaviour.trainSeconds': '3000' });
    await w.call('CreateTrainingJob', trainingJob('churn-1', image, { StoppingCondition: { MaxRuntimeInSeconds: 600 } }));
    await w.kernel.clock.advance(minutes(20));

    expect(await describeJob(w)).toMatchObject({ TrainingJobStatus: 'Stopped', SecondaryStatus: 'MaxRuntimeExceeded' });
  });

  test('refuses what it cannot do, and what AWS refuses', async () => {
    const w = virtualWorld();
    const image = w.image('churn');
    const channel = (more: object, uri = 's3://data/train/') => ({
      InputDataConfig: [{ ChannelName: 'train', DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: uri } }, ...more }] as never, // Half-made on purpose.
    });
    const ask = (more: Parameters<typeof trainingJob>[2], uri = image) => refusal(w.call('CreateTrainingJob', trainingJob('churn-1', uri, more)));

    expect(await ask(channel({ InputMode: 'Pipe' }))).toContain('NotEmulated: The embedded AWS does not emulate training input mode Pipe');
    expect(await ask(channel({}))).toContain('ValidationException: No S3 objects found under S3 URL "s3://data/train/" given in input data source.');
    expect(await ask({ ServerlessJobConfig: {} as never })).toContain('NotEmulated: The embedded AWS does not emulate serverless training jobs');
    expect(await ask({ HyperParameters: { epochs: 3 as never } })).toContain('Member must be a string');
    expect(await ask({}, '000000000000.dkr.ecr.eu-west-1.amazonaws.com/nope:1')).toContain('Cannot find the requested image');
    expect(await ask({})).toBe('accepted');
    expect(await ask({})).toBe(
      `ResourceInUse: Training job names must be unique within an AWS account and region, and a training job with this name already exists (${arn})`,
    );
  });
});
