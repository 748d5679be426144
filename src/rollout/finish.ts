import type { Draft } from '../ledger/entry.ts';
import type { Ports } from '../ports/ports.ts';
import type { EndpointRecord } from '../ports/rollouts.ts';
import { LockLost } from './errors.ts';
import { keys } from './keys.ts';
import { loadRollout, specOf } from './load.ts';
import { endingOf } from './roll-back.ts';
import { type Ending, type Placement, placementOf, type Rollout } from './rollout.ts';
import { startQueued } from './start.ts';
import type { Cause } from './walk.ts';

type Needs = Pick<Ports, 'rollouts' | 'deliveries' | 'locks' | 'endpoints' | 'models' | 'executions' | 'notices' | 'clock'>;

/**
 * Ends a rollout in exactly one outcome: cleans up what nothing uses, remembers the endpoint, ends the record, wakes who
 * waits for it, gives the lock back, tells. Asked again it goes on where it stopped; nothing here can undo an outcome.
 */
export async function finish(
  rolloutId: string,
  cause: Cause | undefined,
  ports: Needs,
): Promise<{ readonly outcome: string; readonly reason: string }> {
  const rollout = await loadRollout(rolloutId, ports);
  const ending: Ending = rollout.ending ?? {
    outcome: 'Failed',
    ...endingOf(cause),
    page: rollout.placement?.configName !== undefined,
  };
  const drafts: Draft[] = [];
  // Before the end is written, because with it goes the list of what is watched.
  await ports.rollouts.unwatch(rolloutId, rollout.watching);
  if (rollout.outcome === undefined) {
    const cleaned = await cleanUp(rollout, ending, ports);
    if (cleaned.length > 0) drafts.push({ kind: 'cleaned-up', text: `deleted ${cleaned.join(', ')}` });
    if (ending.page) drafts.push({ kind: 'paged', text: ending.text });
    const { move: _, ...settled } = rollout;
    const nowMs = ports.clock.now();
    await ports.rollouts.end(
      { ...settled, ending, outcome: ending.outcome, phase: 'Ended', endedAtMs: nowMs, watching: [] },
      [...drafts, { kind: 'ended', text: `${ending.outcome}: ${ending.text}`, evidence: { outcome: ending.outcome, reason: ending.reason } }],
      nowMs,
    );
  }
  const signal = { id: 'ended', key: keys.rollout(rolloutId), atMs: ports.clock.now(), text: ending.outcome };
  await ports.rollouts.post(rolloutId, signal);
  for (const wait of await ports.rollouts.waits(rolloutId)) {
    await ports.executions.wake(wait.token, { woken: signal.key });
    await ports.rollouts.unpark(rolloutId, wait.name);
  }
  // A walk that died between taking the lock and writing so holds it without knowing: the spec says which endpoint it was.
  const endpointName = rollout.placement?.endpointName ?? (await specOf(rollout, ports)).serve.endpoint;
  await ports.locks.releaseHeldBy(endpointName, rolloutId);
  await startQueued(rollout.delivery, ports);
  await ports.notices.tell({
    rolloutId,
    delivery: rollout.delivery,
    phase: 'Ended',
    outcome: ending.outcome,
    reason: ending.reason,
    page: ending.page,
    text: ending.text,
  });
  return { outcome: ending.outcome, reason: ending.reason };
}

/** Deletes what this rollout made or replaced and nothing uses, and writes down what the endpoint holds now. */
async function cleanUp(rollout: Rollout, ending: Ending, ports: Needs): Promise<string[]> {
  const deleted: string[] = [];
  const drop = async (configs: readonly string[], models: readonly string[]) => {
    for (const configName of new Set(configs)) {
      await ports.endpoints.deleteConfig(configName);
      deleted.push(`configuration ${configName}`);
    }
    for (const modelName of new Set(models)) {
      await ports.models.delete(modelName);
      deleted.push(`model ${modelName}`);
    }
  };
  const placement = rollout.placement;
  if (!placement) {
    await drop(rollout.made.configs, rollout.made.models);
    return deleted;
  }
  const endpoint = await ports.endpoints.describe(placement.endpointName);
  if (endpoint?.EndpointStatus === 'Failed' && placement.stable === undefined && ending.outcome === 'Failed') {
    // A first endpoint that never came into service answers nobody; only deleting it frees its name.
    await ports.endpoints.delete(placement.endpointName);
    await drop(rollout.made.configs, rollout.made.models);
    return [`endpoint ${placement.endpointName}`, ...deleted];
  }
  if (!endpoint) {
    await drop(rollout.made.configs, rollout.made.models);
    return deleted;
  }
  const config = await ports.endpoints.describeConfig(endpoint.EndpointConfigName);
  if (!config) return deleted; // Whoever deleted the configuration in force has to bring it back; nothing here is safe to delete.
  const inForce = new Set([endpoint.EndpointConfigName, endpoint.PendingConfigName]);
  const serving = new Set(config.ProductionVariants.map((variant) => variant.ModelName));
  const ours = [...rollout.made.configs, ...rollout.replaced.configs];
  const models = [...rollout.made.models, ...rollout.replaced.models];
  // After a failed rollback old and new fleet both serve, and only one configuration of theirs is named: nothing here is safe to delete.
  if (endpoint.EndpointStatus !== 'UpdateRollbackFailed') {
    await drop(
      ours.filter((name) => !inForce.has(name)),
      models.filter((name) => !serving.has(name)),
    );
  }
  const record = recordAfter(
    rollout,
    ending,
    placementOf(rollout),
    endpoint.EndpointConfigName,
    config.ProductionVariants,
    await ports.locks.record(placement.endpointName),
    ports.clock.now(),
  );
  try {
    if (record) await ports.locks.saveRecord(placement.endpointName, rollout.id, placement.fence, record);
  } catch (error) {
    // Somebody else's endpoint by now, and theirs to remember. This rollout still has to end.
    if (!(error instanceof LockLost)) throw error;
  }
  return deleted;
}

/** What to remember of the endpoint for the next rollout; undefined where nothing of ours is in it. */
function recordAfter(
  rollout: Rollout,
  ending: Ending,
  placement: Placement,
  configName: string,
  variants: readonly { readonly VariantName: string; readonly ModelName?: string }[],
  before: EndpointRecord | undefined,
  nowMs: number,
): EndpointRecord | undefined {
  if (configName !== placement.configName) return before;
  const succeeded = ending.outcome === 'Succeeded' || placement.stable === undefined;
  const stable = succeeded ? placement.canary : (placement.stable ?? placement.canary);
  const leftover = succeeded ? placement.stable : placement.canary;
  const restingModel = variants.find((variant) => variant.VariantName === leftover)?.ModelName;
  const known = [...(before?.models ?? []), ...rollout.made.models];
  const serving = new Set(variants.map((variant) => variant.ModelName));
  return {
    delivery: rollout.delivery,
    stable,
    ...(leftover !== undefined && restingModel !== undefined && { resting: { variantName: leftover, modelName: restingModel, sinceMs: nowMs } }),
    configs: [configName],
    models: known.filter((name) => serving.has(name)),
  };
}
