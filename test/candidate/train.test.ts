import { describe, expect, test } from 'vitest';
import { createModel } from '../../src/candidate/create-model.ts';
import { train } from '../../src/candidate/train.ts';
import { refuse } from '../aws/client.ts';
import { rejection } from '../emulator/front-fixture.ts';
import { imageOf, noonMs, rollout } from '../rollout/fixture.ts';
import { story } from '../rollout/world.ts';

const id = rollout().id;
const training = {
  train: {
    instanceType: 'ml.m5.large',
    maxRuntime: '2h',
    channels: { train: { uri: 's3://{bucket}/churn/', contentType: 'text/csv' }, extra: { uri: 's3://elsewhere/x/' } },
    hyperparameters: { epochs: 200, shuffle: true, name: 'x' },
    metrics: [{ name: 'validation:accuracy', regex: 'a=([0-9.]+)' }],
  },
};
type Job =
  | { TrainingJobStatus: string; SecondaryStatus?: string; FailureReason?: string; ModelArtifacts?: object; FinalMetricDataList?: object[] }
  | undefined;

async function candidate(source: Parameters<typeof story>[0] = training) {
  const sageMaker: { job: Job } = { job: undefined };
  const s = await story(source, {
    CreateTrainingJob() {
      sageMaker.job = { TrainingJobStatus: 'InProgress', SecondaryStatus: 'Starting' };
      return { TrainingJobArn: 'arn:aws:sagemaker:eu-west-1:111122223333:training-job/churn' };
    },
    DescribeTrainingJob() {
      if (!sageMaker.job) return refuse('ValidationException', 'Requested resource not found.')();
      return {
        TrainingJobName: id,
        TrainingJobArn: 'arn:aws:sagemaker:eu-west-1:111122223333:training-job/churn',
        SecondaryStatus: 'Training',
        AlgorithmSpecification: { TrainingInputMode: 'File' },
        ResourceConfig: { VolumeSizeInGB: 30 },
        StoppingCondition: {},
        CreationTime: new Date(noonMs),
        ...sageMaker.job,
      };
    },
    CreateModel: () => ({ ModelArn: 'arn:aws:sagemaker:eu-west-1:111122223333:model/churn' }),
  });
  await s.begin();
  const asked = (operation: string) => s.w.aws.seen.filter((call) => call.operation === operation).map(({ input }) => input);
  return { s, sageMaker, asked };
}

describe('train()', () => {
  test('asks for one job under the rollout’s name, with the image by digest', async () => {
    const { s, asked } = await candidate();
    expect([(await train(id, s.ports)).answer, (await train(id, s.ports)).answer]).toEqual(['training', 'training']);
    expect(asked('CreateTrainingJob')).toMatchObject([
      {
        TrainingJobName: id,
        AlgorithmSpecification: { TrainingImage: imageOf('b') },
        // SageMaker takes strings only.
        HyperParameters: { epochs: '200', shuffle: 'true', name: 'x' },
        InputDataConfig: [
          { ChannelName: 'train', DataSource: { S3DataSource: { S3Uri: 's3://models/churn/' } } },
          { ChannelName: 'extra', DataSource: { S3DataSource: { S3Uri: 's3://elsewhere/x/' } } },
        ],
        OutputDataConfig: { S3OutputPath: 's3://models/training/churn' },
        StoppingCondition: { MaxRuntimeInSeconds: 7200 },
        ResourceConfig: { InstanceCount: 1, VolumeSizeInGB: 30 },
        RoleArn: 'arn:aws:iam::111122223333:role/model',
      },
    ]);
    expect(await s.now()).toMatchObject({ phase: 'Training', candidate: { trainingJobName: id } });
  });

  test('listens for the job’s events before the job is there', async () => {
    const { s } = await candidate();
    const heard: string[][] = [];
    await train(id, {
      ...s.ports,
      training: {
        ...s.ports.training,
        start: async ({ jobName }) => void heard.push([...(await s.w.rollouts.watchersOf(`training-job/${jobName}`))]),
      },
    });
    expect(heard).toEqual([[id]]);
  });

  test('writes down what it listens for before it does: whoever ends the rollout takes it back', async () => {
    const { s } = await candidate();
    const dying = { ...s.ports, rollouts: { ...s.ports.rollouts, watch: () => Promise.reject(new Error('the function died here')) } };
    await rejection(train(id, dying));
    expect((await s.now()).watching).toEqual([`training-job/${id}`]);
    await train(id, s.ports);
    expect(await s.w.rollouts.watchersOf(`training-job/${id}`)).toEqual([id]);
  });

  test('asks again where it died before SageMaker was asked', async () => {
    const { s, asked } = await candidate();
    await train(id, { ...s.ports, training: { ...s.ports.training, start: () => Promise.resolve() } });
    expect(asked('CreateTrainingJob')).toEqual([]);
    await train(id, s.ports);
    expect(asked('CreateTrainingJob')).toHaveLength(1);
  });

  test('keeps artifact and metrics of a job that completed', async () => {
    const { s, sageMaker } = await candidate();
    await train(id, s.ports);
    sageMaker.job = {
      TrainingJobStatus: 'Completed',
      ModelArtifacts: { S3ModelArtifacts: 's3://models/training/churn/model.tar.gz' },
      FinalMetricDataList: [{ MetricName: 'validation:accuracy', Value: 0.5 }],
    };
    expect([(await train(id, s.ports)).answer, (await train(id, s.ports)).answer]).toEqual(['completed', 'completed']);
    expect((await s.now()).candidate).toEqual({
      images: [imageOf('b')],
      trainingJobName: id,
      modelDataUrl: 's3://models/training/churn/model.tar.gz',
      metrics: { 'validation:accuracy': 0.5 },
    });
    expect((await s.kinds()).filter((kind) => kind === 'trained')).toHaveLength(1);
  });

  test.each([
    ['Failed', 'training-failed', 'AlgorithmError: no rows in train.csv'],
    ['Stopped', 'training-stopped', undefined],
  ])('fails with the container’s own words when the job is %s', async (TrainingJobStatus, reason, FailureReason) => {
    const { s, sageMaker } = await candidate();
    await train(id, s.ports);
    sageMaker.job = { TrainingJobStatus, ...(FailureReason !== undefined && { FailureReason }) };
    expect((await train(id, s.ports)).answer).toBe('failed');
    expect((await s.now()).ending).toEqual({
      outcome: 'Failed',
      reason,
      text: FailureReason ?? `training job ${id} is Stopped`,
      page: false,
    });
  });

  test('skips where the delivery trains nothing', async () => {
    const { s, asked } = await candidate({});
    expect((await train(id, s.ports)).answer).toBe('skipped');
    expect(asked('CreateTrainingJob')).toEqual([]);
  });
});

describe('createModel()', () => {
  test('makes one model of the image by digest, the artifact and the environment, tagged as ours', async () => {
    const { s, asked } = await candidate({ serve: { endpoint: 'churn', instanceType: 'ml.m5.large', environment: { LEVEL: 'debug' } } });
    const found = await s.now();
    await s.w.rollouts.save({ ...found, candidate: { images: [imageOf('b')], modelDataUrl: 's3://models/model.tar.gz' } }, [], noonMs);
    expect(await createModel(id, s.ports)).toEqual({ modelName: id });
    await createModel(id, s.ports);
    expect(asked('CreateModel')[0]).toEqual({
      ModelName: id,
      ExecutionRoleArn: 'arn:aws:iam::111122223333:role/model',
      PrimaryContainer: { Image: imageOf('b'), ModelDataUrl: 's3://models/model.tar.gz', Environment: { LEVEL: 'debug' } },
      Tags: [
        { Key: 'sluice:delivery', Value: 'churn' },
        { Key: 'sluice:rollout', Value: id },
      ],
    });
    // What it made is written down before it is made, so that a clean-up finds it; and once.
    expect((await s.now()).made.models).toEqual([id]);
    expect((await s.kinds()).filter((kind) => kind === 'model-created')).toHaveLength(1);
  });

  test('names no artifact where the image holds the model', async () => {
    const { s, asked } = await candidate({});
    await createModel(id, s.ports);
    expect(asked('CreateModel')[0]).not.toHaveProperty('PrimaryContainer.ModelDataUrl');
  });
});
