import type { Ports } from '../ports/ports.ts';
import type { Signal } from '../ports/rollouts.ts';
import { hear, subjectText } from './acts.ts';
import { loadRollout } from './load.ts';
import type { Approval, ApprovalSubject, Rollout } from './rollout.ts';
import type { ApprovalRule } from './step.ts';

/** The rollout with everything taken in that people asked of it, written down where anything was new. */
export async function loadHearing(
  rolloutId: string,
  ports: Pick<Ports, 'rollouts' | 'clock'>,
): Promise<{ readonly rollout: Rollout; readonly inbox: readonly Signal[] }> {
  const found = await loadRollout(rolloutId, ports);
  const inbox = await ports.rollouts.inbox(rolloutId);
  const nowMs = ports.clock.now();
  const { rollout, drafts } = hear(found, inbox, nowMs);
  return { rollout: drafts.length > 0 ? await ports.rollouts.save(rollout, drafts, nowMs) : rollout, inbox };
}

/** Asks a person, once: the question stays open until it is answered or expires. */
export async function askPerson(
  rollout: Rollout,
  subject: ApprovalSubject,
  rule: ApprovalRule,
  ports: Pick<Ports, 'rollouts' | 'notices' | 'clock'>,
): Promise<void> {
  if (rollout.approval?.for === subject) return;
  const nowMs = ports.clock.now();
  const approval: Approval = { for: subject, askedAtMs: nowMs, expiresAtMs: nowMs + rule.expiresSeconds * 1000, onExpiry: rule.onExpiry };
  const text = `asks a person to approve ${subjectText(subject)} by ${new Date(approval.expiresAtMs).toISOString()}, else ${rule.onExpiry}`;
  await ports.rollouts.save({ ...rollout, approval }, [{ kind: 'approval-asked', text, evidence: { ...approval } }], nowMs);
  await ports.notices.tell({
    rolloutId: rollout.id,
    delivery: rollout.delivery,
    phase: rollout.phase,
    page: false,
    text: `${text}; an answer names for ${JSON.stringify(subject)}, digest ${rollout.request.imageDigest}, revision ${rollout.revision}`,
  });
}
