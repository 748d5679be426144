import type { Ports } from '../ports/ports.ts';
import { isApproved } from './acts.ts';
import { approvalRule } from './approval-spec.ts';
import { askPerson, loadHearing } from './hearing.ts';
import { specOf } from './load.ts';

/** `approved`: nobody need be asked, or somebody agreed. `waiting`: asked, not answered. `refused`: no, too late, or stopped. */
export type AskAnswer = 'approved' | 'waiting' | 'refused';

/** Asks a person whether the rollout may touch the endpoint at all, where the delivery wants that. */
export async function askForRollout(
  rolloutId: string,
  ports: Pick<Ports, 'rollouts' | 'deliveries' | 'notices' | 'clock'>,
): Promise<{ readonly answer: AskAnswer }> {
  const { rollout } = await loadHearing(rolloutId, ports);
  if (rollout.ending) return { answer: 'refused' };
  const { approval } = await specOf(rollout, ports);
  if (!approval || isApproved(rollout, 'rollout')) return { answer: 'approved' };
  await askPerson(rollout, 'rollout', approvalRule(approval), ports);
  return { answer: 'waiting' };
}
