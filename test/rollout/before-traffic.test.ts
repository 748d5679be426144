import { describe, expect, test } from 'vitest';
import { AwsError } from '../../src/emulator/aws-error.ts';
import { judgeBeforeTraffic } from '../../src/rollout/before-traffic.ts';
import { evaluate } from '../../src/rollout/evaluate.ts';
import { nextStep } from '../../src/rollout/next-step.ts';
import type { Placement } from '../../src/rollout/rollout.ts';
import { smoke } from '../../src/rollout/smoke.ts';
import type { DeliverySource } from '../../src/rollout/spec.ts';
import type { GateVerdict } from '../../src/rollout/verdict.ts';
import { noonMs, placed, rollout } from './fixture.ts';
import { served, story } from './world.ts';

const verdict = (result: GateVerdict['result'], overrides: Partial<GateVerdict> = {}): GateVerdict => ({
  gate: 'smoke',
  path: 'gates[0]',
  result,
  reason: 'because',
  evidence: { requests: 1 },
  ...overrides,
});

describe('judgeBeforeTraffic()', () => {
  test.each(['rollback', 'hold', 'promote'] as const)('passes and fails whatever onInconclusive says (%s)', (onInconclusive) => {
    for (const first of [false, true]) {
      expect(judgeBeforeTraffic([], { onInconclusive }, first).answer).toBe('passed');
      expect(judgeBeforeTraffic([verdict('successful')], { onInconclusive }, first).answer).toBe('passed');
      expect(judgeBeforeTraffic([verdict('inconclusive'), verdict('failed', { reason: 'worst' })], { onInconclusive }, first)).toMatchObject({
        answer: 'failed',
        reason: 'worst',
      });
    }
  });

  test.each([
    ['rollback', 'failed'],
    ['hold', 'hold'],
    ['promote', 'passed'],
  ] as const)('missing evidence under %s: %s', (onInconclusive, answer) => {
    const decision = judgeBeforeTraffic([verdict('successful'), verdict('inconclusive')], { onInconclusive }, false);
    expect(decision.answer).toBe(answer);
    if (decision.answer === 'failed') expect(decision.reason).toBe('no-evidence');
    expect(decision.text).toContain('because');
  });

  test('a gate’s own word counts before the delivery’s, the most careful of several', () => {
    const decide = (...own: ('hold' | 'promote' | undefined)[]) =>
      judgeBeforeTraffic(
        own.map((_, index) => verdict('inconclusive', { path: `gates[${index}]` })),
        { onInconclusive: 'rollback', gates: own.map((onInconclusive) => ({ onInconclusive })) },
        false,
      ).answer;
    expect([decide('promote'), decide('hold'), decide('promote', 'hold'), decide('hold', undefined)]).toEqual(['passed', 'hold', 'hold', 'failed']);
  });

  test('missing evidence does not stop a first deployment: there is nothing to go back to', () => {
    expect(judgeBeforeTraffic([verdict('inconclusive')], { onInconclusive: 'rollback' }, true).answer).toBe('passed');
  });

  test('what is only observed decides nothing', () => {
    for (const result of ['failed', 'inconclusive'] as const)
      expect(judgeBeforeTraffic([verdict(result, { observed: true })], { onInconclusive: 'rollback' }, false).answer).toBe('passed');
  });
});

const { id } = rollout();
const placement = placed();
const gates: NonNullable<DeliverySource['gates']> = [
  { type: 'traffic', minimumRequests: 10 },
  { type: 'smoke', requests: [{ contentType: 'text/csv', body: '1' }] },
];
const denied = () => {
  throw new AwsError('AccessDeniedException', 'not authorized to perform: sagemaker:InvokeEndpoint', { status: 403 });
};
const throttled = () => {
  throw new AwsError('ThrottlingException', 'Rate exceeded', { status: 400 });
};
/** A canary at 0 % that is proved; its smoke request is denied. */
async function asked(onInconclusive: 'rollback' | 'hold' | 'promote', given: Placement = placement) {
  const s = await story({ gates, onInconclusive });
  s.endpoint = { EndpointStatus: 'InService', EndpointConfigName: 'churn-2', ProductionVariants: [served('churn-a', 100), served('churn-b', 0)] };
  await s.begin({ placement: given, phase: 'Progressing' });
  s.smoke = denied;
  return s;
}
const pages = (s: Awaited<ReturnType<typeof asked>>) => s.w.aws.seen.filter(({ operation }) => operation === 'Publish').length;

describe('smoke()', () => {
  test('asks only the gates of its stage, and writes verdict and evidence down', async () => {
    const s = await asked('rollback');
    s.smoke = () => ({ Body: Buffer.from('0.5'), ContentType: 'text/csv', InvokedProductionVariant: 'churn-b' });
    expect(await smoke(id, s.ports)).toEqual({ answer: 'passed' });
    const entry = (await s.w.rollouts.ledger(id)).find(({ kind }) => kind === 'smoke-tested');
    expect(entry?.evidence).toMatchObject({ verdicts: [{ gate: 'smoke', path: 'gates[1]', result: 'successful', reason: 'answered-as-expected' }] });
    expect(s.w.aws.seen.some(({ operation }) => operation === 'GetMetricData')).toBe(false);
  });

  test('ends a rollout with its gate’s own reason', async () => {
    const s = await asked('promote');
    s.smoke = () => ({ Body: Buffer.from('no'), ContentType: 'text/csv', InvokedProductionVariant: 'churn-a' });
    expect(await smoke(id, s.ports)).toEqual({ answer: 'failed' });
    expect((await s.now()).ending).toMatchObject({ outcome: 'RolledBack', reason: 'smoke-test-failed' });
  });

  test('holds and pages where a first deployment fails', async () => {
    const { stable: _, ...first } = placement;
    const s = await asked('rollback', first);
    s.smoke = () => ({ Body: Buffer.from('no'), ContentType: 'text/csv', InvokedProductionVariant: 'churn-a' });
    expect(await smoke(id, s.ports)).toEqual({ answer: 'failed-first' });
    expect((await s.now()).ending).toMatchObject({ outcome: 'Failed', reason: 'smoke-test-failed', page: true });
  });

  test('a gate that is denied is inconclusive: rolled back at 0 % where the delivery says so', async () => {
    const s = await asked('rollback');
    expect(await smoke(id, s.ports)).toEqual({ answer: 'failed' });
    expect((await s.now()).ending).toMatchObject({ outcome: 'RolledBack', reason: 'no-evidence' });
    expect(JSON.stringify(await s.w.rollouts.ledger(id))).toContain('unreadable');
  });

  test('passes without evidence only where the delivery says so in words', async () => {
    const s = await asked('promote');
    expect(await smoke(id, s.ports)).toEqual({ answer: 'passed' });
    expect((await s.now()).ending).toBeUndefined();
  });

  test('holds at 0 %, pages once, and goes on when a person says so', async () => {
    const s = await asked('hold');
    expect(await smoke(id, s.ports)).toEqual({ answer: 'passed' });
    expect(await smoke(id, s.ports)).toEqual({ answer: 'passed' });
    expect(pages(s)).toBe(1);
    expect(await s.now()).toMatchObject({ phase: 'Paused', paused: { by: 'onInconclusive' } });
    expect((await nextStep(id, 'execution', s.ports)).answer).toBe('ask');
    expect((await evaluate(id, 'execution', s.ports)).answer).toBe('wait');
    expect(s.changes().filter(([operation]) => operation === 'UpdateEndpointWeightsAndCapacities')).toEqual([]);

    await s.ports.rollouts.post(id, { id: 'r', key: 'acts', atMs: noonMs, text: 'resume', act: { kind: 'resume', by: 'me' } });
    expect((await evaluate(id, 'execution', s.ports)).answer).toBe('passed');
    expect((await nextStep(id, 'execution', s.ports)).answer).toBe('shift');
  });

  test('whose page could not be sent asks no gate again, and pages', async () => {
    const s = await asked('hold');
    const unpaged = { ...s.ports, notices: { tell: async () => false } };
    await expect(smoke(id, unpaged)).rejects.toThrow(/Cannot page anybody/);
    s.smoke = () => {
      throw new Error('Asked again');
    };
    expect(await smoke(id, s.ports)).toEqual({ answer: 'passed' });
    expect((await s.now()).paged).toBe(true);
  });

  test('what fails in passing is tried again for a minute, then it is no evidence', async () => {
    const s = await asked('rollback');
    s.smoke = throttled;
    s.clock.ms = noonMs + 59_000;
    await expect(smoke(id, s.ports)).rejects.toMatchObject({ name: 'Throttled' });
    expect((await s.now()).ending).toBeUndefined();
    s.clock.ms = noonMs + 60_000;
    expect(await smoke(id, s.ports)).toEqual({ answer: 'failed' });
    expect((await s.now()).ending?.reason).toBe('no-evidence');
  });
});
