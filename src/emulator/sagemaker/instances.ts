import type { Kernel } from '../kernel.ts';
import type { FleetVariant } from './state.ts';

const furtherIds = new WeakMap<FleetVariant, string[]>();

/**
 * Id of each instance of a variant that serves, the one that really runs first. One process serves a variant whatever its
 * count; the others are there for metrics an instance.
 */
export function instanceIdsOf(kernel: Kernel, variant: FleetVariant): readonly string[] {
  if (!variant.host?.isUp) return [];
  const further = furtherIds.get(variant) ?? [];
  furtherIds.set(variant, further);
  const wanted = Math.max(1, variant.currentInstances) - 1;
  while (further.length < wanted) further.push(`i-0${kernel.random.hex('sagemaker/further-instance-id', 8)}`);
  return [variant.host.instanceId, ...further.slice(0, wanted)];
}
