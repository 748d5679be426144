import type { Ports } from '../ports/ports.ts';
import { endingAt } from './acts.ts';
import { keys } from './keys.ts';
import type { Rollout } from './rollout.ts';
import { deliver } from './signal.ts';

type Needs = Pick<Ports, 'rollouts' | 'executions' | 'clock'>;

/** How many generations one recovery looks past: executions that died before the record knew of them. */
const generationsAhead = 10;

export type Recovered = 'closed' | 'running' | 'recovered';

/**
 * Brings a rollout whose execution ended without it to an end: undo, release, tell, by a walk of its own that starts
 * where the record stands. One that still walks is left alone, and one whose end is done to the last.
 */
export async function recover(rolloutId: string, why: string, ports: Needs): Promise<Recovered> {
  const rollout = await ports.rollouts.find(rolloutId);
  if (!rollout || rollout.closed) return 'closed';
  if (await isWalking(rollout, ports)) return 'running';
  const startWalk = (generation: number) => ports.executions.startWalk(`${rolloutId}-${generation}`, { contract: 1, rolloutId, generation });
  // Written down by another recovery and not started yet: the same name once more is the same walk.
  if (rollout.generation > 1 && rollout.ending && !(await ports.executions.existed('rollout', `${rolloutId}-${rollout.generation}`))) {
    await startWalk(rollout.generation);
    return 'recovered';
  }
  const ending = rollout.ending ?? endingAt(rollout, 'execution-stopped', why);
  let saved = rollout;
  for (let tries = 0; tries < generationsAhead; tries++) {
    const generation = saved.generation + 1;
    // Written before it is started: whoever looks meanwhile starts this one, not a second beside it.
    saved = await ports.rollouts.save(
      { ...saved, ending, generation },
      tries === 0 ? [{ kind: 'recovered', text: `recovered: ${why}` }] : [],
      ports.clock.now(),
    );
    if (await startWalk(generation)) return 'recovered';
  }
  throw new Error(`Cannot recover rollout "${rolloutId}": executions ${rolloutId}-${rollout.generation + 1} to -${saved.generation} exist already`);
}

/** Whether any walk of the rollout runs: its newest generation, or one that has not said so yet. */
export async function isWalking(rollout: Rollout, { executions }: Pick<Ports, 'executions'>): Promise<boolean> {
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
