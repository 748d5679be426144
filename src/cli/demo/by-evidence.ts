import type { DeliverySource } from '../../rollout/spec.ts';

/**
 * A delivery whose canary gets its traffic as fast as the evidence allows, seen every ten seconds. Fixed steps go, and with them what they
 * ask of people; gates and all else stay.
 */
export const byEvidence = (source: DeliverySource): DeliverySource => ({
  ...source,
  serve: { ...source.serve, metricPeriod: '10s' },
  // From where the fixed steps begin: at the usual 0.5 % the canary would get one of the story's 200 requests a minute, of which no alarm on
  // accuracy can say anything. 100 bad requests are half a minute of all its traffic.
  strategy: { type: 'adaptive', startPercent: 10, harmBudget: 100, bake: '3m' },
});
