import type { Ports } from '../ports/ports.ts';
import { type Act, alreadyOf, refusalOf } from './acts.ts';
import { BadRequest, NotFound } from './errors.ts';
import { loadHearing } from './hearing.ts';
import { keys } from './keys.ts';
import type { Rollout } from './rollout.ts';
import { deliver } from './signal.ts';
import { endUnbegun, type Started, start } from './start.ts';

type Needs = Pick<Ports, 'rollouts' | 'deliveries' | 'executions' | 'images' | 'packages' | 'notices' | 'clock'>;

export interface Asked {
  /** `already`: it was asked before and holds; nothing changes. */
  readonly answer: 'accepted' | 'already';
  readonly rolloutId: string;
  readonly text: string;
}

async function find(rolloutId: string, { rollouts }: Pick<Ports, 'rollouts'>): Promise<Rollout> {
  const rollout = await rollouts.find(rolloutId);
  if (!rollout) throw new NotFound(`No rollout "${rolloutId}"; sluice list shows what there is`);
  return rollout;
}

/**
 * Passes a person's act on to a rollout: into its inbox first, then whoever waits is woken. What makes no sense as things
 * stand is refused with the reason, and recorded.
 *
 * @throws BadRequest with the reason
 */
export async function ask(act: Act, rolloutId: string, ports: Needs): Promise<Asked> {
  const rollout = await find(rolloutId, ports);
  const atMs = ports.clock.now();
  // The same act of the same person in the same state is the same signal: asking twice asks once.
  const id = `${act.kind}-${act.by}-${rollout.version}`;
  const already = alreadyOf(rollout, act);
  if (already !== undefined) return { answer: 'already', rolloutId, text: already };
  const refusal = refusalOf(rollout, act, atMs);
  if (refusal !== undefined) {
    const refused = { kind: 'act-refused', text: `${act.kind} refused: ${refusal}`, by: act.by, evidence: { act } } as const;
    await ports.rollouts.save(rollout, [refused], atMs);
    throw new BadRequest(`Cannot ${act.kind} rollout "${rolloutId}": ${refusal}`);
  }
  await deliver(rolloutId, { id, key: keys.acts(rolloutId), atMs, text: `${act.kind} by ${act.by}`, act }, ports);
  if (act.kind !== 'abort' || (await ports.deliveries.head(rollout.delivery))?.queuedRolloutId !== rolloutId)
    return { answer: 'accepted', rolloutId, text: `${act.kind} is on its way` };
  // Nobody walks what is queued: it would hear of it only when its turn comes.
  const { rollout: heard } = await loadHearing(rolloutId, ports);
  if (heard.ending) await endUnbegun(heard, heard.ending, ports);
  return { answer: 'accepted', rolloutId, text: 'it was queued and has ended' };
}

/**
 * Takes a rollout back. One that soaks is undone by one weight call; one that has ended is followed by a rollout of what
 * was promoted before it, with the model trained then.
 *
 * @throws BadRequest where there is nothing to take back or nothing to go back to
 */
export async function undo(rolloutId: string, by: string, reason: string | undefined, ports: Needs): Promise<Asked | Started> {
  const rollout = await find(rolloutId, ports);
  if (rollout.outcome === undefined) return ask({ kind: 'abort', by, reason: reason ?? 'undo' }, rolloutId, ports);
  if (rollout.outcome !== 'Succeeded')
    throw new BadRequest(`Cannot undo rollout "${rolloutId}": it ended as ${rollout.outcome}, so its image does not serve`);
  const live = (await ports.deliveries.head(rollout.delivery))?.liveRolloutId;
  if (live !== rolloutId) throw new BadRequest(`Cannot undo rollout "${rolloutId}": what serves by now is of ${live ?? 'another'}; undo that one`);
  const rollouts = await ports.rollouts.list({ delivery: rollout.delivery, limit: 200 });
  const before = rollouts.find(
    (other) => other.outcome === 'Succeeded' && other.startedAtMs < rollout.startedAtMs && other.request.dedupeKey !== rollout.request.dedupeKey,
  );
  if (!before) throw new BadRequest(`Cannot undo rollout "${rolloutId}": nothing was promoted before it`);
  return start(
    rollout.delivery,
    {
      kind: 'again',
      trigger: 'undo',
      rolloutId: before.id,
      occurredAtMs: ports.clock.now(),
      dedupeKey: before.request.dedupeKey,
      askedBy: by,
    },
    ports,
  );
}
