import { createHmac } from 'node:crypto';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterEach, describe, expect, test } from 'vitest';
import type { DeliverySource } from '../../src/rollout/spec.ts';
import { expectNothingLeftOver } from './left-over.ts';
import { deployFunction } from './own-function.ts';
import { churn, good, startWorld, type World, weightsOf } from './world.ts';

/* Gates that ask somebody: the user's function, the user's service, both variants. */

let world: World;
afterEach(() => world.stop());

/** A first version that serves, then a second one under these gates. @returns the second rollout */
async function second(gates: NonNullable<DeliverySource['gates']>, behaviour = {}, overrides: Partial<DeliverySource> = {}) {
  await world.apply(churn({ gates, ...overrides }));
  world.emulator.services.sagemaker.setTraffic('churn', 20);
  const first = await world.push('v1', good);
  await world.untilQuiet();
  expect(await world.rollout(first)).toMatchObject({ outcome: 'Succeeded' });
  const digest = await world.push('v2', { ...good, latencyMs: 21, ...behaviour });
  await world.untilQuiet();
  return world.rollout(digest);
}
const shifts = () => world.calls('UpdateEndpointWeightsAndCapacities');

describe('gate function', () => {
  const code = `exports.handler = async ({ step, stable, input }) => {
    if (stable === null) return { result: 'successful', reason: 'nothing-to-lose' };
    if (input.mood === 'silent') return { result: 'fine' };
    return step.canaryPercent >= 50
      ? { result: 'failed', reason: 'revenue-fell', evidence: { ratio: 0.91 } }
      : { result: 'successful', reason: 'revenue-holds' };
  };`;

  test('rolls back with the reason that the user’s function gave', async () => {
    world = await startWorld();
    await deployFunction(world, 'sluice-gate-revenue', code);
    const rolledBack = await second([{ type: 'function', functionName: 'sluice-gate-revenue' }]);
    expect(rolledBack).toMatchObject({ outcome: 'RolledBack', reason: 'revenue-fell', canaryPercent: 0 });
    expect(rolledBack.steps.map(({ canaryPercent }) => canaryPercent)).toEqual([10, 50]);
    expect(rolledBack.steps.at(-1)?.verdicts).toMatchObject([
      { gate: 'function', result: 'failed', evidence: { functionName: 'sluice-gate-revenue', answer: { ratio: 0.91 } } },
    ]);
    expect(weightsOf(world, 'churn')).toEqual({ 'churn-a': 100, 'churn-b': 0 });
    expectNothingLeftOver(world);
  });

  test('shifts nothing where an answer before traffic is none', async () => {
    world = await startWorld();
    await deployFunction(world, 'sluice-gate-mood', code);
    const rolledBack = await second([{ type: 'function', functionName: 'sluice-gate-mood', at: 'before-traffic', input: { mood: 'silent' } }]);
    expect(rolledBack).toMatchObject({ outcome: 'RolledBack', reason: 'no-evidence', steps: [] });
    expect(JSON.stringify(rolledBack.entries)).toContain('no-verdict');
    expect(shifts()).toEqual([]);
    expectNothingLeftOver(world);
  });

  test('that gives no verdict holds at 0 % where the delivery says so, until a person lets it go on', async () => {
    world = await startWorld();
    await deployFunction(world, 'sluice-gate-mood', code);
    const gate = { type: 'function' as const, functionName: 'sluice-gate-mood', at: 'before-traffic' as const, input: { mood: 'silent' } };
    await world.apply(churn({ gates: [gate], onInconclusive: 'hold' }));
    await world.push('v1', good);
    await world.untilQuiet();
    const digest = await world.push('v2', { ...good, latencyMs: 21 });
    await world.clock.advance(3 * 3_600_000);
    const held = await world.rollout(digest);
    expect(held).toMatchObject({ phase: 'Paused', steps: [] });
    expect(shifts()).toEqual([]);
    const pages = world.emulator.services.sns.messages(world.outputs['TopicArn'] ?? '').filter(({ subject }) => subject?.includes('PAGE'));
    expect(pages).toHaveLength(1);

    await world.ask({ action: 'resume', rolloutId: held.id });
    await world.untilQuiet();
    expect(await world.rollout(digest)).toMatchObject({ outcome: 'Succeeded', reason: 'promoted' });
    expectNothingLeftOver(world);
  });

  test('that is not there is no evidence, and the record says why', async () => {
    world = await startWorld();
    const rolledBack = await second([{ type: 'function', functionName: 'sluice-gate-gone' }], {}, { evidenceDeadline: '5m' });
    expect(rolledBack).toMatchObject({ outcome: 'RolledBack', reason: 'no-evidence' });
    expect(rolledBack.steps.at(-1)?.verdicts).toMatchObject([{ reason: 'unreadable', evidence: { error: 'Refused' } }]);
    expect(JSON.stringify(rolledBack.steps.at(-1)?.verdicts)).toContain('Function not found');
  });
});

describe('gate webhook', () => {
  /** A service of the user's that believes nobody who can't sign, and dislikes the second step. */
  const judge = (secret: string, asked: unknown[]) => async (request: { headers: Readonly<Record<string, string>>; body: Uint8Array }) => {
    const signature = `sha256=${createHmac('sha256', secret).update(request.body).digest('hex')}`;
    const question = JSON.parse(Buffer.from(request.body).toString('utf8')) as { stable: unknown; step: { index: number } };
    asked.push(question);
    if (request.headers['x-sluice-signature'] !== signature) return { status: 403, headers: {}, body: Buffer.from('who are you?') };
    const verdict =
      question.stable !== null && question.step.index > 0 ? { result: 'failed', reason: 'churn-rose' } : { result: 'successful', reason: 'content' };
    return { status: 200, headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(verdict)) };
  };
  const gate = { type: 'webhook' as const, url: 'https://judge.example.com/releases', secret: 'judge' };
  const put = (Value: string) =>
    new SSMClient({
      region: world.emulator.kernel.region,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      requestHandler: world.emulator.requestHandler,
    }).send(new PutParameterCommand({ Name: '/sluice/webhooks/judge', Type: 'SecureString', Value }));

  test('rolls back with the reason that the user’s service gave', async () => {
    const asked: unknown[] = [];
    world = await startWorld({ hosts: { 'judge.example.com': judge('shared', asked) } });
    await put('shared');
    const rolledBack = await second([gate]);
    expect(rolledBack).toMatchObject({ outcome: 'RolledBack', reason: 'churn-rose', canaryPercent: 0 });
    expect(rolledBack.steps.map(({ canaryPercent }) => canaryPercent)).toEqual([10, 50]);
    expect(asked.at(-1)).toMatchObject({ contract: 1, gate: 'webhook', delivery: 'churn', step: { index: 1, canaryPercent: 50 } });
    expectNothingLeftOver(world);
  });

  test('that does not believe us is no evidence', async () => {
    world = await startWorld({ hosts: { 'judge.example.com': judge('another', []) } });
    await put('shared');
    const rolledBack = await second([gate], {}, { evidenceDeadline: '5m' });
    expect(rolledBack).toMatchObject({ outcome: 'RolledBack', reason: 'no-evidence' });
    expect(rolledBack.steps.at(-1)?.verdicts).toMatchObject([{ reason: 'webhook-failed', evidence: { text: 'status 403: who are you?' } }]);
  });
});

describe('gate answers', () => {
  test('replays what data capture wrote into a bucket the deployment names, and shifts nothing to a model that answers otherwise', async () => {
    world = await startWorld({ parameters: { ReplayArns: 'arn:aws:s3:::captures,arn:aws:s3:::captures/*' } });
    const s3 = new S3Client({
      region: world.emulator.kernel.region,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      requestHandler: world.emulator.requestHandler,
      forcePathStyle: true,
    });
    await s3.send(new CreateBucketCommand({ Bucket: 'captures' }));
    const line = (index: number) =>
      JSON.stringify({
        captureData: { endpointInput: { observedContentType: 'text/csv', mode: 'INPUT', data: `${index},2`, encoding: 'CSV' } },
        eventMetadata: { eventId: `e${index}`, inferenceTime: '2026-01-05T08:00:00Z' },
        eventVersion: '0',
      });
    const lines = Array.from({ length: 40 }, (_, index) => line(index)).join('\n');
    await s3.send(new PutObjectCommand({ Bucket: 'captures', Key: 'churn/churn-a/2026/01/05/08/a.jsonl', Body: Buffer.from(lines) }));

    const gate = {
      type: 'answers' as const,
      captureFrom: 's3://captures/churn/',
      most: 25,
      path: 'predictions[0]',
      tolerance: 0.1,
      maxDisagreement: 0,
    };
    const rolledBack = await second([gate], { answer: '{"predictions":[0.9]}' });
    expect(rolledBack).toMatchObject({ outcome: 'RolledBack', reason: 'answers-disagree', steps: [] });
    const entry = rolledBack.entries.find(({ kind }) => kind === 'smoke-tested');
    expect(entry?.evidence).toMatchObject({
      verdicts: [{ evidence: { found: 40, chosen: 25, disagreeing: 25, meanDrift: expect.closeTo(0.4, 9) as number } }],
    });
    expect(shifts()).toEqual([]);
    expectNothingLeftOver(world);
  });
});
