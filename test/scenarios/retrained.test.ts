import { ListQueuesCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RolloutView } from '../../src/view/rollout-view.ts';
import { expectNothingLeftOver } from './left-over.ts';
import { churn, good, startWorld, type World, weightsOf } from './world.ts';

/* What serves is trained anew, on the data of today, and rolled out like any other model. */

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.stop());

const whole = async ({ id }: Pick<RolloutView, 'id'>) => (await world.ask({ action: 'get', rolloutId: id })) as RolloutView; // The API answers with a view.
const newest = async () => {
  const [first] = await world.rollouts();
  if (!first) throw new Error('There is no rollout');
  return whole(first);
};

/** A first model in service, with requests to judge the next one by. @returns its image */
async function inService(trigger: NonNullable<Parameters<typeof churn>[0]>['triggers'] = []): Promise<string> {
  await world.apply(churn({ triggers: [{ type: 'image-pushed', repository: 'models/churn' }, ...trigger] }));
  world.emulator.services.sagemaker.setTraffic('churn', 20);
  const digest = await world.push('v1', good);
  await world.untilQuiet();
  expect(await world.rollout(digest)).toMatchObject({ outcome: 'Succeeded', canary: 'churn-a' });
  return digest;
}

/** The promoted model is of the same image, and of the newer of two jobs. */
async function expectTrainedAnew(rollout: RolloutView, digest: string): Promise<void> {
  expect(rollout).toMatchObject({ outcome: 'Succeeded', reason: 'promoted', imageDigest: digest, stable: 'churn-a', canary: 'churn-b' });
  expect(weightsOf(world, 'churn')).toEqual({ 'churn-a': 0, 'churn-b': 100 });
  expect(world.calls('CreateTrainingJob')).toMatchObject([{}, { TrainingJobName: rollout.id }]);
  expect(world.calls('CreateModel').at(-1)).toMatchObject({
    PrimaryContainer: { Image: expect.stringContaining(`@${digest}`) as string, ModelDataUrl: expect.stringContaining(rollout.id) as string },
  });
  expectNothingLeftOver(world);
}

/** A run of Model Monitor that found violations, as SageMaker tells the bus of it. */
const drift = (job: string, schedule: string | undefined, more: Record<string, unknown> = {}) =>
  world.emulator.kernel.cloud.publish({
    source: 'aws.sagemaker',
    detailType: 'SageMaker Processing Job State Change',
    resources: [`arn:aws:sagemaker:us-east-1:000000000000:processing-job/${job}`],
    detail: {
      ProcessingJobName: job,
      ProcessingJobStatus: 'Completed',
      ExitMessage: 'CompletedWithViolations: Job completed successfully with 3 violations.',
      ...(schedule !== undefined && { MonitoringScheduleArn: `arn:aws:sagemaker:us-east-1:000000000000:monitoring-schedule/${schedule}` }),
      ...more,
    },
  });

/** What lies in the dead-letter queue, the only one there is. */
async function buried(): Promise<readonly (string | undefined)[]> {
  const { emulator } = world;
  const sqs = new SQSClient({
    region: emulator.kernel.region,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    requestHandler: emulator.requestHandler,
    useQueueUrlAsEndpoint: false,
  });
  const { QueueUrls: [QueueUrl, ...others] = [] } = await sqs.send(new ListQueuesCommand({}));
  expect(others).toEqual([]);
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 0 }));
  return Messages.map(({ Body }) => Body);
}

describe('drift', () => {
  const waits = [{ type: 'drift-found' as const, monitoringSchedule: 'Churn-Data-Quality' }];

  test('leads to a model that is trained anew and promoted, once a run of the monitor', async () => {
    const digest = await inService(waits);
    drift('model-monitoring-1', 'churn-data-quality');
    drift('model-monitoring-1', 'churn-data-quality');
    await world.untilQuiet();
    const rollout = await newest();
    expect(rollout.request).toMatch(/^drift-found: what serves, trained anew: churn-data-quality: CompletedWithViolations/);
    await expectTrainedAnew(rollout, digest);
    // The same event once more, long after: its run has been answered.
    drift('model-monitoring-1', 'churn-data-quality');
    await world.untilQuiet();
    expect(await world.rollouts()).toHaveLength(2);
    expect(world.emulator.crashes).toEqual([]);
  });

  test('of another schedule, or of none anybody can name, trains nothing, and buries nothing', async () => {
    await inService(waits);
    drift('model-monitoring-2', 'churn-bias');
    drift('model-monitoring-3', undefined);
    await world.untilQuiet();
    // Long enough for a function's two retries.
    await world.clock.advance(600_000);
    expect(await world.rollouts()).toHaveLength(1);
    expect(await buried()).toEqual([]);
    // What nobody can read does end there.
    drift('', undefined, { ProcessingJobName: 7 });
    await world.clock.advance(600_000);
    expect(await buried()).toEqual([expect.stringContaining('CompletedWithViolations')]);
  });

  test('before anything serves trains nothing', async () => {
    await world.apply(churn({ triggers: waits }));
    drift('model-monitoring-4', 'churn-data-quality');
    await world.untilQuiet();
    expect(await world.rollouts()).toEqual([]);
  });
});

describe('a schedule', () => {
  test('leads to a model that is trained anew and promoted, once a due time', async () => {
    // The world begins at nine on a Monday; the first model serves long before two in the afternoon.
    const digest = await inService([{ type: 'schedule', cron: '0 15 * * 1', timezone: 'Europe/Berlin' }]);
    const due = Date.UTC(2026, 0, 5, 14, 0, 0);
    await world.clock.advance(due - 60_000 - world.clock.now());
    expect(await world.rollouts()).toHaveLength(1);
    await world.clock.advance(8 * 60_000);
    const begun = await newest();
    expect(begun.request).toBe('schedule: what serves, trained anew: due at 2026-01-05T14:00:00.000Z by "0 15 * * 1" in Europe/Berlin');
    await world.untilQuiet();
    await expectTrainedAnew(await whole(begun), digest);
    await world.clock.advance(3_600_000);
    expect(await world.rollouts()).toHaveLength(2);
  });
});
