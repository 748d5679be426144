import { beforeEach, describe, expect, test } from 'vitest';
import { NotFound, StaleRollout } from '../../src/rollout/errors.ts';
import { rejection } from '../emulator/front-fixture.ts';
import { deliverySource, noonMs, rollout } from '../rollout/fixture.ts';
import { type World, world } from './world.ts';

let w: World;
beforeEach(async () => {
  w = await world();
});
const apply = (source: Parameters<World['deliveries']['apply']>[0], subjects: readonly string[] = []) =>
  w.deliveries.apply(source, subjects, 'me', noonMs);

describe('apply()', () => {
  test('numbers revisions and keeps each as it was written', async () => {
    expect(await apply(deliverySource({ soak: '1h' }))).toEqual({ revision: 2, changed: true });
    expect(await w.head()).toMatchObject({ revision: 2, endpointName: 'churn' });
    expect(await w.deliveries.revision('churn', 1)).toEqual(deliverySource());
    expect(await w.deliveries.revision('churn', 2)).toEqual(deliverySource({ soak: '1h' }));
  });

  test('makes no revision of an unchanged delivery, whatever order its fields come in', async () => {
    const reordered = Object.fromEntries(Object.entries(deliverySource()).toReversed()) as ReturnType<typeof deliverySource>; // The same fields.
    expect(await apply(reordered)).toEqual({ revision: 1, changed: false });
  });

  test('moves the subscriptions along', async () => {
    expect(await w.deliveries.subscribers('image/models/churn')).toEqual(['churn']);
    await apply(deliverySource({ soak: '1h' }), ['image/models/other']);
    expect(await w.deliveries.subscribers('image/models/churn')).toEqual([]);
    expect(await w.deliveries.subscribers('image/models/other')).toEqual(['churn']);
    expect(await w.deliveries.subscribers('image/models/nobodys')).toEqual([]);
  });

  test('keeps what is live and open', async () => {
    const head = await w.head();
    await w.rollouts.admit(rollout(), head, [], noonMs);
    await apply(deliverySource({ soak: '1h' }));
    expect(await w.head()).toMatchObject({ revision: 2, openRolloutId: rollout().id });
  });

  test('lets one of two at the same moment through and tells the other', async () => {
    const answers = await Promise.allSettled([apply(deliverySource({ soak: '1h' })), apply(deliverySource({ soak: '2h' }))]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    const lost = answers.find((answer) => answer.status === 'rejected');
    expect(lost?.reason).toBeInstanceOf(StaleRollout);
    expect((await w.head()).revision).toBe(2);
  });
});

test('revision() of a number there is none of', async () => {
  const error = await rejection(w.deliveries.revision('churn', 7));
  expect(error).toBeInstanceOf(NotFound);
  expect(error.message).toBe('Delivery "churn" has no revision 7');
});

test('list() has every delivery once', async () => {
  await apply(deliverySource({ name: 'fraud' }));
  await apply(deliverySource({ name: 'fraud', soak: '1h' }));
  expect((await w.deliveries.list()).map(({ name, revision }) => [name, revision])).toEqual([
    ['churn', 1],
    ['fraud', 2],
  ]);
});
