import type { Draft } from '../ledger/entry.ts';
import type { Ports } from '../ports/ports.ts';
import type { Ending, Rollout } from './rollout.ts';

/** Decides how a rollout will end, once: what was decided first stays. */
export async function decideEnding(
  rollout: Rollout,
  ending: Ending,
  drafts: readonly Draft[],
  ports: Pick<Ports, 'rollouts' | 'clock'>,
): Promise<Rollout> {
  if (rollout.ending) return drafts.length > 0 ? ports.rollouts.save(rollout, drafts, ports.clock.now()) : rollout;
  return ports.rollouts.save({ ...rollout, ending }, drafts, ports.clock.now());
}
