import type { Ports } from '../ports/ports.ts';
import { longestFunctionMs } from './acquire.ts';
import { endingAt } from './acts.ts';
import { keys } from './keys.ts';
import type { Rollout } from './rollout.ts';
import { deliver } from './signal.ts';
import { startQueued } from './start.ts';

type Needs = Pick<Ports, 'rollouts' | 'deliveries' | 'executions' | 'locks' | 'notices' | 'clock'>;

/** How many generations a recovery looks past, where executions died before they could say that they lived. */
const generationsAhead = 10;

/** An open rollout younger than this may only be about to start, milliseconds. */
const youngMs = 300_000;

export type Recovered = 'ended' | 'running' | 'recovered';

/**
 * Brings a rollout whose execution ended without it to an end: undo, release, tell, by a walk of its own that starts
 * where the record stands. One that still walks, or has ended, is left alone.
 */
export async function recover(rolloutId: string, why: string, ports: Needs): Promise<Recovered> {
  const rollout = await ports.rollouts.find(rolloutId);
  if (!rollout || rollout.outcome !== undefined) return 'ended';
  if (await isWalking(rollout, ports)) return 'running';
  const nowMs = ports.clock.now();
  const text = `recovered: ${why}`;
  const ending = rollout.ending ?? endingAt(rollout, 'execution-stopped', why);
  await ports.rollouts.save({ ...rollout, ending }, [{ kind: 'recovered', text }], nowMs);
  for (let ahead = 1; ahead <= generationsAhead; ahead++) {
    const generation = rollout.generation + ahead;
    if (await ports.executions.startWalk(`${rolloutId}-${generation}`, { contract: 1, rolloutId, generation })) return 'recovered';
  }
  throw new Error(
    `Cannot recover rollout "${rolloutId}": executions ${rolloutId}-${rollout.generation + 1} to -${rollout.generation + generationsAhead} exist already`,
  );
}

/** Whether any walk of the rollout runs: its newest generation, or one that has not said so yet. */
async function isWalking(rollout: Rollout, { executions }: Needs): Promise<boolean> {
  for (let ahead = 0; ahead <= 1; ahead++) if (await executions.isRunning('rollout', `${rollout.id}-${rollout.generation + ahead}`)) return true;
  return false;
}

/**
 * An execution of ours ended otherwise than by itself. The walk's end is recovered. Where somebody stopped the delivery's
 * execution while a walk goes on, the walk is aborted: whoever stops a rollout in the console wants it stopped.
 */
export async function executionEnded(
  ended: {
    readonly machine: 'delivery' | 'rollout';
    readonly name: string;
    readonly status: string;
    readonly rolloutId: string;
    readonly cause: string;
  },
  ports: Needs,
): Promise<Recovered | 'aborted'> {
  const why = `execution ${ended.name} of the ${ended.machine} machine ${ended.status === 'ABORTED' ? 'was stopped' : `ended as ${ended.status}`}${ended.cause === '' ? '' : `: ${ended.cause}`}`;
  const recovered = await recover(ended.rolloutId, why, ports);
  if (recovered !== 'running' || ended.machine !== 'delivery' || ended.status !== 'ABORTED') return recovered;
  const act = { kind: 'abort', by: 'whoever stopped the execution', reason: why } as const;
  await deliver(ended.rolloutId, { id: `stopped-${ended.name}`, key: keys.acts(ended.rolloutId), atMs: ports.clock.now(), text: why, act }, ports);
  return 'aborted';
}

/** What a sweep set right. */
export interface Swept {
  readonly recovered: readonly string[];
  readonly started: readonly string[];
  readonly released: readonly string[];
}

/**
 * Compares what should be with what is, for what a lost event left behind: open rollouts nobody walks, queued ones
 * nobody started, locks of rollouts that ended. Looks first, acts second.
 */
export async function sweep(ports: Needs): Promise<Swept> {
  const recovered: string[] = [];
  const started: string[] = [];
  const released: string[] = [];
  for (const head of await ports.deliveries.list()) {
    const open = head.openRolloutId === undefined ? undefined : await ports.rollouts.find(head.openRolloutId);
    if (open && open.outcome === undefined && ports.clock.now() - open.startedAtMs > youngMs) {
      // Until the endpoint is held the delivery's execution is the walk; after that it only waits for one.
      const walking = (await isWalking(open, ports)) || (!open.placement && (await ports.executions.isRunning('delivery', open.id)));
      // Taken from the queue, or admitted, and never begun: whoever was to begin it died.
      const begun =
        walking || open.phase !== 'Queued' || !(await ports.executions.startDelivery(open.id, { contract: 1, rolloutId: open.id, generation: 1 }));
      if (!begun) started.push(open.id);
      else if (!walking && (await recover(open.id, 'no execution walks it any more', ports)) === 'recovered') recovered.push(open.id);
    }
    if (head.openRolloutId === undefined && head.queuedRolloutId !== undefined) {
      const id = await startQueued(head.name, ports);
      if (id !== undefined) started.push(id);
    }
    const lock = await ports.locks.holder(head.endpointName);
    // Not before no function of its holder can act any more.
    const holder = lock && ports.clock.now() > lock.leaseUntilMs + longestFunctionMs ? await ports.rollouts.find(lock.holder) : undefined;
    if (lock && holder?.outcome !== undefined) {
      await ports.locks.releaseHeldBy(head.endpointName, lock.holder);
      released.push(head.endpointName);
    }
  }
  return { recovered, started, released };
}
