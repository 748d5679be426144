import { describe, expect, test } from 'vitest';
import { createModel } from '../../src/candidate/create-model.ts';
import { train } from '../../src/candidate/train.ts';
import { wait } from '../../src/rollout/wait.ts';
import { keys } from '../../src/rollout/keys.ts';
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
  | {
      TrainingJobStatus: string;
      SecondaryStatus?: string;
      SecondaryStatusTransitions?: object[];
      FailureReason?: string;
      ModelArtifacts?: object;
      FinalMetricDataList?: object[];
    }
  | undefined;

async function candidate(source: Parameters<typeof story>[0] = training, operations: Parameters<typeof story>[1] = {}) {
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
    ...operations,
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

  test('fails where the job completed and left no model: the image would serve what it was built with', async () => {
    const { s, sageMaker } = await candidate();
    await train(id, s.ports);
    sageMaker.job = { TrainingJobStatus: 'Completed' };
    expect((await train(id, s.ports)).answer).toBe('failed');
    expect((await s.now()).ending).toMatchObject({ reason: 'training-failed', text: `training job ${id} completed and left no model` });
  });

  test('sleeps while a job is on its way out', async () => {
    const { s, sageMaker } = await candidate();
    await train(id, s.ports);
    for (const TrainingJobStatus of ['InProgress', 'Stopping', 'Deleting']) {
      sageMaker.job = { TrainingJobStatus };
      expect((await train(id, s.ports)).answer).toBe('training');
      await wait(id, 'training', `token-${TrainingJobStatus}`, s.ports);
    }
    expect(s.changes().filter(([operation]) => operation === 'SendTaskSuccess')).toEqual([]);
  });

  test('tells a time that was over from a person’s stop', async () => {
    const { s, sageMaker } = await candidate();
    await train(id, s.ports);
    sageMaker.job = { TrainingJobStatus: 'Stopped', SecondaryStatus: 'MaxRuntimeExceeded' };
    await train(id, s.ports);
    expect((await s.now()).ending?.text).toBe(`training job ${id} is Stopped: MaxRuntimeExceeded`);
  });

  test('tells how far the job is, in the record where that changed alone', async () => {
    const { s, sageMaker } = await candidate();
    await train(id, s.ports);
    const at = (SecondaryStatus: string, StatusMessage: string) =>
      (sageMaker.job = {
        TrainingJobStatus: 'InProgress',
        SecondaryStatus,
        SecondaryStatusTransitions: [{ Status: SecondaryStatus, StartTime: new Date(0), StatusMessage }],
      });
    at('Downloading', 'Downloading input data');
    expect((await train(id, s.ports)).answer).toBe('training');
    expect((await s.now()).candidate.progress).toBe('Downloading: Downloading input data');
    const { version } = await s.now();
    await train(id, s.ports);
    expect((await s.now()).version).toBe(version);
  });

  test.each([
    ['ResourceLimitExceeded', "The account-level service limit 'ml.m5.large for training job usage' is 0 Instances"],
    ['ValidationException', 'No S3 objects found under S3 URL "s3://models/churn/"'],
  ])('ends with AWS’s own words where SageMaker refuses the job: %s', async (code, message) => {
    const { s } = await candidate(training, { CreateTrainingJob: refuse(code, message) });
    expect((await train(id, s.ports)).answer).toBe('failed');
    expect((await s.now()).ending).toEqual({
      outcome: 'Failed',
      reason: 'training-failed',
      text: `Cannot start training job "${id}": ${code}: ${message}`,
      page: false,
    });
  });

  test('ends with the reason where the delivery asks for what can’t be', async () => {
    const { s, asked } = await candidate({
      triggers: [{ type: 'model-approved', packageGroup: 'churn' }],
      train: { ...training.train, script: { entryPoint: 't.py' } },
    });
    expect((await train(id, s.ports)).answer).toBe('failed');
    expect((await s.now()).ending?.text).toContain('There is no script to train with');
    expect(asked('CreateTrainingJob')).toEqual([]);
  });

  test('aborted while the job runs: it is stopped, once', async () => {
    const stopped: unknown[] = [];
    const { s, sageMaker } = await candidate(training, {
      StopTrainingJob(input) {
        stopped.push(input);
        sageMaker.job = { TrainingJobStatus: 'Stopping', SecondaryStatus: 'Stopping' };
        return {};
      },
    });
    await train(id, s.ports);
    await s.w.rollouts.post(id, { id: 'a', key: keys.acts(id), atMs: noonMs, text: 'abort', act: { kind: 'abort', by: 'ana' } });
    expect([(await train(id, s.ports)).answer, (await train(id, s.ports)).answer]).toEqual(['failed', 'failed']);
    expect(stopped).toEqual([{ TrainingJobName: id }]);
    expect((await s.now()).ending).toMatchObject({ outcome: 'Rejected', reason: 'aborted' });
  });

  describe('its figures', () => {
    const accepting = { train: { ...training.train, accept: [{ metric: 'validation:accuracy', min: 0.8, champion: { margin: 0.02 } }] } };
    /** The job completed with this figure; what serves had that one. */
    async function judged(figure: number | undefined, champion?: number) {
      const { s, sageMaker } = await candidate(accepting);
      if (champion !== undefined) {
        const metrics = { 'validation:accuracy': champion };
        await s.w.rollouts.save(rollout({ id: 'churn-aaaaaaaaaaaa-1', candidate: { images: [imageOf('a')], metrics } }), [], noonMs);
        const head = s.w.deliveries.head.bind(s.w.deliveries);
        const deliveries = {
          ...s.ports.deliveries,
          head: async (name: string) => ({ ...(await head(name)), liveRolloutId: 'churn-aaaaaaaaaaaa-1' }) as never,
        };
        Object.assign(s.ports, { deliveries });
      }
      await train(id, s.ports);
      sageMaker.job = {
        TrainingJobStatus: 'Completed',
        ModelArtifacts: { S3ModelArtifacts: 's3://models/m.tar.gz' },
        ...(figure !== undefined && { FinalMetricDataList: [{ MetricName: 'validation:accuracy', Value: figure }] }),
      };
      const answers = [(await train(id, s.ports)).answer, (await train(id, s.ports)).answer];
      return { answers, now: await s.now(), judgements: (await s.w.rollouts.ledger(id)).filter(({ kind }) => kind === 'metrics-judged') };
    }

    test.each<[string, number | undefined, number | undefined]>([
      ['are good enough', 0.85, undefined],
      ['are as much better than what serves had as was wanted', 0.9, 0.88],
    ])('that %s go on, judged once', async (_, figure, champion) => {
      const { answers, now, judgements } = await judged(figure, champion);
      expect([answers, now.ending, now.candidate.metricsAccepted]).toEqual([['completed', 'completed'], undefined, true]);
      expect(judgements).toHaveLength(1);
    });

    test.each<[string, number | undefined, number | undefined, RegExp]>([
      ['are below the least', 0.7, undefined, /^validation:accuracy is 0\.7, wanted at least 0\.8$/],
      ['are no better than what serves had', 0.9, 0.89, /what serves has 0\.89, higher is better, wanted better by 0\.02$/],
      ['were not reported', undefined, undefined, /^validation:accuracy was not reported/],
      ['are no number', Number.NaN, undefined, /^validation:accuracy was not reported/],
    ])('that %s end the rollout before anything is registered or served', async (_, figure, champion, text) => {
      const { answers, now, judgements } = await judged(figure, champion);
      expect(answers).toEqual(['failed', 'failed']);
      expect(now.ending).toEqual({ outcome: 'Rejected', reason: 'metrics-not-accepted', text: expect.stringMatching(text) as string, page: false });
      expect(judgements.map(({ text: said }) => said)).toEqual([now.ending?.text]);
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
