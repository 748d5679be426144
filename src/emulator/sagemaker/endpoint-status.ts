import { type AwsError, validationException } from '../aws-error.ts';
import { publishEndpointState } from './events.ts';
import type { Endpoint, Fleet, SageMaker } from './state.ts';

const variantsOf = (fleet: Fleet) =>
  fleet.variants.map((variant) => ({
    name: variant.name,
    weight: variant.currentWeight,
    desiredWeight: variant.desiredWeight,
    instances: variant.currentInstances,
    desiredInstances: variant.desiredInstances,
  }));

/** Writes what an endpoint is now to the trace. */
export function traceEndpoint(state: SageMaker, endpoint: Endpoint, what: string, more: Record<string, unknown> = {}): void {
  state.kernel.trace.write('endpoint', {
    endpoint: endpoint.name,
    what,
    status: endpoint.status,
    config: endpoint.fleet.config.name,
    ...(endpoint.pending && { pendingConfig: endpoint.pending.config.name }),
    variants: variantsOf(endpoint.fleet),
    ...more,
  });
}

/** Moves an endpoint to a status: stamps it, traces it, tells EventBridge. */
export function setStatus(state: SageMaker, endpoint: Endpoint, status: Endpoint['status']): void {
  endpoint.status = status;
  endpoint.modifiedAtMs = state.kernel.clock.now();
  traceEndpoint(state, endpoint, 'status', endpoint.failureReason === undefined ? {} : { failureReason: endpoint.failureReason });
  publishEndpointState(state.kernel, endpoint);
}

const inProgress: readonly string[] = ['Creating', 'Updating', 'SystemUpdating', 'RollingBack', 'Deleting'];

/** Update, weights and delete all answer so while anything is under way. Undefined at rest. */
export const busyError = (endpoint: Endpoint): AwsError | undefined =>
  inProgress.includes(endpoint.status) ? validationException(`Cannot update in-progress endpoint "${endpoint.arn}".`) : undefined;

/** Refuses what only a living endpoint at rest takes: after a failed creation nothing but DeleteEndpoint works. */
export function refuseUnlessUpdatable(endpoint: Endpoint): void {
  const busy = busyError(endpoint);
  if (busy) throw busy;
  if (endpoint.status === 'Failed')
    throw validationException(`Cannot update endpoint "${endpoint.arn}" in status "Failed". Delete it and create it again.`);
}
