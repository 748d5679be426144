import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { beforeEach, describe, expect, test } from 'vitest';
import { sageMakerModels } from '../../src/aws/models.ts';
import { sageMakerTraining } from '../../src/aws/training.ts';
import { refuse, scriptedAws } from './client.ts';

let aws: ReturnType<typeof scriptedAws>;
beforeEach(() => {
  aws = scriptedAws();
});
const client = () => new SageMakerClient(aws.options);
const channel = { distribution: 'FullyReplicated', inputMode: 'File', compression: 'none', recordWrapper: 'none' } as const;
const job = {
  jobName: 'churn-bbbbbbbbbbbb-1',
  imageUri: 'churn@sha256:bb',
  executionRoleArn: 'arn:aws:iam::111122223333:role/model',
  hyperparameters: { epochs: '200' },
  channels: { train: { ...channel, uri: 's3://models/train/', contentType: 'text/csv' }, extra: { ...channel, uri: 's3://models/extra/' } },
  environment: { LEVEL: 'debug' },
  outputUri: 's3://models/training/churn',
  fleet: { instanceType: 'ml.m5.large', instanceCount: 1 },
  volumeGb: 30,
  maxRuntimeSeconds: 3600,
  retries: 0,
  networkIsolation: false,
  encryption: { traffic: false },
  metrics: [{ name: 'validation:accuracy', regex: 'accuracy=([0-9.]+)' }],
  tags: { 'sluice:delivery': 'churn' },
};

describe('a training job', () => {
  test('is asked for with what the delivery says', async () => {
    aws.serve('sagemaker', { CreateTrainingJob: () => ({ TrainingJobArn: 'arn:aws:sagemaker:eu-west-1:111122223333:training-job/churn' }) });
    await sageMakerTraining(client()).start(job);
    expect(aws.asked('CreateTrainingJob')).toMatchObject([
      {
        TrainingJobName: 'churn-bbbbbbbbbbbb-1',
        AlgorithmSpecification: {
          TrainingImage: 'churn@sha256:bb',
          TrainingInputMode: 'File',
          MetricDefinitions: [{ Name: 'validation:accuracy', Regex: 'accuracy=([0-9.]+)' }],
        },
        HyperParameters: { epochs: '200' },
        InputDataConfig: [
          { ChannelName: 'train', ContentType: 'text/csv', DataSource: { S3DataSource: { S3Uri: 's3://models/train/', S3DataType: 'S3Prefix' } } },
          { ChannelName: 'extra', DataSource: { S3DataSource: { S3Uri: 's3://models/extra/' } } },
        ],
        StoppingCondition: { MaxRuntimeInSeconds: 3600 },
        Environment: { LEVEL: 'debug' },
        Tags: [{ Key: 'sluice:delivery', Value: 'churn' }],
      },
    ]);
  });

  test('has the figures that are numbers: a loss that ran away is none', async () => {
    aws.serve('sagemaker', {
      DescribeTrainingJob: () => ({
        TrainingJobName: job.jobName,
        TrainingJobStatus: 'Completed',
        FinalMetricDataList: [
          { MetricName: 'auc', Value: 0.5 },
          { MetricName: 'loss', Value: Number.NaN },
          { MetricName: 'ratio', Value: Number.POSITIVE_INFINITY },
        ],
      }),
    });
    expect((await sageMakerTraining(client()).describe(job.jobName))?.metrics).toEqual({ auc: 0.5 });
  });

  const asked = async (over: object) => {
    aws.serve('sagemaker', { CreateTrainingJob: () => ({ TrainingJobArn: 'arn:aws:sagemaker:eu-west-1:111122223333:training-job/churn' }) });
    await sageMakerTraining(client()).start({ ...job, ...over });
    return aws.asked('CreateTrainingJob')[0];
  };

  test.each<[string, object, object]>([
    [
      'spare capacity',
      { maxWaitSeconds: 7200 },
      { EnableManagedSpotTraining: true, StoppingCondition: { MaxRuntimeInSeconds: 3600, MaxWaitTimeInSeconds: 7200 } },
    ],
    ['checkpoints', { checkpointsUri: 's3://models/c/job' }, { CheckpointConfig: { S3Uri: 's3://models/c/job' } }],
    ['retries', { retries: 3 }, { RetryStrategy: { MaximumRetryAttempts: 3 } }],
    [
      'a network',
      { vpc: { subnets: ['subnet-0a'], securityGroups: ['sg-0b'] } },
      { VpcConfig: { Subnets: ['subnet-0a'], SecurityGroupIds: ['sg-0b'] } },
    ],
    ['no network', { networkIsolation: true }, { EnableNetworkIsolation: true }],
    [
      'keys',
      { encryption: { traffic: true, volumeKey: 'alias/v', outputKey: 'alias/o' } },
      { EnableInterContainerTrafficEncryption: true, OutputDataConfig: { KmsKeyId: 'alias/o' }, ResourceConfig: { VolumeKmsKeyId: 'alias/v' } },
    ],
    [
      'groups',
      { fleet: { instanceGroups: [{ name: 'g', instanceType: 'ml.p4d.24xlarge', instanceCount: 2 }] } },
      { ResourceConfig: { InstanceGroups: [{ InstanceGroupName: 'g', InstanceType: 'ml.p4d.24xlarge', InstanceCount: 2 }], VolumeSizeInGB: 30 } },
    ],
    [
      'a channel in all it can be',
      {
        channels: {
          t: {
            ...channel,
            uri: 's3://b/t/',
            distribution: 'ShardedByS3Key',
            inputMode: 'Pipe',
            compression: 'gzip',
            recordWrapper: 'recordIO',
            instanceGroups: ['g'],
          },
        },
      },
      {
        InputDataConfig: [
          {
            ChannelName: 't',
            InputMode: 'Pipe',
            CompressionType: 'Gzip',
            RecordWrapperType: 'RecordIO',
            DataSource: { S3DataSource: { S3DataDistributionType: 'ShardedByS3Key', InstanceGroupNames: ['g'] } },
          },
        ],
      },
    ],
  ])('asks for %s', async (_, over, sent) => expect(await asked(over)).toMatchObject(sent));

  test('says nothing of what was not asked for: AWS’s own defaults stand', async () => {
    const sent = await asked({ channels: {} });
    for (const member of [
      'InputDataConfig', // An empty list is refused.
      'EnableManagedSpotTraining',
      'CheckpointConfig',
      'RetryStrategy',
      'VpcConfig',
      'EnableNetworkIsolation',
      'EnableInterContainerTrafficEncryption',
    ])
      expect(sent).not.toHaveProperty(member);
  });

  test('that ended meanwhile may be stopped; one SageMaker is too busy to stop is asked again', async () => {
    aws.serve('sagemaker', {
      StopTrainingJob: refuse('ValidationException', 'The request was rejected because the training job is in status Completed.'),
    });
    await expect(sageMakerTraining(client()).stop('churn')).resolves.toBeUndefined();
    aws = scriptedAws();
    aws.serve('sagemaker', { StopTrainingJob: refuse('ThrottlingException', 'Rate exceeded') });
    await expect(sageMakerTraining(client()).stop('churn')).rejects.toMatchObject({ name: 'Throttled' });
    // Nobody would know that it costs money on.
    aws = scriptedAws();
    aws.serve('sagemaker', { StopTrainingJob: refuse('AccessDeniedException', 'not authorized to perform: sagemaker:StopTrainingJob') });
    await expect(sageMakerTraining(client()).stop('churn')).rejects.toMatchObject({ name: 'Refused' });
  });

  test('that is there already is ours', async () => {
    aws.serve('sagemaker', { CreateTrainingJob: refuse('ResourceInUse', 'Training job names must be unique within an AWS account and region') });
    await expect(sageMakerTraining(client()).start(job)).resolves.toBeUndefined();
  });

  test('tells how it stands, with its artifact and its metrics', async () => {
    aws.serve('sagemaker', {
      DescribeTrainingJob: () => ({
        TrainingJobName: 'churn',
        TrainingJobArn: 'arn:aws:sagemaker:eu-west-1:111122223333:training-job/churn',
        TrainingJobStatus: 'Completed',
        SecondaryStatus: 'Completed',
        ModelArtifacts: { S3ModelArtifacts: 's3://models/training/churn/model.tar.gz' },
        AlgorithmSpecification: { TrainingInputMode: 'File' },
        ResourceConfig: { VolumeSizeInGB: 30 },
        StoppingCondition: {},
        CreationTime: new Date(0),
        FinalMetricDataList: [{ MetricName: 'validation:accuracy', Value: 0.97 }],
      }),
    });
    expect(await sageMakerTraining(client()).describe('churn')).toEqual({
      jobName: 'churn',
      status: 'Completed',
      secondaryStatus: 'Completed',
      modelArtifacts: 's3://models/training/churn/model.tar.gz',
      metrics: { 'validation:accuracy': expect.closeTo(0.97, 6) as number },
    });
  });

  test.each(['ValidationException', 'ResourceNotFound'])('that does not exist is nothing: SageMaker says so as %s', async (code) => {
    aws.serve('sagemaker', { DescribeTrainingJob: refuse(code, 'Requested resource not found.') });
    expect(await sageMakerTraining(client()).describe('churn')).toBeUndefined();
  });
});

describe('a model', () => {
  const model = {
    modelName: 'm',
    containers: [{ imageUri: 'churn@sha256:bb', modelDataUrl: 's3://models/model.tar.gz', environment: {} }],
    networkIsolation: false,
    executionRoleArn: 'arn:aws:iam::111122223333:role/model',
    tags: {},
  };
  test('is made of image and artifact, once', async () => {
    aws.serve('sagemaker', { CreateModel: refuse('ValidationException', 'Cannot create already existing model "arn".') });
    await sageMakerModels(client()).create(model);
    expect(aws.asked('CreateModel')).toMatchObject([{ PrimaryContainer: { Image: 'churn@sha256:bb', ModelDataUrl: 's3://models/model.tar.gz' } }]);
  });
  test('names its image: of the first container where it has several', async () => {
    const at = { ModelName: 'm', ModelArn: 'arn:aws:sagemaker:eu-west-1:111122223333:model/m', CreationTime: new Date(0) };
    aws.serve('sagemaker', { DescribeModel: () => ({ ...at, Containers: [{ Image: 'first' }, { Image: 'second' }] }) });
    expect(await sageMakerModels(client()).imageOf('m')).toBe('first');
  });
  test('that is gone has no image and need not be deleted', async () => {
    const gone = refuse('ValidationException', 'Could not find model "arn".');
    aws.serve('sagemaker', { DescribeModel: gone, DeleteModel: gone });
    expect(await sageMakerModels(client()).imageOf('m')).toBeUndefined();
    await expect(sageMakerModels(client()).delete('m')).resolves.toBeUndefined();
  });
});
