import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { AwsError } from '../../src/emulator/aws-error.ts';
import { acquire } from '../../src/rollout/acquire.ts';
import { finish } from '../../src/rollout/finish.ts';
import { leftoversOf } from '../../src/rollout/leftovers.ts';
import { nextStep } from '../../src/rollout/next-step.ts';
import type { Placement } from '../../src/rollout/rollout.ts';
import { DeliverySpec } from '../../src/rollout/spec.ts';
import { deliverySource, digestOf, noonMs, placed, rollout } from './fixture.ts';
import { type Story, served, story } from './world.ts';

/* Alarms that a delivery has made for its canary, and those that are red before it starts. */

const { id } = rollout();
const arn = 'arn:aws:states:eu-west-1:111122223333:execution:sluice-rollout:x';
const alarmName = 'sluice-churn-2-errors';
const placement = placed({
  smokeTestedAtMs: noonMs,
});
const create = [{ name: 'errors', metric: { name: 'Invocation5XXErrors' }, max: 0.05 }];
const puts = (s: Story) => s.w.aws.seen.filter(({ operation }) => operation === 'PutMetricAlarm');
const watchers = (s: Story) => s.w.rows().filter(({ pk }) => pk === `WATCH#alarm/${alarmName}`);

async function proved(overrides: Partial<Placement> = {}): Promise<Story> {
  const s = await story({ gates: [{ type: 'alarm', create }] });
  await s.begin({ phase: 'Progressing', placement: { ...placement, ...overrides } });
  s.endpoint = {
    EndpointStatus: 'InService',
    EndpointConfigName: 'churn-2',
    ProductionVariants: [served('churn-a', 100), served('churn-b', 0, { digest: digestOf('b') })],
  };
  return s;
}
function failing(s: Story, error: Error): void {
  s.alarmsChange = () => {
    throw error;
  };
}

describe('alarms a delivery has made', () => {
  test('are made before the first shift, tagged and listened for, and never again', async () => {
    const s = await proved();
    expect((await nextStep(id, arn, s.ports)).answer).toBe('shift');
    expect(puts(s).map(({ input }) => input)).toMatchObject([
      {
        AlarmName: alarmName,
        Dimensions: [
          { Name: 'EndpointName', Value: 'churn' },
          { Name: 'VariantName', Value: 'churn-b' },
          { Name: 'EndpointConfigName', Value: 'churn-2' },
        ],
        Tags: [
          { Key: 'sluice:delivery', Value: 'churn' },
          { Key: 'sluice:rollout', Value: id },
        ],
      },
    ]);
    expect((await s.now()).made.alarms).toEqual([alarmName]);
    expect(watchers(s)).toHaveLength(1);
    expect(s.changes()).toEqual([]);
    await nextStep(id, arn, s.ports);
    expect(puts(s)).toHaveLength(1);
    expect((await s.kinds()).filter((kind) => kind === 'alarms-made')).toHaveLength(1);
  });

  test('are written down before they are made: a function that dies in between makes them at its next try', async () => {
    const s = await proved();
    failing(s, new AwsError('InternalFailure', 'later', { status: 500 }));
    await expect(nextStep(id, arn, s.ports)).rejects.toMatchObject({ name: 'Unavailable' });
    expect((await s.now()).made.alarms).toEqual([alarmName]);
    expect((await s.now()).steps).toEqual([]);
    expect(watchers(s)).toHaveLength(1);
    s.alarmsChange = () => ({});
    expect((await nextStep(id, arn, s.ports)).answer).toBe('shift');
    expect(puts(s)).toHaveLength(2);
    expect((await s.now()).made.alarms).toEqual([alarmName]);
  });

  test('that CloudWatch refuses end the rollout before any traffic: nobody serves unwatched', async () => {
    const s = await proved();
    failing(s, new AwsError('LimitExceeded', 'The quota for alarms is reached', { status: 400 }));
    expect((await nextStep(id, arn, s.ports)).answer).toBe('undo');
    expect((await s.now()).ending).toMatchObject({ outcome: 'RolledBack', reason: 'alarm-not-made' });
    expect((await s.now()).ending?.text).toContain('The quota for alarms is reached');
    expect(s.changes()).toEqual([]);
  });

  test('are deleted when it ends, whatever the end is', async () => {
    for (const outcome of ['Succeeded', 'RolledBack', 'Failed'] as const) {
      const s = await proved({ alarmsMadeAtMs: noonMs });
      const { made } = await s.now();
      await s.w.rollouts.save(
        { ...(await s.now()), made: { ...made, alarms: [alarmName] }, ending: { outcome, reason: 'x', text: 'x', page: false } },
        [],
        noonMs,
      );
      await finish(id, undefined, s.ports);
      expect(s.changes()).toContainEqual(['DeleteAlarms', { AlarmNames: [alarmName] }]);
    }
  });

  test('that AWS refuses to delete are named and keep no rollout open', async () => {
    const s = await proved({ alarmsMadeAtMs: noonMs });
    const refusedText = `Cannot delete ${alarmName} as there are composite alarm(s) depending on it.`;
    failing(s, new AwsError('ValidationError', refusedText, { status: 400 }));
    const found = await s.now();
    await s.w.rollouts.save(
      { ...found, made: { ...found.made, alarms: [alarmName] }, ending: { outcome: 'RolledBack', reason: 'x', text: 'x', page: false } },
      [],
      noonMs,
    );
    await finish(id, undefined, s.ports);
    expect(await s.now()).toMatchObject({ outcome: 'RolledBack', closed: true });
    expect(JSON.stringify(await s.w.rollouts.ledger(id))).toContain(refusedText);
  });

  test('are left over an hour after their rollout’s end, also while its model serves; a pipeline’s are not', () => {
    const owners = new Map([['churn-1', { closed: true, endedAtMs: noonMs }]]);
    const made = ['sluice-churn-2-errors', 'churn-a-slow'].map((name) => ({ kind: 'alarm' as const, name, rolloutId: 'churn-1' }));
    const names = (nowMs: number) => leftoversOf(made, owners, new Set(['churn-1']), nowMs).map(({ name }) => name);
    expect(names(noonMs + 3_599_000)).toEqual([]);
    expect(names(noonMs + 3_600_000)).toEqual(['sluice-churn-2-errors']);
    expect(leftoversOf(made, new Map([['churn-1', { closed: false, endedAtMs: noonMs }]]), new Set(), noonMs + 7_200_000)).toEqual([]);
  });
});

describe('an alarm that is red before the start', () => {
  const red = { AlarmName: 'any-5xx', StateValue: 'ALARM', StateReason: 'Threshold Crossed' };
  const calm = { ...red, StateValue: 'OK' };

  async function begun(gate: object, deadline = '10m'): Promise<Story> {
    const s = await story({ gates: [{ type: 'alarm', alarmNames: ['any-5xx'], ...gate }], evidenceDeadline: deadline });
    await s.begin();
    s.endpoint = { EndpointStatus: 'InService', EndpointConfigName: 'churn-1', ProductionVariants: [served('churn-a', 1)] };
    s.configs.set('churn-1', {
      ProductionVariants: [{ VariantName: 'churn-a', ModelName: 'm', InstanceType: 'ml.m5.large', InitialInstanceCount: 1, InitialVariantWeight: 1 }],
    });
    s.alarms = [red];
    return s;
  }

  test('refuses a rollout, unless the delivery says to hold', async () => {
    const s = await begun({});
    expect((await acquire(id, 1, s.ports)).answer).toBe('refused');
    expect((await s.now()).ending).toMatchObject({ outcome: 'Rejected', reason: 'alarm-firing' });
  });

  test('is waited for with redBefore: hold, without the lock and with one entry, and the rollout starts once it is calm', async () => {
    const s = await begun({ redBefore: 'hold' });
    for (const minute of [0, 1, 2]) {
      s.clock.ms = noonMs + minute * 60_000;
      expect(await acquire(id, 1, s.ports)).toEqual({ answer: 'wait', waitSeconds: 60 });
      expect(await s.w.locks.holder('churn')).toBeUndefined();
    }
    expect((await s.kinds()).filter((kind) => kind === 'alarm-red')).toHaveLength(1);
    s.alarms = [calm];
    expect((await acquire(id, 1, s.ports)).answer).toBe('acquired');
  });

  test('refuses after all when the deadline has passed', async () => {
    const s = await begun({ redBefore: 'hold' });
    await acquire(id, 1, s.ports);
    s.clock.ms = noonMs + 599_000;
    expect((await acquire(id, 1, s.ports)).answer).toBe('wait');
    s.clock.ms = noonMs + 600_000;
    expect((await acquire(id, 1, s.ports)).answer).toBe('refused');
    expect((await s.now()).ending).toMatchObject({ reason: 'alarm-firing' });
  });

  test('is waited for as long as its gate says, where that says so itself', async () => {
    const s = await begun({ redBefore: 'hold', evidenceDeadline: '2m' });
    await acquire(id, 1, s.ports);
    s.clock.ms = noonMs + 120_000;
    expect((await acquire(id, 1, s.ports)).answer).toBe('refused');
  });

  test('is waited for a day at most: the history of an execution is finite', async () => {
    const s = await begun({ redBefore: 'hold' }, '30d');
    await acquire(id, 1, s.ports);
    s.clock.ms = noonMs + 86_400_000;
    expect((await acquire(id, 1, s.ports)).answer).toBe('refused');
  });

  test('is not waited for beside another reason to refuse', async () => {
    const s = await begun({ redBefore: 'hold', alarmNames: ['any-5xx', 'gone'] });
    expect((await acquire(id, 1, s.ports)).answer).toBe('refused');
  });

  test('keeps nothing from starting where it is only observed', async () => {
    const s = await begun({ observe: true });
    expect((await acquire(id, 1, s.ports)).answer).toBe('acquired');
  });
});

test('a delivery that makes two alarms of one name is refused', () => {
  const gate = { type: 'alarm' as const, create };
  const parsed = z.safeParse(DeliverySpec, deliverySource({ gates: [gate, gate] }));
  expect(parsed.error?.issues).toMatchObject([{ path: ['gates'], message: 'Expected another name for each alarm: "errors" is made twice' }]);
});
