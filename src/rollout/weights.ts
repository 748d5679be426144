/** A weight a variant shall have, in SageMaker's words. */
export interface DesiredWeight {
  readonly VariantName: string;
  readonly DesiredWeight: number;
}

/** The two roles' variants. */
export interface Roles {
  readonly stable: string;
  readonly canary: string;
}

/**
 * Variant weights that send `canaryPercent` of the delivery's traffic to the canary.
 *
 * SageMaker routes by ratio: a variant's share is its weight over the sum of weights (`VariantWeight`, float >= 0).
 * The canary takes its share out of stable's own weight; other variants of the endpoint keep theirs.
 *
 * @param canaryPercent share of stable + canary, percent, 0-100
 * @param stableWeight stable's weight before the rollout, W > 0
 * @returns one entry a variant, stable first; they add up to W
 * @throws RangeError if `canaryPercent` is outside 0-100 or `stableWeight` is not above 0
 * @example toWeights({ stable: 'churn-a', canary: 'churn-b' }, 25, 2) // [{ VariantName: 'churn-a', DesiredWeight: 1.5 }, { VariantName: 'churn-b', DesiredWeight: 0.5 }]
 * @see SageMaker API, UpdateEndpointWeightsAndCapacities
 */
export function toWeights(roles: Roles, canaryPercent: number, stableWeight: number): readonly [DesiredWeight, DesiredWeight] {
  if (!(canaryPercent >= 0 && canaryPercent <= 100)) throw new RangeError(`canaryPercent is ${canaryPercent}, expected 0-100`);
  if (!(stableWeight > 0)) throw new RangeError(`stableWeight is ${stableWeight}, expected a weight above 0`);
  const canary = toFloat32((stableWeight * canaryPercent) / 100);
  return [
    { VariantName: roles.stable, DesiredWeight: toFloat32(stableWeight * (1 - canaryPercent / 100)) },
    { VariantName: roles.canary, DesiredWeight: canary },
  ];
}

/** SageMaker keeps weights as 32-bit floats: what we ask for must be what it reads back. */
export const toFloat32 = (weight: number): number => Math.fround(weight);

/** Whether two weights are the same once SageMaker has stored them. Relative, because weights are: of 0.000001 and 0 one has traffic and one has none. */
export const sameWeight = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-6 * Math.max(Math.abs(a), Math.abs(b));
