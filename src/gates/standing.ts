import { inconclusive, type Sequential, successful, type Verdict } from '../rollout/verdict.ts';

/** Evidence of harm above which nothing is taken for good, whatever else is proved: e^0.7 is about 2 to 1. */
export const lnSuspicious = 0.7;

/** The verdict of a comparison that has proved no harm: whether the canary is proved not to be worse, and else what is missing. */
export function standing(sequential: Sequential, evidence: Verdict['evidence']): Verdict {
  const { lnHarm, lnNotWorse, beta, requests, silent } = sequential;
  const wanted = -Math.log(beta);
  const seen = { ...evidence, lnHarm, lnNotWorse, excess: sequential.excess, excessBound: sequential.excessBound, margin: sequential.margin };
  if (silent) return { ...inconclusive('canary-starved', seen), sequential };
  if (requests === 0) return { ...inconclusive('no-data', seen), sequential };
  if (lnHarm < lnSuspicious && lnNotWorse >= wanted) return { ...successful('not-worse', seen), sequential };
  // At the speed so far; unknown while the evidence does not grow.
  const needed = lnNotWorse > 0 ? Math.ceil((requests * (wanted - lnNotWorse)) / lnNotWorse) : undefined;
  return {
    ...inconclusive(lnHarm < lnSuspicious ? 'undecided' : 'suspicious', {
      ...seen,
      ...(needed !== undefined && needed > 0 && { requestsNeeded: needed }),
    }),
    sequential,
  };
}
