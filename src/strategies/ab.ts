import * as z from 'zod/mini';
import type { BakeDecision } from '../rollout/bake.ts';
import { Duration, toDuration } from '../rollout/duration.ts';
import type { GateVerdict } from '../rollout/verdict.ts';
import { type Bake, closed, type SoFar, type Strategy } from './strategy.ts';

const Spec = z
  .strictObject({
    type: z.literal('ab'),
    /** The canary's share while the two are compared, percent. */
    canaryPercent: z._default(z.number().check(z.minimum(1), z.maximum(99)), 50),
    /** How long the split is held at most. */
    for: Duration,
    /** How long at least, whatever the evidence says: a day has an afternoon and a night. */
    atLeast: z.prefault(Duration, '0s'),
    /** `evidence`: a winner ends it. `time`: it takes its time. */
    until: z._default(z.enum(['evidence', 'time']), 'evidence'),
    /** What follows at its end where nobody has won. */
    otherwise: z._default(z.enum(['keep', 'promote']), 'keep'),
  })
  .check(z.refine((spec) => spec.atLeast <= spec.for, { error: 'Expected atLeast to be for or less', path: ['atLeast'] }));
type Spec = z.output<typeof Spec>;

function judge(spec: Spec, soFar: SoFar, { verdicts }: Bake): BakeDecision {
  const step = soFar.steps.at(-1);
  if (step?.verifiedAtMs === undefined) return { answer: 'wait', waitSeconds: soFar.periodSeconds };
  const seconds = (soFar.nowMs - step.verifiedAtMs - (soFar.heldMs ?? 0)) / 1000;
  const share = `${step.canaryPercent} %`;
  // The rest of the traffic follows a decision that was made at the split.
  if (step.canaryPercent === 100) return { answer: 'passed', text: `${share}: the soak follows`, verdicts: closed(verdicts, 'decided-before', {}) };
  const counted = verdicts.filter(({ observed }) => !observed);
  const telling = counted.filter(({ sequential }) => sequential?.lnBetter !== undefined);
  // Any one of them may pick the winner, so each has its part of the error.
  const won = telling.filter(
    ({ sequential }) => sequential?.lnBetter !== undefined && sequential.lnBetter >= Math.log(telling.length / sequential.alpha),
  );
  const better = verdicts.map((verdict): GateVerdict => (won.includes(verdict) ? { ...verdict, result: 'successful', reason: 'better' } : verdict));
  const clean = counted.every((verdict) => verdict.result === 'successful' || won.includes(verdict));
  if (spec.until === 'evidence' && seconds >= spec.atLeast && won.length > 0 && clean)
    return {
      answer: 'passed',
      text: `${share}: the canary is proved to be better by ${won.map(({ path, gate }) => `${path} ${gate}`).join(', ')}`,
      verdicts: better,
    };
  if (seconds < spec.for) return { answer: 'wait', waitSeconds: Math.max(1, Math.min(soFar.periodSeconds, Math.ceil(spec.for - seconds))) };
  if (won.length > 0 && clean) return { answer: 'passed', text: `${share}: better after ${toDuration(spec.for)}`, verdicts: better };
  if (spec.otherwise === 'promote' && counted.every(({ result }) => result === 'successful'))
    return { answer: 'passed', text: `${share}: no winner after ${toDuration(spec.for)}, every gate successful; otherwise: promote` };
  return {
    answer: 'failed',
    reason: 'stable-kept',
    text: `${share}: no winner after ${toDuration(spec.for)}: stable is kept${spec.otherwise === 'promote' ? ', because not every gate was successful' : ''}`,
  };
}

/** Holds a split until evidence picks a winner, or for a time; ends with the canary promoted or stable kept. */
export const ab: Strategy<'ab', typeof Spec> = {
  type: 'ab',
  spec: Spec,
  seeksWinner: true,
  plan: (spec) => [
    { canaryPercent: spec.canaryPercent, bakeSeconds: spec.for },
    { canaryPercent: 100, bakeSeconds: 0 },
  ],
  next(spec, { steps, passed, skipRest }) {
    const now = steps.at(-1)?.canaryPercent;
    if (now === 100) return { decision: 'promote' };
    if (now !== undefined || skipRest) return { decision: 'step', index: passed, step: { canaryPercent: 100, bakeSeconds: 0 } };
    return { decision: 'step', index: passed, step: { canaryPercent: spec.canaryPercent, bakeSeconds: spec.for } };
  },
  judge,
};
