import { beforeEach, describe, expect, test } from 'vitest';
import { LockLost } from '../../src/rollout/errors.ts';
import { rejection } from '../emulator/front-fixture.ts';
import { noonMs } from '../rollout/fixture.ts';
import { type World, world } from './world.ts';

let w: World;
beforeEach(async () => {
  w = await world();
});
const record = { delivery: 'churn', stable: 'churn-a', configs: ['churn-1'], models: ['m'] };
const take = async (rolloutId: string) => {
  const lock = await w.locks.acquire('churn', rolloutId, noonMs);
  if (!('fence' in lock)) throw new Error(`Held by ${lock.holder}`);
  return lock.fence;
};

describe('the lock of an endpoint', () => {
  test('is had by one of two who ask at the same moment', async () => {
    const [one, two] = await Promise.all([w.locks.acquire('churn', 'one', noonMs), w.locks.acquire('churn', 'two', noonMs)]);
    expect([one, two].filter((lock) => 'fence' in lock)).toHaveLength(1);
    expect([one, two].find((lock) => 'holder' in lock)).toMatchObject({ holder: 'fence' in one ? 'one' : 'two' });
  });

  test('tells who holds it and until when', async () => {
    await take('one');
    expect(await w.locks.acquire('churn', 'two', noonMs + 1000)).toEqual({ holder: 'one', leaseUntilMs: noonMs + 600_000 });
  });

  test('stays with its holder when asked again, under the same fence', async () => {
    expect([await take('one'), await take('one')]).toEqual([1, 1]);
  });

  test('grows its fence with every holder', async () => {
    const fences: number[] = [];
    for (const holder of ['one', 'two', 'one']) {
      const fence = await take(holder);
      fences.push(fence);
      await w.locks.release('churn', holder, fence);
    }
    expect(fences).toEqual([1, 2, 3]);
  });

  test('is not free because its lease ended: whoever held it may have left traffic on a canary', async () => {
    await take('one');
    expect(await w.locks.acquire('churn', 'two', noonMs + 86_400_000)).toMatchObject({ holder: 'one' });
  });

  test('is renewed by its holder alone', async () => {
    const fence = await take('one');
    await w.locks.renew('churn', 'one', fence, noonMs + 60_000);
    expect(await w.locks.acquire('churn', 'two', noonMs)).toMatchObject({ leaseUntilMs: noonMs + 660_000 });
    const error = await rejection(w.locks.renew('churn', 'two', fence, noonMs));
    expect(error).toBeInstanceOf(LockLost);
    expect(error.message).toBe('Rollout "two" no longer holds endpoint "churn" under fence 1');
    expect(await rejection(w.locks.renew('churn', 'one', fence - 1, noonMs))).toBeInstanceOf(LockLost);
  });

  test('is lost to a holder who comes back with an old fence', async () => {
    const old = await take('one');
    await w.locks.release('churn', 'one', old);
    await take('one');
    expect(await rejection(w.locks.renew('churn', 'one', old, noonMs))).toBeInstanceOf(LockLost);
    expect(await rejection(w.locks.saveRecord('churn', 'one', old, record))).toBeInstanceOf(LockLost);
    // Giving back what is not ours any more changes nothing.
    await w.locks.release('churn', 'one', old);
    expect(await w.locks.acquire('churn', 'two', noonMs)).toMatchObject({ holder: 'one' });
  });

  test('is the same for an endpoint’s name in other case, as SageMaker’s ARNs write it', async () => {
    await take('one');
    expect(await w.locks.acquire('Churn', 'two', noonMs)).toMatchObject({ holder: 'one' });
  });

  test('is given back by an ended rollout under whatever fence, and by nobody else', async () => {
    await take('one');
    await w.locks.releaseHeldBy('churn', 'two');
    expect(await w.locks.acquire('churn', 'two', noonMs)).toMatchObject({ holder: 'one' });
    await w.locks.releaseHeldBy('churn', 'one');
    expect(await take('two')).toBe(2);
  });

  test('is each endpoint’s own', async () => {
    await take('one');
    expect(await w.locks.acquire('fraud', 'two', noonMs)).toEqual({ fence: 1 });
  });
});

describe('what is remembered of an endpoint', () => {
  test('outlives its lock', async () => {
    const fence = await take('one');
    expect(await w.locks.record('churn')).toBeUndefined();
    await w.locks.saveRecord('churn', 'one', fence, record);
    await w.locks.release('churn', 'one', fence);
    expect(await w.locks.record('churn')).toEqual(record);
    expect(await take('two')).toBe(2);
    expect(await w.locks.record('churn')).toEqual(record);
  });
});
