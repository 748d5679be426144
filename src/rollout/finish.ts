import type { Draft } from '../ledger/entry.ts';
import type { Ports } from '../ports/ports.ts';
import type { EndpointRecord } from '../ports/rollouts.ts';
import { buildOf } from './build-of.ts';
import { LockLost, Refused, Unavailable } from './errors.ts';
import { takeIn } from './hearing.ts';
import { keys } from './keys.ts';
import { loadRollout, specOf } from './load.ts';
import { endingOf } from './roll-back.ts';
import { type Ending, type Placement, placementOf, type Rollout } from './rollout.ts';
import { startQueued } from './start.ts';
import type { Cause } from './walk.ts';

type Needs = Pick<
  Ports,
  'rollouts' | 'alarms' | 'builds' | 'deliveries' | 'locks' | 'endpoints' | 'models' | 'training' | 'executions' | 'notices' | 'clock'
>;

/**
 * Ends a rollout in exactly one outcome: cleans up what nothing uses, remembers the endpoint, ends the record, wakes who
 * waits for it, gives the lock back, tells. Asked again it goes on where it stopped; nothing here can undo an outcome.
 * Until the last of it is done the rollout is closing, and a sweep sees to it that it gets closed.
 */
export async function finish(
  rolloutId: string,
  cause: Cause | undefined,
  ports: Needs,
): Promise<{ readonly outcome: string; readonly reason: string }> {
  const found = await loadRollout(rolloutId, ports);
  const ending: Ending = found.ending ?? {
    outcome: 'Failed',
    ...endingOf(cause),
    page: found.placement?.configName !== undefined,
  };
  // What people asked too late for any task to hear is refused in the record, not passed over.
  const rollout = await takeIn({ ...found, ending }, await ports.rollouts.inbox(rolloutId), ports);
  // Before the end is written, because with it goes the list of what is watched.
  await ports.rollouts.unwatch(rolloutId, rollout.watching);
  // The end first: whatever cannot be cleaned up must not keep a rollout from having ended.
  const ended = rollout.outcome === undefined ? await writeEnd(rollout, ending, ports) : rollout;
  const signal = { id: 'ended', key: keys.rollout(rolloutId), atMs: ports.clock.now(), text: ending.outcome };
  await ports.rollouts.post(rolloutId, signal);
  for (const wait of await ports.rollouts.waits(rolloutId)) {
    await ports.executions.wake(wait.token, { woken: signal.key });
    await ports.rollouts.unpark(rolloutId, wait);
  }
  const tidied = ended.tidied ? ended : await ports.rollouts.save({ ...ended, tidied: true }, await tidy(ended, ending, ports), ports.clock.now());
  // A walk that died between taking the lock and writing so holds it without knowing: the spec says which endpoint it was.
  const endpointName = rollout.placement?.endpointName ?? (await specOf(rollout, ports)).serve.endpoint;
  await ports.locks.releaseHeldBy(endpointName, rolloutId);
  await startQueued(rollout.delivery, ports);
  const told = await ports.notices.tell({
    rolloutId,
    delivery: rollout.delivery,
    phase: 'Ended',
    outcome: ending.outcome,
    reason: ending.reason,
    page: ending.page,
    text: ending.text,
  });
  // The rollout has ended and holds nothing up; but whoever is to be paged is told before it is closed.
  if (ending.page && !told) throw new Unavailable(`Cannot page anybody about rollout "${rolloutId}": ${ending.text}`);
  await ports.rollouts.close(tidied, ports.clock.now());
  return { outcome: ending.outcome, reason: ending.reason };
}

function writeEnd(rollout: Rollout, ending: Ending, ports: Needs): Promise<Rollout> {
  const { move: _, ...settled } = rollout;
  const nowMs = ports.clock.now();
  const drafts: Draft[] = [];
  if (ending.page) drafts.push({ kind: 'paged', text: ending.text });
  drafts.push({ kind: 'ended', text: `${ending.outcome}: ${ending.text}`, evidence: { outcome: ending.outcome, reason: ending.reason } });
  return ports.rollouts.end({ ...settled, ending, outcome: ending.outcome, phase: 'Ended', endedAtMs: nowMs, watching: [] }, drafts, nowMs);
}

/** Stops, deletes and remembers what the end leaves behind. What AWS refuses for good is left and named: its tags say whose it was. */
async function tidy(rollout: Rollout, ending: Ending, ports: Needs): Promise<Draft[]> {
  const left: string[] = [];
  const attempt = async (what: string, act: () => Promise<void>): Promise<boolean> => {
    try {
      await act();
      return true;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      left.push(`${what} (${error.message})`);
      return false;
    }
  };
  const { trainingJobName, buildId, images } = rollout.candidate;
  if (images === undefined) {
    await attempt(buildId === undefined ? 'the build, if there is one' : `build ${buildId}`, async () => {
      const asked = await buildOf(rollout, ports);
      const running = asked === undefined ? undefined : await ports.builds.describe(asked);
      if (running?.status === 'IN_PROGRESS') await ports.builds.stop(running.id);
    });
  }
  if (trainingJobName !== undefined && rollout.candidate.modelDataUrl === undefined) {
    const job = await ports.training.describe(trainingJobName);
    if (job?.status === 'InProgress') await attempt(`training job ${trainingJobName}`, () => ports.training.stop(trainingJobName));
  }
  const deleted: string[] = [];
  for (const alarmName of rollout.made.alarms ?? []) {
    const what = `alarm ${alarmName}`;
    if (await attempt(what, () => ports.alarms.delete(alarmName))) deleted.push(what);
  }
  deleted.push(...(await cleanUp(rollout, ending, attempt, ports)));
  const drafts: Draft[] = [];
  if (deleted.length > 0) drafts.push({ kind: 'cleaned-up', text: `deleted ${deleted.join(', ')}` });
  if (left.length > 0) drafts.push({ kind: 'cleaned-up', text: `left behind: ${left.join('; ')}`, evidence: { left } });
  return drafts;
}

/** Deletes what this rollout made or replaced and nothing uses, and writes down what the endpoint holds now. */
async function cleanUp(
  rollout: Rollout,
  ending: Ending,
  attempt: (what: string, act: () => Promise<void>) => Promise<boolean>,
  ports: Needs,
): Promise<string[]> {
  const deleted: string[] = [];
  const drop = async (configs: readonly string[], models: readonly string[]) => {
    for (const configName of new Set(configs)) {
      const what = `configuration ${configName}`;
      if (await attempt(what, () => ports.endpoints.deleteConfig(configName))) deleted.push(what);
    }
    for (const modelName of new Set(models)) {
      const what = `model ${modelName}`;
      if (await attempt(what, () => ports.models.delete(modelName))) deleted.push(what);
    }
  };
  const placement = rollout.placement;
  if (!placement) {
    await drop(rollout.made.configs, rollout.made.models);
    return deleted;
  }
  // Whoever holds the endpoint by now may be about to use what this rollout made; what is left a sweep finds.
  if ((await ports.locks.holder(placement.endpointName))?.holder !== rollout.id) return deleted;
  const endpoint = await ports.endpoints.describe(placement.endpointName);
  // On its way out: an earlier try of this very end asked for that, and its answer was lost.
  const leaves = endpoint?.EndpointStatus === 'Deleting';
  if ((endpoint?.EndpointStatus === 'Failed' || leaves) && placement.stable === undefined && ending.outcome === 'Failed') {
    // A first endpoint that never came into service answers nobody; only deleting it frees its name.
    const what = `endpoint ${placement.endpointName}`;
    if (!leaves && (await attempt(what, () => ports.endpoints.delete(placement.endpointName)))) deleted.push(what);
    await drop(rollout.made.configs, rollout.made.models);
    return deleted;
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
    ...(leftover !== undefined &&
      restingModel !== undefined && { resting: { variantName: leftover, modelName: restingModel, sinceMs: nowMs, rolloutId: rollout.id } }),
    ...(placement.metrics && { metrics: placement.metrics }),
    configs: [configName],
    models: known.filter((name) => serving.has(name)),
  };
}
