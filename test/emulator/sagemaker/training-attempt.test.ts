import type { CreateTrainingJobCommandInput, DescribeTrainingJobCommandOutput } from '@aws-sdk/client-sagemaker';
import { describe, expect, test } from 'vitest';
import { createFaults } from '../../../src/emulator/faults.ts';
import { seededRandom } from '../../../src/emulator/random.ts';
import type { SageMakerOptions } from '../../../src/emulator/sagemaker/service.ts';
import { silentTrace } from '../../../src/emulator/trace.ts';
import { minutes, seconds, trainingJob, virtualWorld, type World } from './fixture.ts';

type Training = NonNullable<NonNullable<SageMakerOptions['faults']>['training']>;

const describeJob = (w: World) => w.call<DescribeTrainingJobCommandOutput>('DescribeTrainingJob', { TrainingJobName: 'churn' });
const steps = (job: DescribeTrainingJobCommandOutput) => (job.SecondaryStatusTransitions ?? []).map((step) => String(step.Status));
const checkpoint = (w: World) =>
  JSON.parse(new TextDecoder().decode(w.objects.get('artifacts/checkpoints/algo-1.json'))) as { trainedSeconds: number };

/** A spot job of 1000 s of training, to be done within four hours. */
async function spotJob(training: Training, more: Partial<CreateTrainingJobCommandInput> = {}): Promise<World> {
  const w = virtualWorld({ faults: { training } });
  const image = w.image('churn', { 'local.behaviour.trainSeconds': '1000' });
  await w.call(
    'CreateTrainingJob',
    trainingJob('churn', image, {
      EnableManagedSpotTraining: true,
      StoppingCondition: { MaxRuntimeInSeconds: 3600, MaxWaitTimeInSeconds: 14_400 },
      ...more,
    }),
  );
  return w;
}
const interruptedAt =
  (...afterSeconds: readonly number[]): Training =>
  (_job, attempt) => {
    const after = afterSeconds[attempt - 1];
    return after === undefined ? undefined : { kind: 'interrupted', afterSeconds: after };
  };
const CheckpointConfig = { S3Uri: 's3://artifacts/checkpoints' };

/** Seconds the job was in each of its `Training` steps. */
const trainingSeconds = (job: DescribeTrainingJobCommandOutput) =>
  (job.SecondaryStatusTransitions ?? [])
    .filter((step) => step.Status === 'Training')
    .map((step) => ((step.EndTime?.getTime() ?? 0) - (step.StartTime?.getTime() ?? 0)) / 1000);

describe('a spot job', () => {
  test('that is interrupted starts again where its checkpoint stands', async () => {
    const w = await spotJob(interruptedAt(400), { CheckpointConfig });
    await w.kernel.clock.advance(minutes(90));
    const job = await describeJob(w);

    expect(steps(job)).toEqual([
      'Starting',
      'Downloading',
      'Training',
      'Interrupted',
      'Restarting',
      'Downloading',
      'Training',
      'Uploading',
      'Completed',
    ]);
    expect(trainingSeconds(job)).toEqual([400, 600]);
    expect(checkpoint(w)).toEqual({ trainedSeconds: 1000 });
    expect(w.kernel.crashes).toEqual([]);
  });

  test('that keeps no checkpoint starts from nothing', async () => {
    const w = await spotJob(interruptedAt(400, 900));
    await w.kernel.clock.advance(minutes(120));

    expect(trainingSeconds(await describeJob(w))).toEqual([400, 900, 1000]);
  });

  test('costs less than it trained, and nothing while it has no instances', async () => {
    const w = await spotJob(interruptedAt(400), { CheckpointConfig });
    await w.kernel.clock.advance(minutes(90));
    const { TrainingTimeInSeconds: trained = 0, BillableTimeInSeconds: billed = 0 } = await describeJob(w);

    // 1000 s of training and 5-20 s of upload, at 30-50 % of the price.
    expect(billed).toBeGreaterThanOrEqual(301);
    expect(billed).toBeLessThanOrEqual(510);
    expect(trained).toBeGreaterThan(1000 + 120);
  });

  test('trains no longer than MaxRuntimeInSeconds in all its attempts together', async () => {
    const w = await spotJob(interruptedAt(400), { StoppingCondition: { MaxRuntimeInSeconds: 900, MaxWaitTimeInSeconds: 14_400 } });
    await w.kernel.clock.advance(minutes(120));
    const job = await describeJob(w);

    expect(job).toMatchObject({ TrainingJobStatus: 'Stopped', SecondaryStatus: 'MaxRuntimeExceeded' });
    expect(trainingSeconds(job)).toEqual([400, 500]);
  });

  test('is over when MaxWaitTimeInSeconds has passed, wherever it stands', async () => {
    const StoppingCondition = { MaxRuntimeInSeconds: 1200, MaxWaitTimeInSeconds: 1200 };
    const training = await spotJob(interruptedAt(200), { StoppingCondition });
    // Interrupted again and again, it has no instances when its time is over.
    const waiting = await spotJob((_job, _attempt) => ({ kind: 'interrupted', afterSeconds: 1 }), { StoppingCondition });
    for (const w of [training, waiting]) {
      await w.kernel.clock.advance(seconds(1199));
      expect((await describeJob(w)).TrainingJobStatus).toBe('InProgress');
      await w.kernel.clock.advance(seconds(60));
      expect(await describeJob(w)).toMatchObject({ TrainingJobStatus: 'Stopped', SecondaryStatus: 'MaxWaitTimeExceeded' });
    }
  });

  test('can be stopped while it waits for instances', async () => {
    const w = await spotJob(interruptedAt(10));
    await w.kernel.clock.advance(seconds(200));
    expect((await describeJob(w)).SecondaryStatus).toBe('Interrupted');
    await w.call('StopTrainingJob', { TrainingJobName: 'churn' });
    await w.kernel.clock.advance(seconds(1));

    expect(await describeJob(w)).toMatchObject({ TrainingJobStatus: 'Stopped', SecondaryStatus: 'Stopped' });
  });

  test('is interrupted by chance where that fault has a rate; a job on demand never is', async () => {
    const faults = createFaults(seededRandom(1), silentTrace, { 'spot-interrupted': 1 });
    const w = await spotJob(faults.ofTraining, { CheckpointConfig });
    await w.kernel.clock.advance(minutes(30));
    const interrupted = steps(await describeJob(w)).filter((step) => step === 'Interrupted').length;

    expect(interrupted).toBeGreaterThan(0);
    expect(faults.counts()['spot-interrupted']).toBe(interrupted);
    expect(faults.ofTraining('churn', 1, false)).toBeUndefined();
  });
});

describe('a failure of AWS’s own', () => {
  async function failing(attempts: number, RetryStrategy?: { MaximumRetryAttempts: number }) {
    const w = virtualWorld({
      faults: { training: (_job, attempt) => (attempt <= attempts ? { kind: 'internal-error', afterSeconds: 30 } : undefined) },
    });
    const image = w.image('churn', { 'local.behaviour.trainSeconds': '60' });
    await w.call('CreateTrainingJob', trainingJob('churn', image, RetryStrategy && { RetryStrategy }));
    await w.kernel.clock.advance(minutes(60));
    return describeJob(w);
  }

  test('is tried again as often as RetryStrategy says', async () => {
    const job = await failing(2, { MaximumRetryAttempts: 2 });

    expect(job.TrainingJobStatus).toBe('Completed');
    expect(steps(job).filter((step) => step === 'Starting')).toHaveLength(3);
  });

  test.each([
    ['without RetryStrategy', 1, undefined],
    ['once more than it says', 3, { MaximumRetryAttempts: 2 }],
  ] as const)('fails the job %s', async (_what, attempts, strategy) => {
    expect(await failing(attempts, strategy)).toMatchObject({
      TrainingJobStatus: 'Failed',
      FailureReason: 'InternalServerError: We encountered an internal error. Please try again.',
    });
  });
});
