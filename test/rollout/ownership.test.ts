import { describe, expect, test } from 'vitest';
import { acquire } from '../../src/rollout/acquire.ts';
import { finish } from '../../src/rollout/finish.ts';
import { prepare } from '../../src/rollout/prepare.ts';
import type { Ending, Placement } from '../../src/rollout/rollout.ts';
import { digestOf, imageOf, noonMs, rollout } from './fixture.ts';
import { served, story } from './world.ts';

/* What belongs to whom: a rollout deletes what it made and nothing else, and never takes a variant that serves. */

const id = rollout().id;
const placement: Placement = { endpointName: 'churn', fence: 1, stable: 'main', canary: 'churn-a', stableWeight: 1 };
const config = (...variants: [name: string, model: string][]) => ({
  ProductionVariants: variants.map(([VariantName, ModelName]) => ({
    VariantName,
    ModelName,
    InstanceType: 'ml.m5.large',
    InitialInstanceCount: 1,
    InitialVariantWeight: 1,
  })),
});
const inService = (configName: string, variants: object[]) => ({
  EndpointStatus: 'InService',
  EndpointConfigName: configName,
  ProductionVariants: variants,
});
const succeeded: Ending = { outcome: 'Succeeded', reason: 'promoted', text: 'promoted', page: false };
const rolledBack: Ending = { outcome: 'RolledBack', reason: 'alarm-firing', text: 'alarm', page: false };
const deleted = (changes: [string, unknown][]) =>
  changes.flatMap(([operation, input]) => (operation.startsWith('Delete') ? [`${operation} ${Object.values(input as object).join()}`] : []));

describe('a foreign endpoint', () => {
  test('gives up no variant that serves under the canary’s name', async () => {
    const s = await story({ serve: { endpoint: 'churn', instanceType: 'ml.m5.large', stableVariant: 'main' } });
    await s.begin();
    s.endpoint = inService('theirs', [served('main', 1), served('churn-a', 1)]);
    s.configs.set('theirs', config(['main', 'm1'], ['churn-a', 'm2']));
    expect((await acquire(id, 1, s.ports)).answer).toBe('refused');
    expect((await s.now()).ending).toMatchObject({ outcome: 'Rejected', reason: 'canary-name-taken' });
    expect(s.changes()).toEqual([]);
  });

  test('keeps its own model and configuration, from the first promotion on and ever after', async () => {
    // The first rollout: main is theirs, churn-a is promoted.
    const s = await story();
    await s.begin({ placement: { ...placement, configName: 'churn-1' }, made: { configs: ['churn-1'], models: ['churn-m1'] }, ending: succeeded });
    s.endpoint = inService('churn-1', [served('main', 0), served('churn-a', 1)]);
    s.configs.set('churn-1', config(['main', 'their-model'], ['churn-a', 'churn-m1']));
    await finish(id, undefined, s.ports);
    expect(deleted(s.changes())).toEqual([]);
    expect(await s.w.locks.record('churn')).toEqual({
      delivery: 'churn',
      stable: 'churn-a',
      resting: { variantName: 'main', modelName: 'their-model', sinceMs: noonMs, rolloutId: id },
      configs: ['churn-1'],
      models: ['churn-m1'],
    });

    // The second: main rests and is replaced by churn-b.
    const next = rollout({ id: 'churn-cccccccccccc-1', revision: (await s.w.head()).revision });
    const request = { ...next.request, imageDigest: digestOf('c') };
    await s.w.locks.acquire('churn', next.id, noonMs);
    await s.w.rollouts.admit(
      {
        ...next,
        request,
        candidate: { images: [imageOf('c')], modelName: 'churn-m2' },
        placement: { ...placement, fence: 2, stable: 'churn-a', canary: 'churn-b' },
      },
      await s.w.head(),
      [],
      noonMs,
    );
    await prepare(next.id, s.ports);
    expect((await s.w.rollouts.find(next.id))?.replaced).toEqual({ configs: ['churn-1'], models: [] });
  });
});

describe('finish()', () => {
  const made = { configs: ['churn-2'], models: ['churn-m2'] };
  const replaced = { configs: ['churn-1'], models: ['churn-m0'] };
  const ours = { ...placement, stable: 'churn-a', canary: 'churn-b', configName: 'churn-2' };

  test('deletes what was replaced once the new is in force', async () => {
    const s = await story();
    await s.begin({ placement: ours, made, replaced, ending: succeeded });
    s.endpoint = inService('churn-2', [served('churn-a', 0), served('churn-b', 1)]);
    s.configs.set('churn-2', config(['churn-a', 'churn-m1'], ['churn-b', 'churn-m2']));
    await finish(id, undefined, s.ports);
    expect(deleted(s.changes())).toEqual(['DeleteEndpointConfig churn-1', 'DeleteModel churn-m0']);
  });

  test('deletes what it made when the old came back, and remembers the endpoint as it was', async () => {
    const s = await story();
    await s.begin({ placement: ours, made, replaced, ending: rolledBack });
    s.endpoint = inService('churn-1', [served('churn-a', 1), served('churn-b', 0)]);
    s.configs.set('churn-1', config(['churn-a', 'churn-m1'], ['churn-b', 'churn-m0']));
    await finish(id, undefined, s.ports);
    expect(deleted(s.changes())).toEqual(['DeleteEndpointConfig churn-2', 'DeleteModel churn-m2']);
    expect(await s.w.locks.record('churn')).toBeUndefined();
  });

  test('deletes nothing while both fleets serve after a failed rollback', async () => {
    const s = await story();
    await s.begin({ placement: ours, made, replaced, ending: { ...rolledBack, outcome: 'Failed', page: true } });
    s.endpoint = { ...inService('churn-1', [served('churn-a', 1)]), EndpointStatus: 'UpdateRollbackFailed' };
    s.configs.set('churn-1', config(['churn-a', 'churn-m1']));
    await finish(id, undefined, s.ports);
    expect(deleted(s.changes())).toEqual([]);
  });

  test('deletes a first endpoint that never served, and never one that answers', async () => {
    const { stable: _, ...first } = { ...ours, canary: 'churn-a' };
    const failed: Ending = { outcome: 'Failed', reason: 'creation-failed', text: 'ping', page: false };
    const dead = await story();
    await dead.begin({ placement: first, made, ending: failed });
    dead.endpoint = { ...inService('churn-2', [served('churn-a', 1)]), EndpointStatus: 'Failed' };
    await finish(id, undefined, dead.ports);
    expect(deleted(dead.changes())).toEqual(['DeleteEndpoint churn', 'DeleteEndpointConfig churn-2', 'DeleteModel churn-m2']);

    // Its first try asked for that and died: the endpoint is on its way out, and what it ran on goes all the same.
    const leaving = await story();
    await leaving.begin({ placement: first, made, ending: failed });
    leaving.endpoint = { ...inService('churn-2', [served('churn-a', 1)]), EndpointStatus: 'Deleting' };
    leaving.configs.set('churn-2', config(['churn-a', 'churn-m2']));
    await finish(id, undefined, leaving.ports);
    expect(deleted(leaving.changes())).toEqual(['DeleteEndpointConfig churn-2', 'DeleteModel churn-m2']);
    expect(await leaving.w.locks.record('churn')).toBeUndefined();

    const alive = await story();
    await alive.begin({ placement: first, made, ending: { ...failed, reason: 'smoke-test-failed', page: true } });
    alive.endpoint = inService('churn-2', [served('churn-a', 1)]);
    alive.configs.set('churn-2', config(['churn-a', 'churn-m2']));
    await finish(id, undefined, alive.ports);
    expect(deleted(alive.changes())).toEqual([]);
    expect(await alive.w.locks.record('churn')).toMatchObject({ stable: 'churn-a', configs: ['churn-2'], models: ['churn-m2'] });
  });

  test('ends a rollout whose endpoint somebody else holds by now, and leaves it to them', async () => {
    const s = await story();
    await s.begin({ placement: { ...ours, fence: 7 }, made, replaced, ending: rolledBack });
    s.endpoint = inService('churn-2', [served('churn-a', 1), served('churn-b', 0)]);
    s.configs.set('churn-2', config(['churn-a', 'churn-m1'], ['churn-b', 'churn-m2']));
    await finish(id, undefined, s.ports);
    expect((await s.now()).outcome).toBe('RolledBack');
    expect(await s.w.locks.record('churn')).toBeUndefined();
  });
});

test('acquire() waits for an endpoint another rollout holds, an hour from when it first asked', async () => {
  const s = await story();
  await s.begin();
  await s.w.locks.acquire('churn', 'another', noonMs);
  // It trained for three hours before it came here.
  const asked = noonMs + 3 * 3_600_000;
  const answers = [];
  for (const minutes of [0, 30, 59, 60]) {
    s.clock.ms = asked + minutes * 60_000;
    answers.push((await acquire(id, 1, s.ports)).answer);
  }
  expect(answers).toEqual(['wait', 'wait', 'wait', 'refused']);
  expect((await s.now()).ending).toMatchObject({ outcome: 'Rejected', reason: 'endpoint-held' });
  expect(await s.kinds()).toEqual(['endpoint-busy', 'refused']);
});
