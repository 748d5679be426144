import { weighs } from '../gates/registry.ts';
import { strategyOf } from '../strategies/registry.ts';
import type { StepRecord } from './rollout.ts';
import type { DeliverySpec } from './spec.ts';
import { combine, type GateVerdict, verdictText } from './verdict.ts';

export type BakeDecision =
  | { readonly answer: 'wait'; readonly waitSeconds: number }
  /** `verdicts`: the gates' answers with what a strategy concluded from those that were open; unset where it left them as they are. */
  | { readonly answer: 'passed'; readonly text: string; readonly verdicts?: readonly GateVerdict[] }
  | { readonly answer: 'failed'; readonly reason: string; readonly text: string }
  /** No evidence came and the spec says a person shall look: wait on, paged once. */
  | { readonly answer: 'hold'; readonly waitSeconds: number; readonly text: string };

/** How often a bake is evaluated, seconds, where nothing asks for more. */
export const cadenceSeconds = 60;

/** How long the delivery and its gates wait for evidence, and what then. */
type Patience = Pick<DeliverySpec, 'evidenceDeadline' | 'onInconclusive'> & {
  readonly gates?: readonly Pick<DeliverySpec['gates'][number], 'evidenceDeadline' | 'onInconclusive'>[];
};

/** The gate of a verdict, as the delivery has it. */
const ownOf = (path: string, { gates }: Pick<Patience, 'gates'>) => gates?.[Number(/^gates\[(\d+)\]/.exec(path)?.[1])];

/** What holds for an open verdict: its gate's own words, else the delivery's. `extend` is the same time again, once, and then undone. */
function patienceWith(
  { path }: GateVerdict,
  spec: Patience,
): { readonly deadlineSeconds: number; readonly onInconclusive: 'rollback' | 'hold' | 'promote' } {
  const own = ownOf(path, spec);
  const deadlineSeconds = own?.evidenceDeadline ?? spec.evidenceDeadline;
  const onInconclusive = own?.onInconclusive ?? spec.onInconclusive;
  return onInconclusive === 'extend' ? { deadlineSeconds: 2 * deadlineSeconds, onInconclusive: 'rollback' } : { deadlineSeconds, onInconclusive };
}

/** From the most careful on. */
const byCare = ['rollback', 'extend', 'hold', 'promote'] as const;

/** What follows at a deadline of a strategy's own: the most careful of what the gates want whose answers are open, else the delivery's. */
export function followsWithoutEvidence(verdicts: readonly GateVerdict[], spec: Pick<Patience, 'gates' | 'onInconclusive'>): (typeof byCare)[number] {
  const open = verdicts.filter(({ result, observed }) => result === 'inconclusive' && !observed);
  const wanted = open.map(({ path }) => ownOf(path, spec)?.onInconclusive ?? spec.onInconclusive);
  return byCare.find((each) => wanted.includes(each)) ?? spec.onInconclusive;
}

/**
 * How often a bake is evaluated, seconds: with each metric period where evidence is weighed, which may end it at any moment.
 *
 * @param periodSeconds how often the endpoint's metrics are published
 */
export function cadenceOf({ strategy, gates }: Pick<DeliverySpec, 'strategy' | 'gates'>, periodSeconds: number): number {
  const byEvidence = strategyOf(strategy).judge !== undefined || gates.some(weighs);
  return byEvidence ? Math.min(cadenceSeconds, periodSeconds) : cadenceSeconds;
}

/**
 * What follows from the gates' answers at this moment of a bake.
 *
 * A failed gate ends the step at once; success counts only when the whole bake is over; without evidence a step waits
 * past its bake until the spec's deadline, and then the spec says what follows. It is never success by default.
 *
 * @param verdicts one a gate
 * @param first for a first deployment nothing could serve instead, so missing evidence does not stop it
 * @param lookSeconds how often the gates are asked meanwhile
 */
export function judgeBake(
  step: Pick<StepRecord, 'index' | 'canaryPercent' | 'bakeSeconds'> & { readonly verifiedAtMs: number },
  verdicts: readonly GateVerdict[],
  spec: Patience,
  nowMs: number,
  first: boolean,
  lookSeconds: number = cadenceSeconds,
): BakeDecision {
  const result = combine(verdicts);
  const named = (wanted: GateVerdict['result']) =>
    verdicts
      .filter((verdict) => verdict.result === wanted && !verdict.observed)
      .map(verdictText)
      .join('; ');
  if (result === 'failed') {
    return {
      answer: 'failed',
      reason: verdicts.find((verdict) => verdict.result === 'failed' && !verdict.observed)?.reason ?? 'gate-failed',
      text: named('failed'),
    };
  }
  const bakeEndsMs = step.verifiedAtMs + step.bakeSeconds * 1000;
  if (nowMs < bakeEndsMs) return { answer: 'wait', waitSeconds: Math.max(1, Math.min(lookSeconds, Math.ceil((bakeEndsMs - nowMs) / 1000))) };
  if (result === 'successful')
    return {
      answer: 'passed',
      text: `${step.canaryPercent} %: ${verdicts.length === 0 ? 'no gate is asked while it bakes' : `${verdicts.length === 1 ? 'the gate' : `all ${verdicts.length} gates`} successful`}`,
    };
  if (first) return { answer: 'passed', text: `first deployment, nothing to go back to: ${named('inconclusive')}` };
  const open = verdicts.filter((verdict) => verdict.result === 'inconclusive' && !verdict.observed).map((verdict) => patienceWith(verdict, spec));
  const over = open.filter(({ deadlineSeconds }) => nowMs >= bakeEndsMs + deadlineSeconds * 1000).map(({ onInconclusive }) => onInconclusive);
  // What undoes or holds does not wait for a gate with more patience; going on does.
  const follows =
    over.find((each) => each === 'rollback') ?? over.find((each) => each === 'hold') ?? (over.length === open.length ? 'promote' : undefined);
  if (follows === undefined) {
    const nextMs = Math.min(...open.map(({ deadlineSeconds }) => bakeEndsMs + deadlineSeconds * 1000).filter((deadlineMs) => deadlineMs > nowMs));
    return { answer: 'wait', waitSeconds: Math.max(1, Math.min(lookSeconds, Math.ceil((nextMs - nowMs) / 1000))) };
  }
  switch (follows) {
    case 'rollback':
      return { answer: 'failed', reason: 'no-evidence', text: `no evidence by the deadline: ${named('inconclusive')}` };
    case 'promote':
      return { answer: 'passed', text: `onInconclusive: promote, as the delivery says in words: ${named('inconclusive')}` };
    case 'hold':
      return { answer: 'hold', waitSeconds: cadenceSeconds, text: `no evidence by the deadline: ${named('inconclusive')}` };
  }
}
