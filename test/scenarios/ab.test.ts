import { afterEach, describe, expect, test } from 'vitest';
import { expectNothingLeftOver } from './left-over.ts';
import { better, churn, good, startWorld, type World, weightsOf } from './world.ts';

let world: World;
afterEach(() => world.stop());

const split = { strategy: { type: 'ab', for: '2h' }, gates: [{ type: 'error-rate' }] } as const;

describe('ab', () => {
  test('keeps stable where nobody has won in time, and gives all of the traffic to a canary that wins', async () => {
    world = await startWorld();
    await world.apply(churn({ ...split, gates: [...split.gates] }));
    world.emulator.services.sagemaker.setTraffic('churn', 100);
    // Nothing to compare with: it is not watched for as long as a split is held.
    const startedAtMs = world.clock.now();
    await world.push('v1', { ...good, errorRate: 0.02 });
    await world.untilQuiet();
    expect(world.clock.now() - startedAtMs).toBeLessThan(3_600_000);
    await world.clock.advance(30 * 60_000);

    const same = await world.push('v2', { ...better, errorRate: 0.02 });
    await world.untilQuiet();
    expect(await world.rollout(same)).toMatchObject({ outcome: 'RolledBack', reason: 'stable-kept' });
    expect(weightsOf(world, 'churn')).toEqual({ 'churn-a': 100, 'churn-b': 0 });

    const winner = await world.push('v3', { ...better, errorRate: 0.002, latencyMs: 21 });
    await world.untilQuiet();
    const promoted = await world.rollout(winner);
    expect(promoted).toMatchObject({ outcome: 'Succeeded', reason: 'promoted' });
    expect(promoted.steps.map(({ canaryPercent }) => canaryPercent)).toEqual([50, 100]);
    expect(promoted.steps[0]?.verdicts[0]).toMatchObject({ result: 'successful', reason: 'better' });
    expectNothingLeftOver(world);
  });
});
