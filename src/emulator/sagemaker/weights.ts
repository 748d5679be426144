import type { DesiredWeightAndCapacity } from '@aws-sdk/client-sagemaker';
import { insufficientCapacity, requestFailed } from './deployment.ts';
import { durations } from './durations.ts';
import { setStatus, traceEndpoint } from './endpoint-status.ts';
import type { Endpoint, FleetVariant, SageMaker } from './state.ts';

interface Change {
  readonly variant: FleetVariant;
  readonly weightBefore: number;
  readonly instancesBefore: number;
  readonly weight: number;
  readonly instances: number;
}

function announceCapacity(change: Change, nowMs: number): void {
  const by = change.instances - change.instancesBefore;
  if (by === 0) return;
  change.variant.status = [
    by > 0
      ? { Status: 'Updating', StatusMessage: `Scaling out desired instance count to ${change.instances}.`, StartTime: new Date(nowMs) }
      : { Status: 'Deleting', StatusMessage: `Terminating ${-by} instance(s).`, StartTime: new Date(nowMs) },
  ];
}

/** Sets weights and counts: requests follow new weights within seconds, the status is InService again later, instances take minutes. */
export function beginWeightsAndCapacities(state: SageMaker, endpoint: Endpoint, desired: readonly DesiredWeightAndCapacity[]): void {
  const { clock, random } = state.kernel;
  const take = durations(random);
  const changes: Change[] = [];
  for (const wanted of desired) {
    const variant = endpoint.fleet.variants.find((candidate) => candidate.name === wanted.VariantName);
    if (!variant) continue;
    changes.push({
      variant,
      weightBefore: variant.currentWeight,
      instancesBefore: variant.currentInstances,
      weight: wanted.DesiredWeight ?? variant.desiredWeight,
      instances: wanted.DesiredInstanceCount ?? variant.desiredInstances,
    });
  }
  const grows = changes.some((change) => change.instances > change.instancesBefore);
  const scales = grows || changes.some((change) => change.instances < change.instancesBefore);
  const outcome = state.options.faults?.updateOutcome?.(endpoint.name, scales ? 'capacity' : 'weights') ?? 'ok';
  for (const change of changes) {
    change.variant.desiredWeight = change.weight;
    change.variant.desiredInstances = change.instances;
    announceCapacity(change, clock.now());
  }
  setStatus(state, endpoint, 'Updating');

  const beganAtMs = clock.now();
  const effectSeconds = take.weightsEffect();
  const seconds = scales ? (grows ? take.scaleOut() : take.scaleIn()) : take.weights();
  state.kernel.background(`weights of ${endpoint.name}`, async () => {
    if (outcome === 'ok') {
      await clock.sleep(1000 * effectSeconds, 'weights take effect');
      state.traffic.settle(endpoint);
      for (const { variant, weight } of changes) variant.currentWeight = weight;
      traceEndpoint(state, endpoint, 'weights');
      await clock.sleep(beganAtMs + 1000 * seconds - clock.now(), 'weights and capacities');
      state.traffic.settle(endpoint);
      for (const { variant, instances } of changes) {
        variant.currentInstances = instances;
        variant.status = [];
      }
      setStatus(state, endpoint, 'InService');
      return;
    }
    await clock.sleep(1000 * (outcome === 'no-capacity' ? take.noCapacity() : seconds), 'a change that fails');
    for (const { variant, weightBefore, instancesBefore } of changes) {
      variant.desiredWeight = weightBefore;
      variant.desiredInstances = instancesBefore;
      variant.status = [];
    }
    if (outcome !== 'unexplained-revert') {
      endpoint.failureReason = outcome === 'no-capacity' ? insufficientCapacity : requestFailed;
      setStatus(state, endpoint, 'RollingBack');
      await clock.sleep(1000 * take.rollBack(), 'roll back');
    }
    setStatus(state, endpoint, 'InService');
  });
}
