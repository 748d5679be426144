import type { Ports } from '../ports/ports.ts';
import type { DeliveryHead } from '../ports/rollouts.ts';
import { longestFunctionMs } from './acquire.ts';
import { removeLeftovers } from './leftovers.ts';
import { isWalking, recover } from './recover.ts';
import { replaceRejected } from './rejected-live.ts';
import { retire } from './retire.ts';
import type { Rollout } from './rollout.ts';
import { makeWay, startQueued } from './start.ts';

type Needs = Pick<
  Ports,
  'rollouts' | 'deliveries' | 'executions' | 'locks' | 'endpoints' | 'models' | 'images' | 'packages' | 'inventory' | 'notices' | 'clock'
>;

/** An open rollout younger than this may only be about to start, and one that ended so lately about to be closed; milliseconds. */
const youngMs = 300_000;

/** What a sweep set right: ids of rollouts, names of endpoints, what was deleted in words; and what it could not do. */
export interface Swept {
  readonly recovered: readonly string[];
  readonly started: readonly string[];
  readonly released: readonly string[];
  readonly retired: readonly string[];
  readonly deleted: readonly string[];
  /** Errors by delivery and what was looked at. Nobody's trouble keeps others from being swept. */
  readonly failed: readonly string[];
}

/**
 * Compares what should be with what is, for what a lost event left behind: rollouts nobody walks, ends nobody told, queued
 * ones nobody started, rejected versions that serve on, locks of rollouts that ended, variants that have rested long enough, leavings. Looks first, acts second.
 */
export async function sweep(ports: Needs): Promise<Swept> {
  const swept = { recovered: [] as string[], started: [] as string[], released: [] as string[], retired: [] as string[], deleted: [] as string[] };
  const failed: string[] = [];
  const heads = await ports.deliveries.list();
  // Another one first each time: where there are so many that the time runs out, each has its turn.
  const turn = Math.floor(ports.clock.now() / youngMs) % Math.max(1, heads.length);
  for (const { name } of [...heads.slice(turn), ...heads.slice(0, turn)]) {
    const attempt = async (what: string, work: (head: DeliveryHead) => Promise<void>) => {
      try {
        // Each part reads the delivery anew: the one before may have moved it.
        const head = await ports.deliveries.head(name);
        if (head) await work(head);
      } catch (error) {
        failed.push(`${name}, ${what}: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`);
      }
    };
    await attempt('rollouts', async (head) => {
      const { recovered, started } = await sweepRollouts(head, ports);
      swept.recovered.push(...recovered);
      swept.started.push(...started);
    });
    await attempt('queue', async (head) => {
      if (head.openRolloutId === undefined && head.queuedRolloutId !== undefined) {
        const id = await startQueued(head.name, ports);
        if (id !== undefined) swept.started.push(id);
      }
      await makeWay(head, ports);
    });
    await attempt('what serves', async (head) => {
      const id = await replaceRejected(head, ports);
      if (id !== undefined) swept.started.push(id);
    });
    await attempt('resting variants', async (head) => {
      for (const endpointName of endpointsOf(head)) if ((await retire(head, endpointName, ports)) === 'retired') swept.retired.push(endpointName);
    });
    await attempt('locks', async (head) => {
      for (const endpointName of endpointsOf(head)) if (await releaseDead(endpointName, ports)) swept.released.push(endpointName);
    });
    await attempt('leavings', async (head) => {
      swept.deleted.push(...(await removeLeftovers(head, endpointsOf(head), ports)));
    });
  }
  return { ...swept, failed };
}

const endpointsOf = (head: DeliveryHead): readonly string[] => [head.endpointName, ...(head.formerEndpoints ?? [])];

/** The delivery's open rollout and those that are closing: what no execution walks is begun or recovered. */
async function sweepRollouts(head: DeliveryHead, ports: Needs): Promise<{ recovered: string[]; started: string[] }> {
  const recovered: string[] = [];
  const started: string[] = [];
  for (const id of [...(head.openRolloutId === undefined ? [] : [head.openRolloutId]), ...(head.closing ?? [])]) {
    const rollout = await ports.rollouts.find(id);
    // One that lost its place in the queue has no execution: it is ended with the queue.
    if (!rollout || (rollout.outcome === undefined && id !== head.openRolloutId)) continue;
    if (ports.clock.now() - (rollout.endedAtMs ?? rollout.startedAtMs) <= youngMs || (await isUnderWay(rollout, ports))) continue;
    // Taken from the queue, or admitted, and never begun: whoever was to begin it died.
    const begins =
      rollout.phase === 'Queued' && (await ports.executions.startDelivery(rollout.id, { contract: 1, rolloutId: rollout.id, generation: 1 }));
    if (begins) started.push(rollout.id);
    else if ((await recover(rollout.id, 'no execution walks it any more', ports)) === 'recovered') recovered.push(rollout.id);
  }
  return { recovered, started };
}

/**
 * Whether an execution of a rollout runs that brings it on. The delivery's does until it has started a walk; after that it
 * only waits for the rollout's end, which its parked wait tells.
 */
async function isUnderWay(rollout: Rollout, ports: Needs): Promise<boolean> {
  if (await isWalking(rollout, ports)) return true;
  if (rollout.placement || !(await ports.executions.isRunning('delivery', rollout.id))) return false;
  return !(await ports.rollouts.waits(rollout.id)).some(({ name }) => name === 'rollout');
}

/** Gives back a lock whose holder has ended. Not before no function of its holder can act any more. */
async function releaseDead(endpointName: string, ports: Needs): Promise<boolean> {
  const lock = await ports.locks.holder(endpointName);
  const holder = lock && ports.clock.now() > lock.leaseUntilMs + longestFunctionMs ? await ports.rollouts.find(lock.holder) : undefined;
  if (!lock || holder?.outcome === undefined) return false;
  await ports.locks.releaseHeldBy(endpointName, lock.holder);
  return true;
}
