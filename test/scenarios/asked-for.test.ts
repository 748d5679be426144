import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterEach, describe, expect, test } from 'vitest';
import type { TriggerSpec } from '../../src/triggers/registry.ts';
import { sample } from '../triggers/samples.ts';
import { churn, startWorld, type World } from './world.ts';

/* What a trigger asks for comes through its packaged rule and the function's own role. What follows is told by other scenarios. */

let world: World;
afterEach(() => world.stop());

const client = () => ({
  region: world.emulator.kernel.region,
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  requestHandler: world.emulator.requestHandler,
  maxAttempts: 1,
});
const bucket = () => world.outputs['ModelBucketName'] ?? '';
const put = (Key: string) => new S3Client({ ...client(), forcePathStyle: true }).send(new PutObjectCommand({ Bucket: bucket(), Key, Body: Key }));
/** Executions that were begun, of whichever machine. */
const begun = () => world.calls('StartExecution').map((input) => (input as { name: string }).name);
const delivery = (trigger: TriggerSpec) =>
  churn({ triggers: [trigger], ...(trigger.type === 'schedule' ? {} : { build: { repository: 'models/churn' } }) });
/** How often start-rollout's rules have sent an event of this detail-type on. */
const routed = (detailType: string) =>
  world.emulator.services.events
    .events()
    .filter(({ event, rules }) => event['detail-type'] === detailType && rules.some((rule) => rule.startsWith('sluice-start-rollout')));

describe('a rollout is asked for', () => {
  test('by a bundle put into the service’s own bucket, and by nothing else that is put there', async () => {
    world = await startWorld();
    await world.apply(delivery({ type: 'bundle-uploaded', bucket: bucket(), key: '*' }));
    await put('source/readme.txt');
    await put('training/churn/churn-0/output/model.tar.gz');
    await world.clock.advance(30_000);
    expect(begun()).toEqual([]);
    // The text, and the data the world puts there, stay with the rule.
    expect(routed('Object Created')).toHaveLength(1);

    await put('source/one.zip');
    await world.until('an execution begins', () => begun().length > 0, 60);
    expect(begun()).toEqual([expect.stringMatching(/^churn-[0-9a-f]{12}-1$/)]);
  });

  test('by an announcement on the default bus: once, though it is made twice', async () => {
    world = await startWorld();
    await world.apply(delivery({ type: 'source-announced', repository: 'github.com/acme/fraud-score', ref: 'main' }));
    const { source, detail, ...event } = sample('own/sluice-source-pushed');
    const entry = { Source: source, DetailType: event['detail-type'], Detail: JSON.stringify(detail) };
    for (let announced = 0; announced < 2; announced++) {
      const { FailedEntryCount } = await new EventBridgeClient(client()).send(new PutEventsCommand({ Entries: [entry] }));
      expect(FailedEntryCount).toBe(0);
    }
    await world.until('an execution begins', () => begun().length > 0, 60);
    await world.clock.advance(30_000);
    expect((await world.rollouts()).map(({ id }) => id)).toEqual(['churn-9b1c2d3e4f5a-1']);
  });

  test('by the clock, which ticks every five minutes and finds nothing to train anew yet', async () => {
    world = await startWorld();
    await world.apply(delivery({ type: 'schedule', cron: '* * * * *', timezone: 'UTC' }));
    await world.clock.advance(16 * 60_000);
    expect(routed('Scheduled Event')).toHaveLength(3);
    expect(begun()).toEqual([]);
    expect(world.emulator.crashes).toEqual([]);
  });
});
