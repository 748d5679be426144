import type { Ports } from '../ports/ports.ts';
import { EndpointBusy, Unavailable } from './errors.ts';
import { loadRollout } from './load.ts';
import { isUnderWay, type Move } from './move.ts';
import { currentStep, placementOf } from './rollout.ts';
import { toWeights } from './weights.ts';

type Needs = Pick<Ports, 'rollouts' | 'locks' | 'endpoints' | 'clock'>;

/** Asks for the weights of the step under way. Asking twice asks once. Throws `EndpointBusy` while the endpoint can't take the call. */
export async function shift(rolloutId: string, ports: Needs): Promise<{ readonly answer: 'asked' }> {
  const rollout = await loadRollout(rolloutId, ports);
  const placement = placementOf(rollout);
  const step = currentStep(rollout);
  if (!step || placement.stable === undefined || placement.configName === undefined)
    throw new Error(`Rollout "${rolloutId}" has no step to shift to`);
  const nowMs = ports.clock.now();
  await ports.locks.renew(placement.endpointName, rolloutId, placement.fence, nowMs);
  const weights = toWeights({ stable: placement.stable, canary: placement.canary }, step.canaryPercent, placement.stableWeight);
  const move: Move = { kind: 'weights', configName: placement.configName, weights, requestedAtMs: nowMs };
  const endpoint = await ports.endpoints.describe(placement.endpointName);
  if (!endpoint) throw new Error(`Endpoint "${placement.endpointName}" is gone`);
  if (endpoint.EndpointConfigName !== placement.configName)
    throw new Unavailable(
      `Endpoint "${placement.endpointName}" is on configuration "${endpoint.EndpointConfigName}", somebody changed it, or the read is old: no traffic is shifted there`,
    );
  if (rollout.move?.kind !== 'weights') await ports.rollouts.save({ ...rollout, move }, [], nowMs);
  if (isUnderWay(move, endpoint)) return { answer: 'asked' };
  if (endpoint.EndpointStatus !== 'InService')
    throw new EndpointBusy(`Cannot set weights on endpoint "${placement.endpointName}": EndpointStatus is "${endpoint.EndpointStatus}"`);
  await ports.endpoints.setWeights(placement.endpointName, weights);
  return { answer: 'asked' };
}

/**
 * Brings the variant that lost its traffic down to one instance, where it has more: it rests until the next rollout
 * replaces it, so that a release costs one full update and not two.
 */
export async function rest(rolloutId: string, ports: Needs): Promise<{ readonly answer: 'asked' | 'nothing' }> {
  const rollout = await loadRollout(rolloutId, ports);
  const placement = placementOf(rollout);
  const nowMs = ports.clock.now();
  await ports.locks.renew(placement.endpointName, rolloutId, placement.fence, nowMs);
  const endpoint = await ports.endpoints.describe(placement.endpointName);
  const leftover = rollout.ending?.outcome === 'Succeeded' ? placement.stable : placement.canary;
  const variant = endpoint?.ProductionVariants.find((candidate) => candidate.VariantName === leftover);
  // Only what has no traffic at all may shrink.
  if (
    !endpoint ||
    !variant ||
    placement.stable === undefined ||
    variant.CurrentWeight !== 0 ||
    variant.DesiredWeight !== 0 ||
    variant.DesiredInstanceCount <= 1
  )
    return { answer: 'nothing' };
  if (endpoint.EndpointStatus !== 'InService')
    throw new EndpointBusy(`Cannot rest variant "${variant.VariantName}": EndpointStatus is "${endpoint.EndpointStatus}"`);
  await ports.rollouts.save(
    {
      ...rollout,
      move: { kind: 'capacity', configName: endpoint.EndpointConfigName, variantName: variant.VariantName, instanceCount: 1, requestedAtMs: nowMs },
    },
    [
      {
        kind: 'rest-asked',
        text: `${variant.VariantName} rests at 0 % with one instance instead of ${variant.DesiredInstanceCount}`,
        evidence: { variants: endpoint.ProductionVariants },
      },
    ],
    nowMs,
  );
  await ports.endpoints.setCapacity(placement.endpointName, variant.VariantName, 1);
  return { answer: 'asked' };
}
