import type { Draft } from '../ledger/entry.ts';
import type { Signal } from '../ports/rollouts.ts';
import { type ApprovalSubject, type Ending, heldMsAt, imageDigestOf, type Rollout } from './rollout.ts';

/** What a person may ask of a rollout. `promote` skips the rest of the steps; `abort` undoes. */
export const actKinds = ['approve', 'reject', 'pause', 'resume', 'promote', 'abort'] as const;
export type ActKind = (typeof actKinds)[number];

/** One act of a person, as it lies in a rollout's inbox. */
export interface Act {
  readonly kind: ActKind;
  /** ARN of who asked. */
  readonly by: string;
  readonly reason?: string;
  /** What an approval or rejection answers; it counts for nothing else. */
  readonly answers?: { readonly for: ApprovalSubject; readonly imageDigest: string; readonly revision: number };
}

/**
 * What makes an act needless, in words for who asked: it was asked before and holds. Asking again changes nothing and is
 * no mistake: an answer may have been lost on its way. Undefined where the act would change something or is refused.
 */
export function alreadyOf(rollout: Rollout, { kind, answers }: Act): string | undefined {
  if (rollout.outcome !== undefined) return undefined;
  if (rollout.ending) return kind === 'abort' && rollout.ending.reason === 'aborted' ? `it is stopping already: ${rollout.ending.text}` : undefined;
  switch (kind) {
    case 'approve': {
      // Bound like an answer that counts: to this image under this revision.
      if (!answers || answers.imageDigest !== imageDigestOf(rollout) || answers.revision !== rollout.revision) return undefined;
      const approved = rollout.approved.find((one) => one.for === answers.for);
      return approved && `${subjectText(approved.for)} was approved already by ${approved.by}`;
    }
    case 'pause':
      return rollout.paused && `${rollout.paused.by} paused it already`;
    case 'resume':
      return rollout.paused ? undefined : rollout.resumed && `${rollout.resumed.by} resumed it already`;
    case 'promote':
      return rollout.hurried && `${rollout.hurried.by} asked for it already`;
    case 'reject':
    case 'abort':
      return undefined;
  }
}

/** Why an act makes no sense as things stand, in words for who asked; undefined where it does. @param atMs when it was asked, epoch milliseconds */
export function refusalOf(rollout: Rollout, act: Act, atMs: number): string | undefined {
  if (rollout.outcome !== undefined) return `the rollout has ended (${rollout.outcome})`;
  if (rollout.ending) return `the rollout is ending already, as ${rollout.ending.outcome}: ${rollout.ending.text}`;
  switch (act.kind) {
    case 'approve':
    case 'reject': {
      const { approval } = rollout;
      if (!approval) return 'nobody is being asked for an approval now';
      if (atMs >= approval.expiresAtMs) return `the time to answer ended at ${new Date(approval.expiresAtMs).toISOString()}`;
      const { answers } = act;
      if (!answers) return 'the answer does not say what it is for';
      if (answers.for !== approval.for) return `the answer is for ${subjectText(answers.for)}, asked is ${subjectText(approval.for)}`;
      if (answers.imageDigest !== imageDigestOf(rollout))
        return `the answer is for ${answers.imageDigest}, this rollout is of ${imageDigestOf(rollout) ?? 'an image that is not built yet'}`;
      if (answers.revision !== rollout.revision)
        return `the answer is for revision ${answers.revision} of the delivery, this rollout is under ${rollout.revision}`;
      return undefined;
    }
    case 'pause':
      return rollout.soakUntilMs === undefined ? undefined : 'it is promoted already: undo takes it back';
    case 'resume':
      return rollout.paused ? undefined : 'it is not paused';
    case 'promote':
      if (act.reason === undefined || act.reason.trim() === '') return 'promoting early needs a reason';
      if (rollout.placement?.verifiedAtMs === undefined) return 'there is no canary yet to promote';
      if (rollout.placement.stable === undefined) return 'a first deployment has all the traffic from the start';
      return rollout.soakUntilMs === undefined ? undefined : 'it is promoted already';
    case 'abort':
      return undefined;
  }
}

export const subjectText = (subject: ApprovalSubject): string => (subject === 'rollout' ? 'the rollout' : `step ${subject + 1}`);

/** How many acts are remembered by their ids, against those that come twice. */
const rememberedActs = 100;

/** How a rollout ends that somebody or something stops as it stands: untouched endpoints have nothing to undo, first ones nothing to go back to. */
export function endingAt(rollout: Rollout, reason: string, text: string): Ending {
  const { placement } = rollout;
  if (placement?.configName === undefined) return { outcome: 'Rejected', reason, text, page: false };
  if (placement.stable === undefined) return { outcome: 'Failed', reason, text, page: true };
  return { outcome: 'RolledBack', reason, text, page: false };
}

/**
 * The rollout once everything people asked, and the passing of time, has been taken in.
 *
 * @param inbox all signals of the rollout, oldest first; each act is heard once
 * @returns the rollout and what the record shall say; the same object and no entries where nothing is new
 */
export function hear(rollout: Rollout, inbox: readonly Signal[], nowMs: number): { readonly rollout: Rollout; readonly drafts: readonly Draft[] } {
  let now = rollout;
  const drafts: Draft[] = [];
  for (const signal of inbox) {
    if (!signal.act || now.heardActs.includes(signal.id)) continue;
    now = { ...now, heardActs: [...now.heardActs, signal.id].slice(-rememberedActs) };
    const already = alreadyOf(now, signal.act);
    const refusal = already === undefined ? refusalOf(now, signal.act, signal.atMs) : undefined;
    const said = `${signal.act.kind}${signal.act.reason === undefined ? '' : `: ${signal.act.reason}`}`;
    if (refusal !== undefined) {
      drafts.push({ kind: 'act-refused', text: `${said}; refused: ${refusal}`, by: signal.act.by, evidence: { act: signal.act } });
      continue;
    }
    drafts.push({ kind: 'act-heard', text: already === undefined ? said : `${said}; ${already}`, by: signal.act.by, evidence: { act: signal.act } });
    if (already === undefined) now = heeding(now, signal.act, signal.atMs);
  }
  const { approval } = now;
  if (approval && !now.ending && nowMs >= approval.expiresAtMs) {
    const text = `nobody answered for ${subjectText(approval.for)} in time: ${approval.onExpiry}, as the delivery says`;
    drafts.push({ kind: 'act-heard', text, by: 'expiry' });
    now =
      approval.onExpiry === 'approve'
        ? agreed(now, approval.for, { by: 'expiry', atMs: nowMs })
        : withoutApproval({ ...now, ending: endingAt(now, 'approval-expired', text) });
  }
  return { rollout: now, drafts };
}

function heeding(rollout: Rollout, act: Act, atMs: number): Rollout {
  const record = { by: act.by, atMs, ...(act.reason !== undefined && { reason: act.reason }) };
  const words = `by ${act.by}${act.reason === undefined ? '' : `: ${act.reason}`}`;
  switch (act.kind) {
    case 'approve':
      return agreed(rollout, rollout.approval?.for ?? 'rollout', record);
    case 'reject':
      return withoutApproval({ ...rollout, ending: endingAt(rollout, 'rejected', `rejected ${words}`) });
    case 'pause': {
      const { resumed: _, ...rest } = rollout;
      return { ...rest, phase: rollout.phase === 'Progressing' ? 'Paused' : rollout.phase, paused: record };
    }
    case 'resume': {
      const { paused: _, ...rest } = rollout;
      const heldMs = heldMsAt(rollout, atMs);
      return { ...rest, phase: rollout.phase === 'Paused' ? 'Progressing' : rollout.phase, resumed: record, ...(heldMs > 0 && { heldMs }) };
    }
    case 'promote':
      return { ...rollout, hurried: record };
    case 'abort':
      return withoutApproval({ ...rollout, ending: endingAt(rollout, 'aborted', `aborted ${words}`) });
  }
}

const agreed = (rollout: Rollout, subject: ApprovalSubject, record: { by: string; atMs: number; reason?: string }): Rollout =>
  withoutApproval({ ...rollout, approved: [...rollout.approved, { for: subject, ...record }] });

function withoutApproval(rollout: Rollout): Rollout {
  const { approval: _, ...rest } = rollout;
  return rest;
}

export const isApproved = (rollout: Rollout, subject: ApprovalSubject): boolean => rollout.approved.some((approved) => approved.for === subject);
