import { describe, expect, test } from 'vitest';
import { AwsError } from '../../src/emulator/aws-error.ts';
import { acquire } from '../../src/rollout/acquire.ts';
import { evaluate } from '../../src/rollout/evaluate.ts';
import { finish } from '../../src/rollout/finish.ts';
import { nextStep } from '../../src/rollout/next-step.ts';
import { prepare } from '../../src/rollout/prepare.ts';
import { rollBack } from '../../src/rollout/roll-back.ts';
import type { StepRecord } from '../../src/rollout/rollout.ts';
import { shift } from '../../src/rollout/shift.ts';
import { smoke } from '../../src/rollout/smoke.ts';
import { verify } from '../../src/rollout/verify.ts';
import { rejection } from '../emulator/front-fixture.ts';
import { digestOf, imageOf, noonMs, placed, rollout } from './fixture.ts';
import { served, story } from './world.ts';

/*
 * A Lambda may die between what it wrote and its answer: Step Functions then runs the task again. Each test runs a task
 * twice as after a lost answer, with a world that looks better at the second try. What was decided has to stay.
 */

const id = rollout().id;
const placement = placed({
  before: { configName: 'churn-1', variants: [{ VariantName: 'churn-a', weight: 100, instanceCount: 1, images: [] }] },
});
const { stable: _stable, before: _before, ...firstPlacement } = placement;
const step: StepRecord = { index: 0, canaryPercent: 10, bakeSeconds: 300, requestedAtMs: noonMs - 60_000, verifiedAtMs: noonMs, verdicts: [] };
const ramping = (canaryWeight: number, status = 'InService') => ({
  EndpointStatus: status,
  EndpointConfigName: 'churn-2',
  ProductionVariants: [served('churn-a', 100 - canaryWeight), served('churn-b', canaryWeight, { digest: digestOf('b') })],
});
const alarmGate = { gates: [{ type: 'alarm' as const, alarmNames: ['{variant}-5xx'] }] };

describe('a failed gate', () => {
  test('stays failed when the alarm is OK at the second try', async () => {
    const s = await story(alarmGate);
    await s.begin({ placement, steps: [step] });
    s.alarms = [{ AlarmName: 'churn-b-5xx', StateValue: 'ALARM' }];
    expect((await evaluate(id, 'execution', s.ports)).answer).toBe('failed');
    s.alarms = [{ AlarmName: 'churn-b-5xx', StateValue: 'OK' }];
    s.clock.ms = noonMs + 3_600_000;
    expect((await evaluate(id, 'execution', s.ports)).answer).toBe('failed');
    expect((await s.now()).ending).toMatchObject({ outcome: 'RolledBack', reason: 'alarm-firing' });
    expect((await s.kinds()).filter((kind) => kind === 'gates-evaluated')).toHaveLength(1);
  });

  test('stays failed in a first deployment, which is held and not undone', async () => {
    const s = await story(alarmGate);
    await s.begin({ placement: firstPlacement, steps: [{ ...step, canaryPercent: 100 }] });
    s.alarms = [{ AlarmName: 'churn-b-5xx', StateValue: 'ALARM' }];
    const answers = [await evaluate(id, 'execution', s.ports)];
    s.alarms = [{ AlarmName: 'churn-b-5xx', StateValue: 'OK' }];
    answers.push(await evaluate(id, 'execution', s.ports));
    expect(answers.map(({ answer }) => answer)).toEqual(['failed-first', 'failed-first']);
  });

  test('no further step follows it', async () => {
    const s = await story(alarmGate);
    await s.begin({ placement, steps: [step], ending: { outcome: 'RolledBack', reason: 'alarm-firing', text: '', page: false } });
    expect((await nextStep(id, 'execution', s.ports)).answer).toBe('undo');
    expect((await s.now()).steps).toHaveLength(1);
  });
});

test('a soak that is over stays over, and nothing is undone after it', async () => {
  const s = await story(alarmGate);
  s.endpoint = ramping(100);
  s.alarms = [{ AlarmName: 'churn-b-5xx', StateValue: 'OK' }];
  await s.begin({ placement, steps: [{ ...step, canaryPercent: 100, passedAtMs: noonMs }], soakUntilMs: noonMs });
  expect((await evaluate(id, 'execution', s.ports)).answer).toBe('soaked');
  s.alarms = [{ AlarmName: 'churn-b-5xx', StateValue: 'ALARM' }];
  expect((await evaluate(id, 'execution', s.ports)).answer).toBe('soaked');
  expect(await rollBack(id, { error: 'Lambda.Unknown', text: '' }, s.ports)).toEqual({ answer: 'nothing' });
  expect(s.changes()).toEqual([]);
  expect((await s.now()).ending?.outcome).toBe('Succeeded');
});

test('a failed smoke test is not overruled by a second one that works', async () => {
  const s = await story({ gates: [{ type: 'smoke', requests: [{ contentType: 'text/csv', body: '1' }] }] });
  await s.begin({ placement });
  const good = s.smoke;
  s.smoke = () => {
    throw new AwsError('ModelError', 'boom', { status: 424, fields: { OriginalStatusCode: 500, OriginalMessage: 'boom' } });
  };
  expect(await smoke(id, s.ports)).toEqual({ answer: 'failed' });
  s.smoke = good;
  expect(await smoke(id, s.ports)).toEqual({ answer: 'failed' });
});

describe('verify()', () => {
  const update = { kind: 'update' as const, configName: 'churn-2', previousConfigName: 'churn-1', requestedAtMs: noonMs - 600_000 };

  test('does not take a canary for proved because its failed proof was written down', async () => {
    const s = await story();
    await s.begin({ placement, move: update });
    // In service, but another image runs than was asked for.
    s.endpoint = { ...ramping(0), ProductionVariants: [served('churn-a', 100), served('churn-b', 0, { digest: digestOf('e') })] };
    expect((await verify(id, 'canary', s.ports)).answer).toBe('not-proved');
    s.endpoint = ramping(0);
    expect((await verify(id, 'canary', s.ports)).answer).toBe('not-proved');
    expect((await s.now()).ending).toMatchObject({ outcome: 'RolledBack', reason: 'canary-not-proved' });
  });

  test('does not take a shift for proved because its failed proof was written down', async () => {
    const s = await story();
    const move = {
      kind: 'weights' as const,
      configName: 'churn-2',
      weights: [{ VariantName: 'churn-b', DesiredWeight: 10 }],
      requestedAtMs: noonMs - 600_000,
    };
    const { verifiedAtMs: __, ...asked } = step;
    await s.begin({ placement, steps: [asked], move });
    s.endpoint = ramping(40);
    expect((await verify(id, 'shift', s.ports)).answer).toBe('not-proved');
    s.endpoint = ramping(10);
    expect((await verify(id, 'shift', s.ports)).answer).toBe('not-proved');
  });

  test('never takes an undo for done that was not proved', async () => {
    const s = await story();
    const undo = {
      kind: 'weights' as const,
      configName: 'churn-2',
      weights: [{ VariantName: 'churn-b', DesiredWeight: 0 }],
      requestedAtMs: noonMs - 600_000,
    };
    await s.begin({ placement, move: undo, ending: { outcome: 'RolledBack', reason: 'alarm-firing', text: '', page: false } });
    s.endpoint = ramping(10);
    expect((await verify(id, 'undo', s.ports)).answer).toBe('not-proved');
    expect((await verify(id, 'undo', s.ports)).answer).toBe('not-proved');
    s.endpoint = ramping(0);
    expect((await verify(id, 'undo', s.ports)).answer).toBe('done');
    expect((await verify(id, 'undo', s.ports)).answer).toBe('done');
  });

  test.each([
    ['Failed', 'Failed', true],
    ['UpdateRollbackFailed', 'Failed', true],
  ])('an endpoint that is %s is not back: outcome %s, and a person is paged', async (status, outcome, page) => {
    const s = await story();
    await s.begin({ placement, move: update });
    s.endpoint = ramping(0, status);
    expect((await verify(id, 'canary', s.ports)).answer).toBe('dead');
    expect((await s.now()).ending).toMatchObject({ outcome, page, reason: 'endpoint-failed' });
  });
});

test('prepare() asks SageMaker once for what is under way', async () => {
  const s = await story();
  const { configName: __, verifiedAtMs: ___, ...fresh } = placement;
  await s.begin({ placement: fresh, candidate: { images: [imageOf('b')], modelName: 'm' } });
  s.endpoint = { EndpointStatus: 'InService', EndpointConfigName: 'churn-1', ProductionVariants: [served('churn-a', 100)] };
  s.configs.set('churn-1', {
    ProductionVariants: [{ VariantName: 'churn-a', ModelName: 'old', InstanceType: 'ml.m5.large', InitialInstanceCount: 1 }],
  });
  await prepare(id, s.ports);
  const { configName } = (await s.now()).placement ?? {};
  s.endpoint = { ...s.endpoint, EndpointStatus: 'Updating', PendingDeploymentSummary: { EndpointConfigName: configName } };
  await prepare(id, s.ports);
  expect(s.changes().map(([operation]) => operation)).toEqual(['CreateEndpointConfig', 'UpdateEndpoint']);
});

test('prepare() does not ask again for an update that was tried and came back', async () => {
  const s = await story();
  await s.begin({
    placement,
    candidate: { images: [imageOf('b')], modelName: 'm' },
    move: { kind: 'update', configName: 'churn-2', previousConfigName: 'churn-1', requestedAtMs: noonMs - 1_800_000 },
  });
  s.endpoint = { EndpointStatus: 'InService', EndpointConfigName: 'churn-1', ProductionVariants: [served('churn-a', 100)], FailureReason: 'ping' };
  expect(await prepare(id, s.ports)).toEqual({ answer: 'asked' });
  expect(s.changes()).toEqual([]);
});

test('shift() asks for weights that are on their way once', async () => {
  const s = await story();
  const { verifiedAtMs: __, ...asked } = step;
  await s.begin({ placement, steps: [asked] });
  s.endpoint = ramping(0);
  await shift(id, s.ports);
  s.endpoint = { ...ramping(10, 'Updating') };
  await shift(id, s.ports);
  expect(s.changes()).toEqual([
    [
      'UpdateEndpointWeightsAndCapacities',
      {
        EndpointName: 'churn',
        DesiredWeightsAndCapacities: [
          { VariantName: 'churn-a', DesiredWeight: 90 },
          { VariantName: 'churn-b', DesiredWeight: 10 },
        ],
      },
    ],
  ]);
});

test('acquire() keeps a refusal that was written down', async () => {
  const s = await story(alarmGate);
  await s.begin();
  expect((await acquire(id, 1, s.ports)).answer).toBe('refused');
  s.alarms = [{ AlarmName: 'churn-a-5xx', StateValue: 'OK' }];
  expect((await acquire(id, 1, s.ports)).answer).toBe('refused');
  expect((await s.now()).ending).toMatchObject({ outcome: 'Rejected', reason: 'alarm-missing' });
  expect(await s.w.locks.acquire('churn', 'next', noonMs)).toHaveProperty('fence');
});

test('finish() leaves no watch, wait or lock behind, even when its first try died after writing the end', async () => {
  const s = await story();
  const open = await s.begin({
    placement,
    watching: ['endpoint/churn', 'alarm/a'],
    ending: { outcome: 'RolledBack', reason: 'x', text: 'x', page: false },
  });
  await s.w.rollouts.watch(open.id, open.watching);
  await s.w.rollouts.park(open.id, { name: 'rollout', token: 'token', keys: [`rollout/${open.id}`] });
  s.endpoint = ramping(0);
  s.configs.set('churn-2', { ProductionVariants: [{ VariantName: 'churn-a', ModelName: 'm' }] });
  const dying = { ...s.ports, rollouts: { ...s.ports.rollouts, post: () => Promise.reject(new Error('the function died here')) } };
  await rejection(finish(id, undefined, dying));
  expect((await s.now()).outcome).toBe('RolledBack');
  await finish(id, undefined, s.ports);
  expect(s.w.rows().filter(({ pk, sk }) => pk.startsWith('WATCH#') || sk.startsWith('WAIT#'))).toEqual([]);
  expect(await s.w.locks.acquire('churn', 'next', noonMs)).toEqual({ fence: 2 });
  expect((await s.kinds()).filter((kind) => kind === 'ended')).toHaveLength(1);
});

test('acquire() watches nothing that is not written down, and what is written down is watched', async () => {
  const s = await story(alarmGate);
  await s.begin();
  s.alarms = [{ AlarmName: 'churn-a-5xx', StateValue: 'OK' }];
  const watched = () => s.w.rows().flatMap(({ pk }) => (pk.startsWith('WATCH#') ? [pk.slice('WATCH#'.length)] : []));
  const dying = { ...s.ports, rollouts: { ...s.ports.rollouts, watch: () => Promise.reject(new Error('the function died here')) } };
  await rejection(acquire(id, 1, dying));
  expect((await s.now()).watching).toEqual(['endpoint/churn', 'alarm/churn-a-5xx']);
  expect(watched()).toEqual([]);
  expect((await acquire(id, 1, s.ports)).answer).toBe('acquired');
  expect(watched().toSorted()).toEqual(['alarm/churn-a-5xx', 'endpoint/churn']);
});

test('acquire() brings a promotion that is decided on to its rest: stable gives up the instances it no longer needs', async () => {
  const s = await story();
  await s.begin({ placement, steps: [{ ...step, canaryPercent: 100 }], ending: { outcome: 'Succeeded', reason: 'promoted', text: '', page: false } });
  expect((await acquire(id, 2, s.ports)).answer).toBe('resume-rest');
});
