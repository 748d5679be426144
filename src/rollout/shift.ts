import type { Ports } from '../ports/ports.ts';
import { EndpointBusy, Unavailable } from './errors.ts';
import { loadHearing } from './hearing.ts';
import { loadRollout } from './load.ts';
import { isAtRest, isUnderWay, type Move } from './move.ts';
import { currentStep, placementOf } from './rollout.ts';
import { toWeights } from './weights.ts';

type Needs = Pick<Ports, 'rollouts' | 'locks' | 'endpoints' | 'clock'>;

/** `asked`: prove it. `busy`: the endpoint takes no call now; the step is taken back, its canary watched meanwhile. `stopped`: somebody ended the rollout. */
export type ShiftAnswer = 'asked' | 'busy' | 'stopped';

/** Asks for the weights of the step under way. Asking twice asks once. Throws `EndpointBusy` where the endpoint became busy at this very moment. */
export async function shift(rolloutId: string, ports: Needs): Promise<{ readonly answer: ShiftAnswer }> {
  const { rollout } = await loadHearing(rolloutId, ports);
  if (rollout.ending) return { answer: 'stopped' };
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
  if (rollout.move?.kind !== 'weights') {
    if (!isAtRest(endpoint.EndpointStatus)) {
      // Nothing was asked of it: the canary keeps the share it has, and its gates are asked until the endpoint rests.
      const text = `step ${step.index + 1} waits: the endpoint is ${endpoint.EndpointStatus}`;
      await ports.rollouts.save(
        { ...rollout, steps: rollout.steps.filter(({ index }) => index !== step.index) },
        [{ kind: 'endpoint-busy', text }],
        nowMs,
      );
      return { answer: 'busy' };
    }
    await ports.rollouts.save({ ...rollout, move }, [], nowMs);
  }
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
  const { placement } = rollout;
  // What failed before it held an endpoint leaves nothing there.
  if (!placement) return { answer: 'nothing' };
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
