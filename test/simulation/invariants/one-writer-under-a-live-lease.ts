import { defineInvariant } from './invariant.ts';

/** Operations that change an endpoint. */
const mutating: ReadonlySet<string> = new Set(['CreateEndpoint', 'UpdateEndpoint', 'UpdateEndpointWeightsAndCapacities', 'DeleteEndpoint']);

/**
 * 4. No mutation begins under a lease that has ended, and none under a new lease while an older holder's function can
 * still run. Read from the lock's row at the moment of the call.
 */
export const oneWriterUnderALiveLease = defineInvariant({
  name: 'one-writer-under-a-live-lease',
  watch: (truth, violated) => ({
    onCall(call) {
      if (!mutating.has(call.operation) || call.caller.includes(':user/')) return;
      const endpointName = String(call.input['EndpointName']);
      const writers = truth.behind(call);
      const about = [endpointName, ...writers.map(({ id }) => id)];
      if (writers.length === 0) return violated(`${call.operation} on ${endpointName} by ${call.caller}, and no rollout is behind it`, about);
      const lock = truth.rows().find(({ pk }) => pk === `ENDPOINT#${endpointName.toLowerCase()}`)?.item;
      const holder = lock?.['holder']?.S;
      const leaseUntilMs = Number(lock?.['leaseUntilMs']?.N ?? 0);
      if (!writers.some(({ id }) => id === holder)) {
        return violated(`${call.operation} on ${endpointName} by ${writers.map(({ id }) => id).join(' or ')}, held by ${holder ?? 'nobody'}`, about);
      }
      if (leaseUntilMs <= call.atMs) {
        return violated(`${call.operation} on ${endpointName} under a lease that ended ${(call.atMs - leaseUntilMs) / 1000} s ago`, about);
      }
      // Functions that have not ended may still act, whoever holds the lock by now.
      const others = [...truth.running].filter((run) => {
        const rollout = run.rolloutId === undefined ? undefined : truth.rollouts.get(run.rolloutId);
        return rollout !== undefined && rollout.id !== holder && rollout.delivery.endpointName === endpointName && rollout.held !== undefined;
      });
      for (const run of others) {
        if (!['sluice-prepare-canary', 'sluice-shift-traffic', 'sluice-roll-back'].includes(run.functionName)) continue;
        violated(`${call.operation} on ${endpointName} by ${String(holder)} while ${run.functionName} of ${run.rolloutId} still runs`, about);
      }
    },
  }),
});
