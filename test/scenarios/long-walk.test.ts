import { afterEach, expect, test } from 'vitest';
import { expectNothingLeftOver } from './left-over.ts';
import { better, churn, good, startWorld, type World } from './world.ts';

let world: World;
afterEach(() => world.stop());

test('a walk continues in new executions at 50 history events, and its delivery still hears of the end', async () => {
  world = await startWorld({ parameters: { HistoryLimit: '50' } });
  await world.apply(churn());
  world.emulator.services.sagemaker.setTraffic('churn', 20);
  await world.push('v1', good);
  await world.untilQuiet();
  const digest = await world.push('v2', better);
  await world.untilQuiet();

  const promoted = await world.rollout(digest);
  expect(promoted).toMatchObject({ outcome: 'Succeeded', reason: 'promoted' });
  const walks = world.emulator.services.states.executions().filter((execution) => execution.name.startsWith(`${promoted.id}-`));
  expect(walks.length).toBeGreaterThan(2);
  expect(walks.map((walk) => walk.name)).toEqual(walks.map((_, index) => `${promoted.id}-${index + 1}`));
  expect(new Set(walks.map((walk) => walk.status))).toEqual(new Set(['SUCCEEDED']));
  expect(promoted.entries.filter((entry) => entry.kind === 'continued')).toHaveLength(walks.length - 1);
  expectNothingLeftOver(world);
});
