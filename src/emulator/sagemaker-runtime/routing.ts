import type { Endpoint, FleetVariant, SageMaker } from '../sagemaker/state.ts';
import { validationError } from './errors.ts';

/**
 * Which variant answers a request: the one it names, whatever its weight, else one drawn by its share of the weights in effect.
 *
 * @throws AwsError `ValidationError` for an unknown variant, and where every weight is 0: AWS documents no answer to that, this is ours
 */
export function variantFor(state: SageMaker, endpoint: Endpoint, target: string | undefined): FleetVariant {
  const { variants } = endpoint.fleet;
  if (target !== undefined) {
    const named = variants.find((variant) => variant.name === target);
    if (!named) throw validationError(`Variant ${target} not found for endpoint ${endpoint.name} of account ${state.kernel.account}.`);
    return named;
  }
  const total = variants.reduce((sum, variant) => sum + variant.currentWeight, 0);
  if (total <= 0)
    throw validationError(`Endpoint ${endpoint.name} of account ${state.kernel.account} has no production variant with a weight above 0.`);
  let left = state.kernel.random.uniform(`sagemaker/route/${endpoint.name}`) * total;
  let chosen: FleetVariant | undefined;
  for (const variant of variants) {
    if (variant.currentWeight === 0) continue;
    chosen = variant;
    left -= variant.currentWeight;
    if (left < 0) break;
  }
  // Some weight is above 0, so some variant was chosen; rounding can leave the last one to take the rest.
  return chosen!;
}
