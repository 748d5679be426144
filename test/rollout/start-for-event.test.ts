import { describe, expect, test } from 'vitest';
import { startForEvent } from '../../src/rollout/start-for-event.ts';
import { type TriggerSpec, triggerOf } from '../../src/triggers/registry.ts';
import { sample } from '../triggers/samples.ts';
import { deliverySource, noonMs } from './fixture.ts';
import { type Story, story } from './world.ts';

/** Deliveries by name, each with one trigger, and with what any of them may need: something to build and to train. */
async function subscribed(deliveries: Readonly<Record<string, TriggerSpec>>): Promise<Story> {
  const told = await story();
  for (const [name, trigger] of Object.entries(deliveries)) {
    const subjects = [...triggerOf(trigger).subjectsOf(trigger)];
    const made = { build: { repository: 'models/churn' }, train: { instanceType: 'ml.m5.large', channels: {} } };
    await told.w.deliveries.apply(deliverySource({ name, triggers: [trigger], ...made }), subjects, 'me', noonMs);
  }
  return told;
}
const started = async ({ ports }: Story, event: Parameters<typeof startForEvent>[0]) =>
  (await startForEvent(event, ports)).map(({ delivery, answer }) => [delivery, answer]);

const approves: TriggerSpec = { type: 'model-approved', packageGroup: 'fraud-score' };
const rejects: TriggerSpec = { type: 'model-rejected', packageGroup: 'fraud-score' };
const announces = (ref: string): TriggerSpec => ({ type: 'source-announced', repository: 'github.com/acme/fraud-score', ref });

describe('startForEvent()', () => {
  test('asks the deliveries that want an event, and no other', async () => {
    const told = await subscribed({
      exact: announces('main'),
      broad: announces('*'),
      other: announces('release/*'),
      elsewhere: { type: 'source-announced', repository: 'github.com/acme/churn', ref: 'main' },
      pushes: { type: 'source-pushed', repository: 'fraud-score', branch: 'main' },
    });
    const answers = await started(told, sample('own/sluice-source-pushed'));
    expect(answers.toSorted((a, b) => String(a).localeCompare(String(b)))).toEqual([
      ['broad', 'started'],
      ['exact', 'started'],
    ]);
  });

  test('answers a redelivered event with the rollout it started the first time', async () => {
    const told = await subscribed({ exact: announces('main') });
    const event = sample('own/sluice-source-pushed');
    const again = { ...event, id: 'f3b1a9c8-0000-4000-8000-000000000000' };
    expect(await started(told, event)).toEqual([['exact', 'started']]);
    expect(await started(told, again)).toEqual([['exact', 'same']]);
  });

  test('does not wake who waits for a rejection by an approval, nor the other way round', async () => {
    const both = await subscribed({ approving: approves, rejecting: rejects });
    expect(await started(both, sample('sagemaker-model-package-approved'))).toEqual([['approving', 'started']]);
    const one = await subscribed({ approving: approves });
    expect(await started(one, sample('sagemaker-model-package-rejected'))).toEqual([]);
  });

  test.each<[string, TriggerSpec, string]>([
    ['a push', { type: 'image-pushed', repository: 'models/fraud-score', tags: '*' }, 'ecr-image-action-push'],
    ['a commit', { type: 'source-pushed', repository: 'fraud-score', branch: 'main' }, 'codecommit-reference-updated'],
    ['an approval', approves, 'sagemaker-model-package-approved'],
  ])('starts nothing for %s of another account or region, whose names only look like ours', async (_what, trigger, name) => {
    const told = await subscribed({ here: trigger });
    expect(await started(told, { ...sample(name), account: '999999999999' })).toEqual([]);
    expect(await started(told, { ...sample(name), region: 'us-east-1' })).toEqual([]);
    expect(await started(told, sample(name))).toEqual([['here', 'started']]);
  });

  test('hears a CI of another account: what it announces says itself where it lies', async () => {
    const told = await subscribed({ exact: announces('main') });
    expect(await started(told, { ...sample('own/sluice-source-pushed'), account: '999999999999' })).toEqual([['exact', 'started']]);
  });

  test('knows the service’s own bucket by {bucket} and by its name, and starts one rollout where both fit', async () => {
    const told = await subscribed({
      byName: { type: 'bundle-uploaded', bucket: 'models', key: '*' },
      own: { type: 'bundle-uploaded', bucket: '{bucket}', key: 'fraud-score/*' },
      others: { type: 'bundle-uploaded', bucket: 'fraud-score-source', key: '*' },
    });
    const into = (name: string) => sample('s3-object-created', { bucket: { name } });
    expect((await started(told, into('models'))).toSorted((a, b) => String(a).localeCompare(String(b)))).toEqual([
      ['byName', 'started'],
      ['own', 'started'],
    ]);
    expect(await started(told, into('fraud-score-source'))).toEqual([['others', 'started']]);
  });

  test('tells each delivery that waits for drift of violations nobody can place, and trains nothing on a guess', async () => {
    const told = await subscribed({
      quality: { type: 'drift-found', monitoringSchedule: 'fraud-score-data-quality' },
      bias: { type: 'drift-found', monitoringSchedule: 'churn-bias' },
    });
    const event = sample('sagemaker-processing-job-violations', { MonitoringScheduleArn: undefined });
    const answers = await startForEvent(event, told.ports);
    expect(answers.map(({ delivery }) => delivery).toSorted()).toEqual(['bias', 'quality']);
    for (const answer of answers) {
      expect(answer).toMatchObject({
        answer: 'ignored',
        reason: 'nothing-can-come-of-it',
        text: expect.stringMatching(/model-monitoring-202610050900-\w+ found violations and names no monitoring schedule/) as string,
      });
    }
  });

  test('asks for no new training where nothing serves yet', async () => {
    const told = await subscribed({ weekly: { type: 'schedule', cron: '*/5 * * * *', timezone: 'UTC' } });
    expect(await startForEvent(sample('events-scheduled-rule'), told.ports)).toMatchObject([
      { delivery: 'weekly', answer: 'ignored', reason: 'nothing-to-roll-out' },
    ]);
  });

  test.each([
    ['nobody subscribed to', sample('codecommit-reference-updated')],
    ['no trigger listens to', sample('sagemaker-training-job-completed')],
  ])('starts nothing for an event %s', async (_what, event) => {
    const told = await subscribed({ exact: announces('main'), approving: approves });
    expect(await started(told, event)).toEqual([]);
  });

  // It throws, so that the event ends in the dead-letter queue: a shape AWS has changed must not pass in silence.
  test.each([
    ['of one trigger', 'ecr-image-action-push', { 'image-digest': 'sha256:short' }, 'image-digest'],
    ['of our own', 'own/sluice-source-pushed', { commit: 'HEAD' }, 'commit'],
    ['two triggers might read', 'sagemaker-model-package-approved', { ModelPackageArn: undefined }, 'ModelPackageArn'],
    ['whose answer is a new word', 'sagemaker-model-package-approved', { ModelApprovalStatus: 'Endorsed' }, 'ModelApprovalStatus'],
  ])('throws for an event %s that it cannot read, and names the member', async (_what, name, detail, member) => {
    const told = await subscribed({ approving: approves, rejecting: rejects, exact: announces('main') });
    await expect(started(told, sample(name, detail))).rejects.toThrow(member);
  });
});
