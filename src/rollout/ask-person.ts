import * as z from 'zod/mini';
import type { Ports } from '../ports/ports.ts';
import { isApproved } from './acts.ts';
import { ApprovalSpec, approvalRule } from './approval-spec.ts';
import { askPerson, loadHearingRegistry } from './hearing.ts';
import { specOf } from './load.ts';
import { lookAgainSeconds } from './pace.ts';

/** `approved`: nobody need be asked, or somebody agreed. `waiting`: asked, not answered. `refused`: no, too late, or stopped. */
export type AskAnswer = 'approved' | 'waiting' | 'refused';

/** How long, and what else, where the delivery itself asks nobody. */
const unasked = z.parse(ApprovalSpec, {});

/** Asks a person whether the rollout may touch the endpoint at all, where the delivery wants that. */
export async function askForRollout(
  rolloutId: string,
  ports: Pick<Ports, 'rollouts' | 'deliveries' | 'packages' | 'notices' | 'clock'>,
): Promise<{ readonly answer: AskAnswer; readonly waitSeconds: number }> {
  const { rollout } = await loadHearingRegistry(rolloutId, ports);
  if (rollout.ending) return { answer: 'refused', waitSeconds: 0 };
  const { approval } = await specOf(rollout, ports);
  // What a scan found is asked about also where nobody else would be, and nobody's silence is a yes.
  const { findings } = rollout.candidate;
  const rule = approval ?? (findings && unasked);
  if (!rule || isApproved(rollout, 'rollout')) return { answer: 'approved', waitSeconds: 0 };
  const { askedAtMs, expiresAtMs } = await askPerson(
    rollout,
    'rollout',
    { ...approvalRule(rule), ...(findings && { onExpiry: 'reject' as const }) },
    ports,
  );
  const nowMs = ports.clock.now();
  const leftSeconds = Math.max(1, Math.ceil((expiresAtMs - nowMs) / 1000));
  return { answer: 'waiting', waitSeconds: Math.min(leftSeconds, lookAgainSeconds(askedAtMs, nowMs)) };
}
