import { isDeepStrictEqual } from 'node:util';
import type { Act } from '../../rollout/acts.ts';
import { toDuration } from '../../rollout/duration.ts';
import type { RolloutView } from '../../view/rollout-view.ts';
import type { Chapter } from './chapters.ts';
import type { RolloutSummary } from './events.ts';
import type { Interruption } from './interruption.ts';

/**
 * What went otherwise than the chapter tells, a sentence each, from the rollout's own record; empty where nothing did.
 *
 * @param interruption unset where no alarm ended the rollout
 */
export function surprisesOf(chapter: Chapter, view: RolloutView, interruption: Interruption | undefined): readonly string[] {
  const { outcome, reasons } = chapter.expected;
  const surprises: string[] = [];
  if (view.outcome !== outcome || !reasons.includes(view.reason ?? '')) {
    surprises.push(
      `${chapter.tag} was to end ${outcome} (${reasons.join(' or ')}), it ended ${view.outcome ?? view.phase} (${view.reason ?? 'no reason'}): ${view.text ?? ''}`,
    );
  }
  // Stopped at the first step means that no later one was ever asked for.
  if (outcome === 'RolledBack' && view.steps.length !== 1)
    surprises.push(`${chapter.tag} was to be stopped at its first step, it came to step ${view.steps.length}`);
  surprises.push(...surprisingAnswers(chapter, view));
  if (reasons.includes('alarm-firing')) surprises.push(...surprisingInterruption(chapter, view, interruption));
  if (view.ledgerFlaw !== undefined) surprises.push(`the record of ${view.id} is broken: ${view.ledgerFlaw}`);
  return surprises;
}

/** A version whose strategy is to take less time to all of the traffic than an earlier one's, and did not; what people and machines took counts for neither. */
export function surprisingRamp({ tag, fasterThan }: Chapter, summaries: readonly RolloutSummary[]): readonly string[] {
  if (fasterThan === undefined) return [];
  const secondsOf = (wanted: string) => summaries.find((summary) => summary.tag === wanted)?.pacedSeconds ?? null;
  const [own, other] = [secondsOf(tag), secondsOf(fasterThan)];
  if (own === null || other === null) return [`${tag} and ${fasterThan} were to have all of the traffic, ${own === null ? tag : fasterThan} had not`];
  return own < other
    ? []
    : [
        `${tag} was to have all of the traffic sooner after its first shift than ${fasterThan}, its strategy took ${toDuration(own)} and that of ${fasterThan} ${toDuration(other)}`,
      ];
}

/** A person is asked before 100 %, and the answer is bound to that very question; or nobody is asked. */
function surprisingAnswers(chapter: Chapter, view: RolloutView): readonly string[] {
  const asked = view.entries.filter((entry) => entry.kind === 'approval-asked');
  if (chapter.approval === undefined) return asked.map((entry) => `nobody was to be asked about ${chapter.tag}, but it ${entry.text}`);
  const whole = view.steps.findIndex((step) => step.canaryPercent === 100);
  const question = asked.find((entry) => entry.evidence?.['for'] === whole);
  if (!question) return [`a person was to be asked before ${chapter.tag} gets 100 %, nobody was`];
  const shift = view.entries.find((entry) => entry.kind === 'shift-decided' && entry.seq > question.seq);
  const answer = view.entries.find((entry) => entry.kind === 'act-heard' && entry.seq > question.seq && entry.seq < (shift?.seq ?? 0));
  if (!answer) return [`${chapter.tag} was to wait for a person before 100 %, it did not`];
  const act = answer.evidence?.['act'] as Act | undefined; // What the core writes into an act's entry; nobody's act is an expiry.
  const bound = { for: whole, imageDigest: view.imageDigest, revision: view.revision };
  if (act?.kind !== 'approve' || act.reason !== chapter.approval || !isDeepStrictEqual(act.answers, bound))
    return [`${chapter.tag} was to be approved for what was asked, the record says: ${answer.text}`];
  return answer.by?.startsWith('arn:') === true
    ? []
    : [`the record was to have the ARN of who approved ${chapter.tag}, it has: ${answer.by ?? 'nobody'}`];
}

/** The alarm fires while the step bakes: not before it has its traffic, not after its time. */
function surprisingInterruption(chapter: Chapter, view: RolloutView, interruption: Interruption | undefined): readonly string[] {
  if (!interruption) {
    // A machine that is far too busy lets the alarm fire before the bake begins to wait: right, and not what the chapter tells.
    const instead = chapter.expected.reasons.includes(view.reason ?? '') ? 'it fired before the bake had begun to wait' : 'none did';
    return [`${chapter.tag} was to be interrupted by an alarm, ${instead}`];
  }
  const step = view.steps.at(-1);
  const bakesFromMs = Date.parse(step?.verifiedAt ?? '');
  const { alarmName, firedAtMs } = interruption;
  return firedAtMs > bakesFromMs && firedAtMs < bakesFromMs + (step?.bakeSeconds ?? 0) * 1000
    ? []
    : [`alarm ${alarmName} was to fire in the middle of a bake of ${chapter.tag}, it fired at ${new Date(firedAtMs).toISOString()}`];
}
