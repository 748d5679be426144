import type { Ports } from '../ports/ports.ts';
import type { Signal } from '../ports/rollouts.ts';
import { hear, subjectText } from './acts.ts';
import { Refused, Throttled, Unavailable } from './errors.ts';
import { loadRollout } from './load.ts';
import { type Approval, type ApprovalSubject, imageDigestOf, type Rollout } from './rollout.ts';
import { rejectedSignal } from './signals.ts';
import type { ApprovalRule } from './step.ts';

/** The rollout with everything taken in that people asked of it, written down where anything was new. */
export async function loadHearing(
  rolloutId: string,
  ports: Pick<Ports, 'rollouts' | 'clock'>,
): Promise<{ readonly rollout: Rollout; readonly inbox: readonly Signal[] }> {
  const inbox = await ports.rollouts.inbox(rolloutId);
  return { rollout: await takeIn(await loadRollout(rolloutId, ports), inbox, ports), inbox };
}

/**
 * The same with what people answered in the model registry, which its event may have failed to tell: events make it fast,
 * polls make it right. A registry that can't be read is asked again the next time; it holds nothing up.
 */
export async function loadHearingRegistry(rolloutId: string, ports: Pick<Ports, 'rollouts' | 'packages' | 'clock'>): ReturnType<typeof loadHearing> {
  const heard = await loadHearing(rolloutId, ports);
  const { ending, candidate } = heard.rollout;
  if (ending || candidate.packageArn === undefined) return heard;
  const found = await ports.packages.describe(candidate.packageArn).catch((error: unknown) => {
    if (error instanceof Throttled || error instanceof Unavailable || error instanceof Refused) return undefined;
    throw error;
  });
  if (found?.approval !== 'Rejected') return heard;
  await ports.rollouts.post(rolloutId, rejectedSignal(candidate.packageArn, 'looked-up', ports.clock.now(), found.comment));
  return loadHearing(rolloutId, ports);
}

/** How many acts one write takes in: each is an entry, and leaves the inbox; DynamoDB takes 100 items a transaction. */
const actsAWrite = 40;

/** Takes in what the inbox holds of people's acts; what was heard leaves it in the same write, so that neither it nor the rollout grows without end. */
export async function takeIn(found: Rollout, inbox: readonly Signal[], ports: Pick<Ports, 'rollouts' | 'clock'>): Promise<Rollout> {
  const acts = inbox.filter(({ act }) => act !== undefined);
  const nowMs = ports.clock.now();
  let rollout = found;
  for (let first = 0; first === 0 || first < acts.length; first += actsAWrite) {
    const some = acts.slice(first, first + actsAWrite);
    // A question expires only after every answer that came in time was heard.
    const isLast = first + actsAWrite >= acts.length;
    const heard = hear(rollout, some, isLast ? nowMs : Number.NEGATIVE_INFINITY);
    rollout = heard.drafts.length > 0 || some.length > 0 ? await ports.rollouts.save(heard.rollout, heard.drafts, nowMs, some) : heard.rollout;
  }
  return rollout;
}

/** Asks a person, once: the question stays open until it is answered or expires. @returns the question */
export async function askPerson(
  rollout: Rollout,
  subject: ApprovalSubject,
  rule: ApprovalRule,
  ports: Pick<Ports, 'rollouts' | 'notices' | 'clock'>,
): Promise<Approval> {
  if (rollout.approval?.for === subject) return rollout.approval;
  const nowMs = ports.clock.now();
  const approval: Approval = { for: subject, askedAtMs: nowMs, expiresAtMs: nowMs + rule.expiresSeconds * 1000, onExpiry: rule.onExpiry };
  const text = `asks a person to approve ${subjectText(subject)} by ${new Date(approval.expiresAtMs).toISOString()}, else ${rule.onExpiry}`;
  await ports.rollouts.save({ ...rollout, approval }, [{ kind: 'approval-asked', text, evidence: { ...approval } }], nowMs);
  await ports.notices.tell({
    rolloutId: rollout.id,
    delivery: rollout.delivery,
    phase: rollout.phase,
    page: false,
    text: `${text}; an answer names for ${JSON.stringify(subject)}, digest ${imageDigestOf(rollout) ?? 'unknown'}, revision ${rollout.revision}`,
  });
  return approval;
}
