import { durations, provisioningShare } from './durations.ts';
import { setStatus, traceEndpoint } from './endpoint-status.ts';
import { allHealthy, complete, launch, pingFailure, plannedFleet, type Retained, retire } from './fleet.ts';
import { forget, keep, sageMakerArn } from './resources.ts';
import type { Endpoint, EndpointConfig, Fleet, SageMaker, UpdateOutcome } from './state.ts';

/** AWS's words when the failure is its own. */
export const requestFailed = 'Request to service failed. If failure persists after retry, contact customer support.';
export const insufficientCapacity =
  'Unable to provision requested ML compute capacity due to InsufficientInstanceCapacity error. Please retry using a different ML instance type or after some time.';

const sleepSeconds = (state: SageMaker, seconds: number, label: string) => state.kernel.clock.sleep(1000 * seconds, label);

/** Waits for the fleet, at most `withinMs` of emulator time. */
async function healthyWithin(state: SageMaker, fleet: Fleet, withinMs: number): Promise<boolean> {
  let givenUp: () => void = () => {};
  const timer = state.kernel.clock.after(withinMs, 'start-up window', () => givenUp());
  const outcome = await Promise.race([
    allHealthy(fleet).then(() => true),
    new Promise<boolean>((resolve) => {
      givenUp = () => resolve(false);
    }),
  ]);
  timer.cancel();
  return outcome;
}

/**
 * Stands a fleet up: provisions, starts, waits for health.
 *
 * @param seconds how long it takes when all goes well
 * @returns the FailureReason; undefined when every instance is healthy
 */
async function standUp(state: SageMaker, endpoint: Endpoint, fleet: Fleet, seconds: number, outcome: UpdateOutcome): Promise<string | undefined> {
  const { clock, random } = state.kernel;
  const take = durations(random);
  const beganAtMs = clock.now();
  if (outcome === 'no-capacity') {
    await sleepSeconds(state, take.noCapacity(), 'no capacity');
    return insufficientCapacity;
  }
  if (outcome === 'silent-revert' || outcome === 'unexplained-revert') {
    await sleepSeconds(state, seconds, 'an update that reverts');
    return requestFailed;
  }
  await sleepSeconds(state, seconds * provisioningShare, 'provision instances');
  if (state.closed) return undefined;
  const unreadable = launch(state, endpoint, fleet);
  if (unreadable !== undefined) {
    await sleepSeconds(state, take.unreadable(), 'an image or model data that cannot be read');
    return unreadable;
  }
  const windowMs = 1000 * take.unhealthy(fleet.variants) - (clock.now() - beganAtMs);
  // A fast clock leaves containers hardly any wall time to start in; they get their least.
  const leastMs = Number.isFinite(clock.rate) ? state.options.workloads.leastStartupWallMs * clock.rate : 0;
  if (!(await healthyWithin(state, fleet, Math.max(windowMs, leastMs)))) return pingFailure(fleet);
  await clock.sleep(beganAtMs + 1000 * seconds - clock.now(), 'take the fleet into service');
  return undefined;
}

const outcomeOf = (state: SageMaker, endpointName: string, kind: 'create' | 'config'): UpdateOutcome =>
  state.options.faults?.updateOutcome?.(endpointName, kind) ?? 'ok';

/** Creates an endpoint: `Creating` at once, `InService` or `Failed` later. */
export function beginCreate(state: SageMaker, name: string, config: EndpointConfig, deploymentConfig: Endpoint['lastDeploymentConfig']): Endpoint {
  const nowMs = state.kernel.clock.now();
  const endpoint: Endpoint = {
    name,
    arn: sageMakerArn(state.kernel, 'endpoint', name),
    createdAtMs: nowMs,
    modifiedAtMs: nowMs,
    status: 'Creating',
    failureReason: undefined,
    fleet: plannedFleet(state, config),
    pending: undefined,
    lastDeploymentConfig: deploymentConfig,
  };
  keep(state.endpoints, endpoint);
  setStatus(state, endpoint, 'Creating');
  const seconds = durations(state.kernel.random).create();
  const outcome = outcomeOf(state, name, 'create');
  state.kernel.background(`create ${name}`, async () => {
    const failure = await standUp(state, endpoint, endpoint.fleet, seconds, outcome);
    if (state.closed) return;
    if (failure !== undefined) {
      retire(state, endpoint, endpoint.fleet);
      for (const variant of endpoint.fleet.variants) variant.status = [];
      endpoint.failureReason = failure;
      setStatus(state, endpoint, 'Failed');
      return;
    }
    complete(endpoint.fleet);
    endpoint.fleet.serving = true;
    state.traffic.resume(endpoint);
    setStatus(state, endpoint, 'InService');
  });
  return endpoint;
}

/** Moves an endpoint to another configuration: both fleets stand until the new one takes over; a failure goes back to the old one and says InService. */
export function beginUpdate(state: SageMaker, endpoint: Endpoint, config: EndpointConfig, retained: ReadonlyMap<string, Retained>): void {
  const next = plannedFleet(state, config, retained);
  endpoint.pending = next;
  setStatus(state, endpoint, 'Updating');
  const seconds = durations(state.kernel.random).update();
  const outcome = outcomeOf(state, endpoint.name, 'config');
  state.kernel.background(`update ${endpoint.name}`, async () => {
    const failure = await standUp(state, endpoint, next, seconds, outcome);
    if (state.closed) return;
    endpoint.pending = undefined;
    if (failure !== undefined) {
      retire(state, endpoint, next);
      if (outcome !== 'unexplained-revert') endpoint.failureReason = failure;
      setStatus(state, endpoint, 'InService');
      return;
    }
    complete(next);
    state.traffic.settle(endpoint);
    const previous = endpoint.fleet;
    // One turn of the event loop decides it: a request meets the old fleet or the new one, never neither.
    endpoint.fleet = next;
    next.serving = true;
    endpoint.failureReason = undefined;
    retire(state, endpoint, previous);
    state.traffic.resume(endpoint);
    traceEndpoint(state, endpoint, 'fleet', { previousConfig: previous.config.name });
    setStatus(state, endpoint, 'InService');
  });
}

/** Deletes an endpoint: it answers nobody from now on, and is gone minutes later. */
export function beginDelete(state: SageMaker, endpoint: Endpoint): void {
  state.traffic.settle(endpoint);
  setStatus(state, endpoint, 'Deleting');
  retire(state, endpoint, endpoint.fleet);
  const seconds = durations(state.kernel.random).delete();
  state.kernel.background(`delete ${endpoint.name}`, async () => {
    await sleepSeconds(state, seconds, 'delete an endpoint');
    state.traffic.forget(endpoint);
    forget(state, state.endpoints, endpoint);
    traceEndpoint(state, endpoint, 'deleted');
  });
}

/** AWS's own maintenance: nothing may be asked of the endpoint for `seconds` of emulator time; it keeps serving. */
export function beginSystemUpdate(state: SageMaker, endpoint: Endpoint, seconds: number): void {
  setStatus(state, endpoint, 'SystemUpdating');
  state.kernel.background(`system update of ${endpoint.name}`, async () => {
    await sleepSeconds(state, seconds, 'system update');
    if (endpoint.status === 'SystemUpdating') setStatus(state, endpoint, 'InService');
  });
}
