import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { beforeEach, describe, expect, test } from 'vitest';
import { dynamoRollouts } from '../../src/aws/rollouts.ts';
import { dynamoTable } from '../../src/aws/table.ts';
import { flawOf } from '../../src/ledger/chain.ts';
import { StaleRollout } from '../../src/rollout/errors.ts';
import { rejection } from '../emulator/front-fixture.ts';
import { digestOf, noonMs, request, rollout } from '../rollout/fixture.ts';
import { type World, world } from './world.ts';

let w: World;
beforeEach(async () => {
  w = await world();
});
const started = [{ kind: 'started' as const, text: 'attempt 1' }];
const admitted = async (overrides: Parameters<typeof rollout>[0] = {}) => {
  const wanted = rollout(overrides);
  expect(await w.rollouts.admit(wanted, await w.head(), started, noonMs)).toBe(true);
  const found = await w.rollouts.find(wanted.id);
  if (!found) throw new Error('Admitted, and not there');
  return found;
};

describe('save()', () => {
  test('keeps state and the entries that explain it, and counts versions', async () => {
    const first = await admitted();
    const saved = await w.rollouts.save({ ...first, phase: 'Training' }, [{ kind: 'training-asked', text: 'job' }], noonMs + 1000);
    expect(saved).toMatchObject({ version: first.version + 1, phase: 'Training', ledger: { seq: 2 } });
    expect(await w.rollouts.find(first.id)).toEqual(saved);
    const entries = await w.rollouts.ledger(first.id);
    expect(entries.map(({ kind }) => kind)).toEqual(['started', 'training-asked']);
    expect(flawOf(entries, saved.ledger)).toBeUndefined();
  });

  test('refuses to write over what somebody else saved, and then writes no entry either', async () => {
    const read = await admitted();
    await w.rollouts.save({ ...read, phase: 'Training' }, [{ kind: 'training-asked', text: 'first' }], noonMs);
    const error = await rejection(w.rollouts.save({ ...read, phase: 'Preparing' }, [{ kind: 'plan', text: 'second' }], noonMs));
    expect(error).toBeInstanceOf(StaleRollout);
    expect(error.message).toContain(`Cannot save rollout "${read.id}"`);
    expect((await w.rollouts.find(read.id))?.phase).toBe('Training');
    expect((await w.rollouts.ledger(read.id)).map(({ text }) => text)).toEqual(['attempt 1', 'first']);
  });

  test('is all or nothing: an entry that cannot be written keeps the state as it was', async () => {
    const read = await admitted();
    // An entry already under that number: somebody wrote past us.
    const forged = { ...read, ledger: { seq: 0, hash: read.ledger.hash } };
    expect(await rejection(w.rollouts.save(forged, [{ kind: 'plan', text: 'x' }], noonMs))).toBeInstanceOf(StaleRollout);
    expect(await w.rollouts.find(read.id)).toEqual(read);
  });

  test('keeps the order of a long ledger', async () => {
    let last = await admitted();
    for (let count = 0; count < 12; count++) last = await w.rollouts.save(last, [{ kind: 'gates-evaluated', text: String(count) }], noonMs + count);
    expect((await w.rollouts.ledger(last.id)).map(({ seq }) => seq)).toEqual(Array.from({ length: 13 }, (_, index) => index + 1));
  });
});

describe('admit()', () => {
  test('lets one of two through: the other decides anew', async () => {
    const head = await w.head();
    const other = rollout({ id: 'churn-cccccccccccc-1', request: request({ imageDigest: digestOf('c') }) });
    const answers = await Promise.all([w.rollouts.admit(rollout(), head, started, noonMs), w.rollouts.admit(other, head, started, noonMs)]);
    expect(answers.filter((admitted) => admitted)).toHaveLength(1);
    const { openRolloutId } = await w.head();
    expect(openRolloutId).toBe(answers[0] ? rollout().id : other.id);
    expect(await w.rollouts.find(answers[0] ? other.id : rollout().id)).toBeUndefined();
  });

  test('lets the same rollout through once, however often it is asked', async () => {
    const head = await w.head();
    expect(await w.rollouts.admit(rollout(), head, started, noonMs)).toBe(true);
    expect(await w.rollouts.admit(rollout(), await w.head(), started, noonMs)).toBe(false);
    expect(await w.deliveries.lastAttempt('churn', digestOf('b'))).toEqual({ attempt: 1, rolloutId: rollout().id, open: true });
  });

  test('loses to a revision applied in the meantime', async () => {
    const head = await w.head();
    await w.deliveries.apply({ ...(await w.deliveries.revision('churn', 1)), soak: '1h' }, [], 'me', noonMs);
    expect(await w.rollouts.admit(rollout(), head, started, noonMs)).toBe(false);
  });
});

describe('reject()', () => {
  test('records a rollout that never began, with its reason, and leaves the delivery’s head alone', async () => {
    const head = await w.head();
    const rejected = rollout({ phase: 'Ended', outcome: 'Rejected', endedAtMs: noonMs });
    expect(await w.rollouts.reject(rejected, [{ kind: 'rejected', text: 'busy' }], noonMs)).toBe(true);
    expect(await w.head()).toEqual(head);
    expect(await w.deliveries.lastAttempt('churn', digestOf('b'))).toEqual({ attempt: 1, rolloutId: rejected.id, open: false, endedAtMs: noonMs });
    expect(await w.rollouts.reject(rejected, [{ kind: 'rejected', text: 'busy' }], noonMs)).toBe(false);
    expect((await w.rollouts.list({ limit: 10 })).map(({ id }) => id)).toEqual([rejected.id]);
  });
});

describe('end()', () => {
  test('writes outcome, entries, what is live and the attempt in one go', async () => {
    const open = await admitted();
    const ended = await w.rollouts.end({ ...open, outcome: 'Succeeded', phase: 'Ended' }, [{ kind: 'ended', text: 'Succeeded' }], noonMs + 5000);
    const { openRolloutId, ...head } = await w.head();
    expect(openRolloutId).toBeUndefined();
    expect(head).toMatchObject({ liveDigest: digestOf('b'), liveRolloutId: open.id });
    expect(await w.deliveries.lastAttempt('churn', digestOf('b'))).toMatchObject({ open: false, endedAtMs: noonMs + 5000 });
    expect(flawOf(await w.rollouts.ledger(open.id), ended.ledger)).toBeUndefined();
  });

  test('leaves live what was live when a rollout did not succeed', async () => {
    await w.rollouts.end({ ...(await admitted()), outcome: 'Succeeded' }, [], noonMs);
    const second = await admitted({ id: 'churn-cccccccccccc-1', request: request({ imageDigest: digestOf('c') }) });
    await w.rollouts.end({ ...second, outcome: 'RolledBack' }, [], noonMs);
    expect(await w.head()).toMatchObject({ liveDigest: digestOf('b') });
  });

  test('gets past a revision that is applied at the same moment', async () => {
    const open = await admitted();
    await w.deliveries.apply({ ...(await w.deliveries.revision('churn', 1)), soak: '1h' }, [], 'me', noonMs);
    await w.rollouts.end({ ...open, outcome: 'Succeeded' }, [], noonMs);
    expect(await w.head()).toMatchObject({ revision: 2, liveDigest: digestOf('b') });
  });

  test('does not end twice', async () => {
    const open = await admitted();
    await w.rollouts.end({ ...open, outcome: 'Succeeded' }, [], noonMs);
    expect(await rejection(w.rollouts.end({ ...open, outcome: 'Failed' }, [], noonMs))).toBeInstanceOf(StaleRollout);
    expect((await w.rollouts.find(open.id))?.outcome).toBe('Succeeded');
  });
});

describe('list()', () => {
  test('has the newest first, of one delivery or of all', async () => {
    await w.deliveries.apply({ ...(await w.deliveries.revision('churn', 1)), name: 'fraud' }, [], 'me', noonMs);
    await w.rollouts.reject(rollout({ id: 'churn-1', startedAtMs: noonMs, request: request({ imageDigest: digestOf('1') }) }), [], noonMs);
    await w.rollouts.reject(rollout({ id: 'fraud-1', delivery: 'fraud', startedAtMs: noonMs + 1000 }), [], noonMs);
    await w.rollouts.reject(rollout({ id: 'churn-2', startedAtMs: noonMs + 2000, request: request({ imageDigest: digestOf('2') }) }), [], noonMs);
    const ids = async (filter: Parameters<World['rollouts']['list']>[0]) => (await w.rollouts.list(filter)).map(({ id }) => id);
    expect(await ids({ limit: 10 })).toEqual(['churn-2', 'fraud-1', 'churn-1']);
    expect(await ids({ limit: 2 })).toEqual(['churn-2', 'fraud-1']);
    expect(await ids({ delivery: 'churn', limit: 10 })).toEqual(['churn-2', 'churn-1']);
  });
});

describe('the inbox', () => {
  test('reaches whoever watches a key, and nobody who has stopped', async () => {
    const alarms = Array.from({ length: 60 }, (_, index) => `alarm/${index}`);
    await w.rollouts.watch('one', ['endpoint/churn', ...alarms]);
    await w.rollouts.watch('two', ['endpoint/churn']);
    expect(await w.rollouts.watchersOf('endpoint/churn')).toEqual(['one', 'two']);
    await w.rollouts.unwatch('one', ['endpoint/churn', ...alarms]);
    expect(await w.rollouts.watchersOf('endpoint/churn')).toEqual(['two']);
    expect(w.rows().filter(({ pk }) => pk.startsWith('WATCH#'))).toHaveLength(1);
  });

  test('keeps signals in the order they happened, each once', async () => {
    const signal = (atMs: number, id: string) => ({ id, key: 'alarm/a', atMs, state: 'ALARM', text: id });
    await w.rollouts.post('one', signal(noonMs + 2000, 'second'));
    await w.rollouts.post('one', signal(noonMs, 'first'));
    await w.rollouts.post('one', signal(noonMs, 'first'));
    await w.rollouts.post('two', signal(noonMs, 'elsewhere'));
    expect((await w.rollouts.inbox('one')).map(({ id }) => id)).toEqual(['first', 'second']);
  });

  test('holds one wait a name', async () => {
    await w.rollouts.park('one', { name: 'bake', token: 'old', keys: [] });
    await w.rollouts.park('one', { name: 'bake', token: 'new', keys: ['alarm/a'] });
    await w.rollouts.park('one', { name: 'rollout', token: 'other', keys: [] });
    expect((await w.rollouts.waits('one')).map(({ token }) => token)).toEqual(['new', 'other']);
    // The old token's end must not take the wait that was parked anew under its name.
    await w.rollouts.unpark('one', { name: 'bake', token: 'old' });
    expect(await w.rollouts.waits('one')).toHaveLength(2);
    await w.rollouts.unpark('one', { name: 'bake', token: 'new' });
    expect((await w.rollouts.waits('one')).map(({ name }) => name)).toEqual(['rollout']);
  });
});

test('a table that is not there is told in our words, with AWS’s behind them', async () => {
  const elsewhere = dynamoRollouts(dynamoTable('nowhere', new DynamoDBClient(w.options)));
  const error = await rejection(elsewhere.find('one'));
  expect(error.name).toBe('Refused');
  expect(error.message).toContain('Cannot read rollout "one": ResourceNotFoundException');
  expect(error.cause).toMatchObject({ name: 'ResourceNotFoundException' });
});
