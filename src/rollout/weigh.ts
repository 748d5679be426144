import { logSumExp } from '../statistics/logarithms.ts';
import type { GateVerdict } from './verdict.ts';

/** Part of alpha for the evidence that all gates weigh together; the rest is for what a gate proves on its own. */
export const togetherShare = 0.8;

/** ln of the evidence of harm of all gates together: the weighted mean of e-values is one, however the metrics depend on each other. */
export function lnHarmTogether(verdicts: readonly GateVerdict[], shares: readonly number[]): number {
  const weighed = verdicts.flatMap(({ sequential, observed }, index) =>
    sequential && !observed ? [Math.log(shares[index] ?? 1) + sequential.lnHarm] : [],
  );
  return weighed.length === 0 ? 0 : logSumExp(weighed);
}

/**
 * The verdicts with what the gates' evidence says together: where it proves harm, the gate with the most of it fails.
 *
 * The bound is the rollout's: with a canary that is not worse, this ever happens with probability alpha at most (Ville), whatever the
 * traffic, the weights and the number of looks. Where gates want different bounds, the strictest holds.
 *
 * @param shares one a gate, those of the weighing gates add up to 1
 */
export function weighTogether(verdicts: readonly GateVerdict[], shares: readonly number[]): GateVerdict[] {
  const weighed = verdicts.filter((verdict) => verdict.sequential && !verdict.observed);
  const alpha = Math.min(...weighed.map((verdict) => verdict.sequential?.alpha ?? 1));
  const lnHarm = lnHarmTogether(verdicts, shares);
  if (weighed.length === 0 || lnHarm < -Math.log(togetherShare * alpha)) return [...verdicts];
  const weight = (verdict: GateVerdict, index: number) =>
    verdict.sequential && !verdict.observed ? Math.log(shares[index] ?? 1) + verdict.sequential.lnHarm : Number.NEGATIVE_INFINITY;
  const most = Math.max(...verdicts.map(weight));
  const index = verdicts.findIndex((verdict, place) => weight(verdict, place) === most);
  return verdicts.map((verdict, place) =>
    place === index
      ? { ...verdict, result: 'failed', reason: 'worse-than-stable', evidence: { ...verdict.evidence, lnHarmTogether: lnHarm, alpha } }
      : verdict,
  );
}
