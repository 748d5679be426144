import type { Ports } from '../ports/ports.ts';
import { loadRollout } from './load.ts';
import type { Move } from './move.ts';
import { placementOf, type Rollout } from './rollout.ts';
import type { Cause } from './walk.ts';
import { sameWeight, toWeights } from './weights.ts';

/** `asked`: verify it. `busy`: the endpoint takes no call now; wait it out and ask again. `nothing`: the endpoint was never touched or is back. `held`: there is nothing to go back to; a person is paged. */
export type RollBackAnswer = 'asked' | 'busy' | 'nothing' | 'held';

type Needs = Pick<Ports, 'rollouts' | 'locks' | 'endpoints' | 'clock'>;

/**
 * Gives stable all its traffic back: one weight call. It asks no metric, gate or person first, and it never removes
 * anything.
 *
 * @param cause why, where nobody decided an ending before: an error's name and text
 */
export async function rollBack(rolloutId: string, cause: Cause | undefined, ports: Needs): Promise<{ readonly answer: RollBackAnswer }> {
  const found = await loadRollout(rolloutId, ports);
  const nowMs = ports.clock.now();
  const placement = found.placement;
  if (!placement?.configName) {
    // Nothing was asked of the endpoint yet: what failed, failed before any change.
    if (!found.ending)
      await ports.rollouts.save(
        { ...found, ending: { outcome: 'Failed', ...endingOf(cause), page: false } },
        [{ kind: 'undo-decided', text: 'nothing to undo: the endpoint was not touched' }],
        nowMs,
      );
    return { answer: 'nothing' };
  }
  // What was decided first stays: a promotion that is through is not undone because a later task broke.
  if (found.ending?.outcome === 'Succeeded') return { answer: 'nothing' };
  await ports.locks.renew(placement.endpointName, rolloutId, placement.fence, nowMs);
  const endpoint = await ports.endpoints.describe(placement.endpointName);
  const rollout: Rollout = {
    ...found,
    phase: 'RollingBack',
    ending: found.ending ?? {
      outcome: placement.stable === undefined ? 'Failed' : 'RolledBack',
      ...endingOf(cause),
      page: placement.stable === undefined,
    },
  };

  if (placement.stable === undefined) {
    await ports.rollouts.save(
      rollout,
      [{ kind: 'undo-decided', text: 'first deployment: there is nothing to go back to, and an endpoint that answers is never deleted' }],
      nowMs,
    );
    return { answer: 'held' };
  }
  if (!endpoint) {
    await ports.rollouts.save(
      {
        ...rollout,
        ending: {
          ...(rollout.ending ?? { reason: 'endpoint-gone', text: '' }),
          outcome: 'Failed',
          reason: 'endpoint-gone',
          text: `endpoint "${placement.endpointName}" does not exist any more`,
          page: true,
        },
      },
      [{ kind: 'undo-decided', text: 'the endpoint is gone' }],
      nowMs,
    );
    return { answer: 'held' };
  }
  const resting =
    endpoint.EndpointStatus === 'InService' || endpoint.EndpointStatus === 'UpdateRollbackFailed' || endpoint.EndpointStatus === 'OutOfService';
  if (!resting && endpoint.EndpointStatus !== 'Failed') {
    if (!found.ending || found.phase !== 'RollingBack')
      await ports.rollouts.save(rollout, [{ kind: 'undo-decided', text: `undo waits: the endpoint is ${endpoint.EndpointStatus}` }], nowMs);
    return { answer: 'busy' };
  }
  const live = (name: string) => endpoint.ProductionVariants.find((variant) => variant.VariantName === name);
  const stable = live(placement.stable);
  const canary = live(placement.canary);
  const stableHasAll =
    stable !== undefined && sameWeight(stable.DesiredWeight, placement.stableWeight) && sameWeight(stable.CurrentWeight, placement.stableWeight);
  const canaryHasNone = canary === undefined || (canary.DesiredWeight === 0 && canary.CurrentWeight === 0);
  const { move: _, ...settled } = rollout;
  if (stableHasAll && canaryHasNone) {
    await ports.rollouts.save(
      settled,
      [
        {
          kind: 'undo-decided',
          text: `nothing to undo: ${placement.stable} has all its weight`,
          evidence: { configName: endpoint.EndpointConfigName },
        },
      ],
      nowMs,
    );
    return { answer: 'nothing' };
  }
  if (!stable || endpoint.EndpointStatus === 'Failed' || stable.CurrentInstanceCount === 0) {
    const text = `variant "${placement.stable}" of endpoint "${placement.endpointName}" can't take its traffic back (status ${endpoint.EndpointStatus}, ${stable?.CurrentInstanceCount ?? 0} instances): held for a person`;
    await ports.rollouts.save(
      { ...settled, ending: { outcome: 'Failed', reason: 'undo-impossible', text, page: true } },
      [{ kind: 'undo-decided', text, evidence: { variants: endpoint.ProductionVariants } }],
      nowMs,
    );
    return { answer: 'held' };
  }
  const weights = toWeights({ stable: placement.stable, canary: placement.canary }, 0, placement.stableWeight).filter((weight) =>
    live(weight.VariantName),
  );
  const move: Move = { kind: 'weights', configName: endpoint.EndpointConfigName, weights, requestedAtMs: nowMs };
  await ports.rollouts.save(
    { ...settled, move },
    [
      {
        kind: 'undo-decided',
        text: `${placement.canary} to 0 %, ${placement.stable} back to ${placement.stableWeight}: ${rollout.ending?.text ?? ''}`,
        evidence: { weights, reason: rollout.ending?.reason },
      },
    ],
    nowMs,
  );
  await ports.endpoints.setWeights(placement.endpointName, weights);
  return { answer: 'asked' };
}

/** The ending of a walk that a caught error ended. A Lambda's cause is its error document, of which a person wants the message. */
export function endingOf(cause: Cause | undefined): { readonly reason: string; readonly text: string } {
  if (!cause) return { reason: 'controller-error', text: 'the walk ended without a decision' };
  let message = cause.text;
  try {
    const { errorMessage } = JSON.parse(cause.text) as { errorMessage?: unknown }; // Checked on the next line.
    if (typeof errorMessage === 'string') message = errorMessage;
  } catch {
    // Not every cause is a document; then it is the message itself.
  }
  return { reason: 'controller-error', text: `${cause.error}: ${message}`.slice(0, 2000) };
}

/** Undo could not be proved after all tries: held, and a person is paged. */
export async function holdAndPage(rolloutId: string, ports: Pick<Ports, 'rollouts' | 'clock'>): Promise<void> {
  const rollout = await loadRollout(rolloutId, ports);
  const text = `undo could not be proved on endpoint "${placementOf(rollout).endpointName}": ${rollout.ending?.text ?? ''}`;
  await ports.rollouts.save(
    { ...rollout, ending: { outcome: 'Failed', reason: 'undo-not-proved', text, page: true } },
    [{ kind: 'undo-decided', text }],
    ports.clock.now(),
  );
}
