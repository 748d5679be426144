import { describe, expect, test } from 'vitest';
import { acquire } from '../../src/rollout/acquire.ts';
import { finish } from '../../src/rollout/finish.ts';
import { executionEnded, recover } from '../../src/rollout/recover.ts';
import type { Ending, Placement } from '../../src/rollout/rollout.ts';
import { start } from '../../src/rollout/start.ts';
import { sweep } from '../../src/rollout/sweep.ts';
import { digestOf, noonMs, request, rollout } from './fixture.ts';
import { type Story, served, story } from './world.ts';

const { id } = rollout();
const placement: Placement = { endpointName: 'churn', fence: 1, stable: 'main', canary: 'churn-a', configName: 'churn-2', stableWeight: 1 };
const rolledBack: Ending = { outcome: 'RolledBack', reason: 'over-threshold', text: 'too many errors', page: true };
const minutesMs = (count: number) => count * 60_000;

const pages = (s: Story) =>
  s.changes().filter(([operation, input]) => operation === 'Publish' && (input as { Subject: string }).Subject.startsWith('PAGE'));

/** A rollout whose last function died right after the end was written: not tidied, not given back, not told. */
async function endedAndNotTold(): Promise<Story> {
  const s = await story();
  await s.begin({ placement, ending: rolledBack, made: { configs: ['churn-2'], models: ['churn-m2'] } });
  s.endpoint = { EndpointStatus: 'InService', EndpointConfigName: 'theirs', ProductionVariants: [served('main', 1)] };
  s.configs.set('theirs', { ProductionVariants: [{ VariantName: 'main', ModelName: 'theirs' }] });
  const dying = { ...s.ports, rollouts: { ...s.ports.rollouts, post: () => Promise.reject(new Error('the function died here')) } };
  await expect(finish(id, undefined, dying)).rejects.toThrow('died here');
  expect((await s.now()).outcome).toBe('RolledBack');
  expect((await s.now()).closed).toBeUndefined();
  expect((await s.w.head()).closing).toEqual([id]);
  return s;
}

describe('a rollout that has ended and whose end nobody told', () => {
  test('is found by a sweep, walked to its end once more, and pages', async () => {
    const s = await endedAndNotTold();
    expect((await sweep(s.ports)).recovered).toEqual([]); // It ended just now: its own function may still be at it.
    s.clock.ms += minutesMs(6);
    expect(await sweep(s.ports)).toMatchObject({ recovered: [id], failed: [] });
    expect([...s.executions.running]).toEqual([`${id}-2`]);

    expect((await acquire(id, 2, s.ports)).answer).toBe('resume-finish');
    await finish(id, undefined, s.ports);
    expect(await s.now()).toMatchObject({ outcome: 'RolledBack', tidied: true, closed: true });
    expect((await s.w.head()).closing).toBeUndefined();
    expect(pages(s)).toHaveLength(1);
    expect(await s.w.locks.holder('churn')).toBeUndefined();
    expect(s.changes().filter(([operation]) => operation.startsWith('Delete'))).toMatchObject([
      ['DeleteEndpointConfig', { EndpointConfigName: 'churn-2' }],
      ['DeleteModel', { ModelName: 'churn-m2' }],
    ]);
  });

  test('is recovered by the event of its execution as well; once it is closed nothing is', async () => {
    const s = await endedAndNotTold();
    const ended = { machine: 'rollout', name: `${id}-1`, status: 'ABORTED', rolloutId: id, cause: '' } as const;
    expect(await executionEnded(ended, s.ports)).toBe('recovered');
    await finish(id, undefined, s.ports);
    expect(await executionEnded(ended, s.ports)).toBe('closed');
    expect([...s.executions.running]).toEqual([`${id}-2`]);
  });

  test('leaves an endpoint alone that another holds by now', async () => {
    const s = await endedAndNotTold();
    await s.w.locks.releaseHeldBy('churn', id);
    await s.w.locks.acquire('churn', 'the next one', noonMs);
    await finish(id, undefined, s.ports);
    expect(s.changes().filter(([operation]) => operation.startsWith('Delete'))).toEqual([]);
    expect(await s.w.locks.holder('churn')).toMatchObject({ holder: 'the next one' });
    expect(await s.now()).toMatchObject({ closed: true });
  });
});

test('recover() writes down which walk it starts before it does: whoever looks meanwhile starts no second one', async () => {
  const s = await story();
  await s.begin({ placement });
  // The second generation died before its first function ran: Step Functions knows the name, the record does not.
  s.executions.over.add(`${id}-2`);
  expect(await recover(id, 'it was stopped', s.ports)).toBe('recovered');
  expect([...s.executions.running]).toEqual([`${id}-3`]);
  expect(await s.now()).toMatchObject({ generation: 3 });
  expect(await recover(id, 'told twice', s.ports)).toBe('running');
  expect([...s.executions.running]).toEqual([`${id}-3`]);
});

test('a page that could not be sent keeps a rollout from being closed, not from having ended', async () => {
  const s = await story();
  await s.begin({ placement, ending: rolledBack });
  s.endpoint = { EndpointStatus: 'InService', EndpointConfigName: 'theirs', ProductionVariants: [served('main', 1)] };
  s.configs.set('theirs', { ProductionVariants: [{ VariantName: 'main', ModelName: 'theirs' }] });
  const deaf = { ...s.ports, notices: { tell: async () => false } };
  await expect(finish(id, undefined, deaf)).rejects.toThrow('Cannot page anybody');
  expect(await s.now()).toMatchObject({ outcome: 'RolledBack', tidied: true });
  expect(await s.w.locks.holder('churn')).toBeUndefined();
  expect((await s.w.head()).closing).toEqual([id]);
  await finish(id, undefined, s.ports);
  expect(pages(s)).toHaveLength(1);
  expect(await s.now()).toMatchObject({ closed: true });
});

test('two recoveries at once start one walk: the second starts the one the first has written down', async () => {
  const s = await story();
  await s.begin({ placement });
  s.executions.over.add(`${id}-1`);
  let go = () => {};
  let first: Promise<unknown> = Promise.resolve();
  const gate = new Promise<void>((resolve) => (go = resolve));
  const written = new Promise<void>((resolve) => {
    const slow = {
      ...s.ports,
      executions: {
        ...s.ports.executions,
        async startWalk(name: string, input: Readonly<Record<string, unknown>>) {
          resolve();
          await gate;
          return s.ports.executions.startWalk(name, input);
        },
      },
    };
    first = recover(id, 'the event', slow);
  });
  await written;
  expect(await recover(id, 'the sweep', s.ports)).toBe('recovered');
  go();
  expect(await first).toBe('recovered');
  expect([...s.executions.running]).toEqual([`${id}-2`]);
});
test.each(['FAILED', 'TIMED_OUT', 'ABORTED'])('an execution that ended as %s is recovered', async (status) => {
  const s = await story();
  await s.begin({ placement });
  expect(await executionEnded({ machine: 'rollout', name: `${id}-1`, status, rolloutId: id, cause: 'why' }, s.ports)).toBe('recovered');
  expect([...s.executions.running]).toEqual([`${id}-2`]);
  expect((await s.now()).ending).toMatchObject({ outcome: 'RolledBack', reason: 'execution-stopped' });
});

test('a sweep in the middle of an end leaves the variant that rests alone: the lock is still the end’s own', async () => {
  const s = await story({ retire: { after: '5m' } });
  await s.begin({ placement: { ...placement, stable: 'churn-a', canary: 'churn-b' }, ending: { ...rolledBack, page: false } });
  s.endpoint = { EndpointStatus: 'InService', EndpointConfigName: 'churn-2', ProductionVariants: [served('churn-a', 1), served('churn-b', 0)] };
  s.configs.set('churn-2', {
    ProductionVariants: [
      { VariantName: 'churn-a', ModelName: 'm1' },
      { VariantName: 'churn-b', ModelName: 'm2' },
    ],
  });
  s.executions.running.add(`${id}-1`);
  let retired: unknown;
  const meanwhile = {
    ...s.ports.locks,
    async releaseHeldBy(endpointName: string, rolloutId: string) {
      s.clock.ms += minutesMs(6);
      retired ??= (await sweep(s.ports)).retired;
      await s.ports.locks.releaseHeldBy(endpointName, rolloutId);
    },
  };
  await finish(id, undefined, { ...s.ports, locks: meanwhile });
  expect(retired).toEqual([]);
  expect(s.changes().filter(([operation]) => operation === 'UpdateEndpoint')).toEqual([]);
  expect(await s.w.locks.record('churn')).toMatchObject({ resting: { variantName: 'churn-b', rolloutId: id } });
});

describe('a rollout that waits in the queue', () => {
  test('is not overtaken by a newer one while nothing is open for a moment: the newer takes its place', async () => {
    const s = await story({ concurrency: 'queue' });
    await s.begin();
    const push = (letter: string) => start('churn', request({ imageDigest: digestOf(letter), occurredAtMs: noonMs + 1 }), s.ports);
    const older = await push('c');
    const dying = { ...s.ports, rollouts: { ...s.ports.rollouts, post: () => Promise.reject(new Error('the function died here')) } };
    await expect(finish(id, undefined, dying)).rejects.toThrow('died here');
    expect(await s.w.head()).toMatchObject({ queuedRolloutId: 'churn-cccccccccccc-1' });
    expect(await push('d')).toMatchObject({ answer: 'queued', rolloutId: 'churn-dddddddddddd-1' });
    expect(await s.w.rollouts.find(older.answer === 'queued' ? older.rolloutId : '')).toMatchObject({ outcome: 'Superseded' });
    // Nobody has to wait for anything: it begins at once.
    expect(await s.w.head()).toMatchObject({ openRolloutId: 'churn-dddddddddddd-1' });
    expect([...s.executions.running]).toEqual(['churn-dddddddddddd-1']);
  });
});

describe('a rollout that loses its place in the queue', () => {
  const push = (letter: string) => request({ imageDigest: digestOf(letter), dedupeKey: digestOf(letter), occurredAtMs: noonMs + 1 });

  test('is ended even where whoever took the place died before saying so: by the next look at the queue', async () => {
    const s = await story({ concurrency: 'queue' });
    await s.begin();
    s.executions.running.add(`${id}-1`);
    const first = await start('churn', push('c'), s.ports);
    const dying = { ...s.ports, rollouts: { ...s.ports.rollouts, end: () => Promise.reject(new Error('the function died here')) } };
    await expect(start('churn', push('d'), dying)).rejects.toThrow('died here');
    const displaced = first.answer === 'queued' ? first.rolloutId : '';
    expect((await s.w.rollouts.find(displaced))?.outcome).toBeUndefined();

    expect((await sweep(s.ports)).failed).toEqual([]);
    expect(await s.w.rollouts.find(displaced)).toMatchObject({ outcome: 'Superseded', closed: true });
    expect((await s.w.head()).closing).toBeUndefined();
  });

  test('under supersede the open one is told to stop, also when the event comes again after its first function died', async () => {
    const s = await story({ concurrency: 'supersede' });
    await s.begin();
    const dying = { ...s.ports, rollouts: { ...s.ports.rollouts, post: () => Promise.reject(new Error('the function died here')) } };
    await expect(start('churn', push('c'), dying)).rejects.toThrow('died here');
    expect(await s.w.rollouts.inbox(id)).toEqual([]);
    expect(await start('churn', push('c'), s.ports)).toMatchObject({ answer: 'same' });
    expect(await s.w.rollouts.inbox(id)).toMatchObject([{ act: { kind: 'abort', reason: 'superseded' } }]);
  });
});

describe('sweep() and the execution of the delivery', () => {
  test.each<[string, boolean, readonly string[]]>([
    ['trains or makes a model: it is the walk', false, []],
    ['waits for a walk that died before it held the endpoint: nobody walks', true, [id]],
  ])('it %s', async (_what, waits, recovered) => {
    const s = await story();
    await s.begin({ phase: 'Registering' });
    s.executions.running.add(id);
    if (waits) await s.w.rollouts.park(id, { name: 'rollout', token: 'token', keys: [`rollout/${id}`] });
    s.clock.ms += minutesMs(10);
    expect((await sweep(s.ports)).recovered).toEqual(recovered);
  });
});
