import * as z from 'zod/mini';
import type { BakeDecision } from '../rollout/bake.ts';
import { Duration, toDuration } from '../rollout/duration.ts';
import type { GateVerdict, Sequential } from '../rollout/verdict.ts';
import { type Bake, closed, type SoFar, type Strategy } from './strategy.ts';

const Percent = z.number().check(z.gt(0), z.maximum(100));

const Spec = z
  .strictObject({
    type: z.literal('adaptive'),
    /** Bad requests that may be served, beyond stable's own, while a fault nothing excludes yet is found and undone. */
    harmBudget: z._default(z.number().check(z.gt(0), z.maximum(1_000_000)), 50),
    /** The first weight, percent. */
    startPercent: z._default(Percent, 0.5),
    /** The highest weight before the canary has answered at all, percent. */
    blindPercent: z._default(Percent, 5),
    /** Where the ramp waits for the proof that the canary is not worse, percent: evidence comes fastest near an even split. */
    holdPercent: z._default(z.number().check(z.minimum(10), z.maximum(90)), 50),
    /** How long it stays there at least. */
    minimumHold: z.prefault(Duration, '1m'),
    /** All but a control slice of stable, percent. */
    finalPercent: z._default(z.number().check(z.minimum(50), z.lt(100)), 95),
    /** How long the control slice is kept. */
    bake: z.prefault(Duration, '30m'),
    /** When no proof came by then but no harm was seen either, the canary is promoted; never where `strict`. */
    noHarmAfter: z.prefault(Duration, '30m'),
    /** When nothing was decided by then, it is rolled back. */
    deadline: z.prefault(Duration, '1h'),
    /** Proof only. */
    strict: z._default(z.boolean(), false),
  })
  .check(
    z.refine((spec) => spec.startPercent <= spec.holdPercent && spec.holdPercent < spec.finalPercent, {
      error: 'Expected startPercent <= holdPercent < finalPercent',
      path: ['holdPercent'],
    }),
  )
  .check(z.refine((spec) => spec.noHarmAfter < spec.deadline, { error: 'Expected deadline to be later than noHarmAfter', path: ['deadline'] }));
type Spec = z.output<typeof Spec>;

/** A first weight risks this part of the harm budget: of all faults, failing at once is the most frequent. */
const blindPart = 0.5;
const fewestRequests = 10;
const largestFactor = 8;
/**
 * Up to this share a shift may be any size the evidence allows; past it the canary's load at most doubles, because a fault of load shows no
 * sooner. In percent at a budget of 50 requests: who may lose twice as many may go twice as far.
 */
const doublingFrom = (harmBudget: number): number => harmBudget / 2;
/** A change of the endpoint's weights that is worth its minute of `Updating`. */
const worthwhile = 4 / 3;
/** So a weight counts as the hold where the rest of the way is worth no change. */
const nearlyHeld = 1 / worthwhile;
const isHeld = ({ holdPercent }: Spec, percent: number): boolean => percent >= nearlyHeld * holdPercent;
const lnQuiet = 0.7;
const lnNoHarm = Math.log(2);

const sequentialOf = (verdicts: readonly GateVerdict[]): Sequential[] =>
  verdicts.flatMap(({ sequential, observed }) => (sequential && !observed ? [sequential] : []));

/** Seconds from bad requests to a canary without traffic: half a period, its settling, and a change of weights as this endpoint makes it. */
function reactionSeconds({ steps, periodSeconds, settlingSeconds }: SoFar): number {
  const shifts = steps.flatMap(({ requestedAtMs, verifiedAtMs }) => (verifiedAtMs === undefined ? [] : [(verifiedAtMs - requestedAtMs) / 1000]));
  const actuation = shifts.length === 0 ? 30 : shifts.reduce((sum, seconds) => sum + seconds, 0) / shifts.length;
  return periodSeconds / 2 + settlingSeconds + actuation;
}

/** The highest weight whose worst case, as far as it is not excluded, stays within the harm budget, percent. */
function affordablePercent(spec: Spec, soFar: SoFar, verdicts: readonly GateVerdict[]): number {
  const gates = sequentialOf(verdicts);
  const perSecond = Math.max(...gates.map(({ requestsPerSecond }) => requestsPerSecond));
  if (!(perSecond > 0)) return spec.startPercent;
  const atStake = perSecond * reactionSeconds(soFar);
  // Nothing of the canary's is known: everything it serves until somebody notices may be bad.
  if (gates.every(({ requests }) => requests < fewestRequests)) return Math.min(spec.blindPercent, (100 * blindPart * spec.harmBudget) / atStake);
  const gap = Math.max(1e-6, ...gates.map(({ requests, excessBound, cost }) => cost * (requests < fewestRequests ? 1 : excessBound)));
  return (100 * spec.harmBudget) / (atStake * gap);
}

/** The weight that would follow the one under way on the way to the hold, percent. */
function rampPercent(spec: Spec, soFar: SoFar, verdicts: readonly GateVerdict[]): number {
  const now = soFar.steps.at(-1)?.canaryPercent ?? 0;
  const next = Math.min(
    spec.holdPercent,
    largestFactor * now,
    Math.max(doublingFrom(spec.harmBudget), 2 * now),
    affordablePercent(spec, soFar, verdicts),
  );
  // A last bit to the hold is not worth a change of its own.
  return next >= nearlyHeld * spec.holdPercent ? spec.holdPercent : next;
}

const wait = (seconds: number): BakeDecision => ({ answer: 'wait', waitSeconds: seconds });

/** Why the evidence has come too late, in words; undefined while there is time. Pauses don't count. */
function overdue(spec: Spec, { steps, nowMs, heldMs = 0 }: SoFar, { onInconclusive }: Bake): string | undefined {
  const step = steps.at(-1);
  const firstMs = steps.find(({ verifiedAtMs }) => verifiedAtMs !== undefined)?.verifiedAtMs;
  if (step?.verifiedAtMs === undefined || firstMs === undefined || step.canaryPercent >= 100) return undefined;
  const deadline = onInconclusive === 'extend' ? 2 * spec.deadline : spec.deadline;
  const secondsSince = (ms: number) => (nowMs - ms - heldMs) / 1000;
  if (step.canaryPercent >= spec.finalPercent)
    return secondsSince(step.verifiedAtMs) >= spec.bake + deadline
      ? `${step.canaryPercent} %: still unclear ${toDuration(deadline)} after its bake`
      : undefined;
  return secondsSince(firstMs) >= deadline ? `${step.canaryPercent} %: neither harm nor its absence was shown in ${toDuration(deadline)}` : undefined;
}

/** Whether the step under way may be left: by the evidence of this moment, or at the deadline as the delivery says. */
function judge(spec: Spec, soFar: SoFar, bake: Bake): BakeDecision {
  const text = overdue(spec, soFar, bake);
  const percent = soFar.steps.at(-1)?.canaryPercent ?? 0;
  if (text === undefined) return judgeEvidence(spec, soFar, bake);
  // Next to the control slice, and where a person was called, evidence that comes late is evidence.
  if (bake.onInconclusive === 'hold' || percent >= spec.finalPercent) {
    const late = judgeEvidence(spec, soFar, bake);
    if (late.answer === 'passed') return late;
    if (bake.onInconclusive === 'hold') return { answer: 'hold', waitSeconds: soFar.periodSeconds, text };
  }
  // Short of the hold nothing at all was shown: to go on from there would be to go on blindly, step by step.
  if (bake.onInconclusive === 'promote' && isHeld(spec, percent))
    return { answer: 'passed', text: `onInconclusive: promote, as the delivery says in words: ${text}` };
  return { answer: 'failed', reason: 'no-evidence', text };
}

function judgeEvidence(spec: Spec, soFar: SoFar, { verdicts, lnHarm }: Bake): BakeDecision {
  const step = soFar.steps.at(-1);
  const since = soFar.steps.find(({ verifiedAtMs }) => verifiedAtMs !== undefined)?.verifiedAtMs;
  if (step?.verifiedAtMs === undefined || since === undefined) return wait(soFar.periodSeconds);
  const { canaryPercent: percent, verifiedAtMs } = step;
  const gates = sequentialOf(verdicts);
  const others = verdicts.filter((verdict) => !verdict.sequential && !verdict.observed);
  const seconds = (soFar.nowMs - since - (soFar.heldMs ?? 0)) / 1000;
  const there = (soFar.nowMs - verifiedAtMs) / 1000;
  const bound = { excessBounds: gates.map(({ excessBound }) => excessBound), lnHarmTogether: lnHarm };
  if (percent >= 100) return { answer: 'passed', text: 'all of the traffic; the soak follows', verdicts: closed(verdicts, 'no-harm-seen', bound) };

  const quiet =
    gates.length > 0 &&
    lnHarm < lnQuiet &&
    gates.every(({ unwell, silent }) => !unwell && !silent) &&
    others.every(({ result }) => result === 'successful');
  if (percent >= spec.finalPercent)
    return quiet && there >= spec.bake
      ? {
          answer: 'passed',
          text: `${percent} %: no harm in ${toDuration(spec.bake)} next to the control slice`,
          verdicts: closed(verdicts, 'no-harm-seen', bound),
        }
      : wait(soFar.periodSeconds);
  // Two periods of the new weight's own, once they can be read.
  if (!quiet || there < soFar.settlingSeconds + soFar.periodSeconds) return wait(soFar.periodSeconds);
  if (isHeld(spec, percent)) {
    const proved = gates.every(({ lnNotWorse, beta }) => lnNotWorse >= -Math.log(beta));
    if (proved && there >= spec.minimumHold)
      return { answer: 'passed', text: `${percent} %: proved not to be worse than the margin`, verdicts: [...verdicts] };
    const harmless = lnHarm < lnNoHarm && gates.every(({ requests, excess, margin }) => requests >= fewestRequests && excess <= margin);
    if (!spec.strict && seconds >= spec.noHarmAfter && harmless)
      return {
        answer: 'passed',
        text: `${percent} %: no harm seen in ${toDuration(spec.noHarmAfter)}; not proved: at worst ${(100 * Math.max(...gates.map(({ excessBound }) => excessBound))).toPrecision(2)} % more bad requests than stable`,
        verdicts: closed(verdicts, 'no-harm-seen', bound),
      };
    return wait(soFar.periodSeconds);
  }
  const next = rampPercent(spec, soFar, verdicts);
  if (next >= worthwhile * percent || next >= spec.holdPercent)
    return {
      answer: 'passed',
      text: `${percent} %: at ${Number(next.toPrecision(3))} % the worst that is not excluded stays within ${spec.harmBudget} bad requests`,
      verdicts: closed(verdicts, 'harm-bounded', { ...bound, nextPercent: next, harmBudget: spec.harmBudget }),
    };
  return wait(soFar.periodSeconds);
}

/**
 * Goes as fast as the evidence allows: the next weight is the one at which the worst that is not excluded yet costs no more than the harm
 * budget, until an even split; there it waits for the proof that the canary is not worse, then keeps a control slice of stable for a while.
 */
export const adaptive: Strategy<'adaptive', typeof Spec> = {
  type: 'adaptive',
  spec: Spec,
  plan: (spec) => [
    { canaryPercent: spec.startPercent, bakeSeconds: 0 },
    { canaryPercent: spec.holdPercent, bakeSeconds: spec.minimumHold },
    { canaryPercent: spec.finalPercent, bakeSeconds: spec.bake },
    { canaryPercent: 100, bakeSeconds: 0 },
  ],
  next(spec, soFar) {
    const { steps, passed, skipRest } = soFar;
    const now = steps.at(-1);
    const to = (canaryPercent: number, bakeSeconds: number) => ({ decision: 'step' as const, index: passed, step: { canaryPercent, bakeSeconds } });
    if (now?.canaryPercent === 100) return { decision: 'promote' };
    if (skipRest) return to(100, 0);
    if (!now) return to(spec.startPercent, 0);
    if (now.canaryPercent >= spec.finalPercent) return to(100, 0);
    // What its gates said since it was left does not matter here: a hold is left by a proof alone.
    if (isHeld(spec, now.canaryPercent)) return to(spec.finalPercent, spec.bake);
    const next = rampPercent(spec, soFar, now.verdicts);
    return to(Math.max(now.canaryPercent, Number(next.toPrecision(4))), next >= spec.holdPercent ? spec.minimumHold : 0);
  },
  judge,
  firstBakeSeconds: ({ bake }) => bake,
};
