import type { Draft } from '../ledger/entry.ts';
import type { EndpointConfig, EndpointDescription } from '../ports/endpoints.ts';
import type { Ports } from '../ports/ports.ts';
import type { DeliveryHead, EndpointRecord } from '../ports/rollouts.ts';
import { EndpointBusy } from './errors.ts';
import { loadRollout, specOf, tagsOf } from './load.ts';
import { type Move, prove } from './move.ts';
import type { Rollout } from './rollout.ts';
import { paceText } from './metric-period.ts';
import { configNameOf, configWithout } from './variants.ts';

type Needs = Pick<Ports, 'rollouts' | 'deliveries' | 'locks' | 'endpoints' | 'models' | 'images' | 'notices' | 'clock'>;

/** `asked`: on its way out. `retired`: gone. `kept`: it can't go as things stand; the next sweep looks again. */
export type Retired = 'nothing' | 'asked' | 'retired' | 'kept';

type Resting = NonNullable<EndpointRecord['resting']>;

/** The endpoint's record where a variant rests there, and who left it. */
interface Holding {
  readonly endpointName: string;
  readonly record: EndpointRecord;
  readonly resting: Resting;
  readonly rollout: Rollout;
  readonly fence: number;
}

/**
 * Takes the resting variant out of an endpoint once its grace is over, under the lock, in the name of the rollout that
 * left it there. It takes an update of the whole endpoint, which takes minutes: asked again it looks how that stands.
 *
 * Nothing but a variant without traffic is ever removed, and never the last that serves.
 */
export async function retire(head: DeliveryHead, endpointName: string, ports: Needs): Promise<Retired> {
  const record = await ports.locks.record(endpointName);
  const resting = record?.resting;
  if (!resting || !(await isDue(head, record, resting, ports))) return 'nothing';
  const rollout = await loadRollout(resting.rolloutId, ports);
  // Until then the lock may still be its own, and be given back under us.
  if (!rollout.closed) return 'nothing';
  const nowMs = ports.clock.now();
  const lock = await ports.locks.acquire(endpointName, resting.rolloutId, nowMs);
  // Whoever holds it replaces the variant, or gives the lock back.
  if ('holder' in lock) return 'nothing';
  await ports.locks.renew(endpointName, resting.rolloutId, lock.fence, nowMs);
  // Read again: until the lock was ours a rollout may have come and gone.
  const held = await ports.locks.record(endpointName);
  const answer =
    held?.resting?.rolloutId === resting.rolloutId
      ? await see({ endpointName, record: held, resting: held.resting, rollout, fence: lock.fence }, ports)
      : 'nothing';
  if (answer !== 'asked') await ports.locks.releaseHeldBy(endpointName, resting.rolloutId);
  return answer;
}

async function see(holding: Holding, ports: Needs): Promise<Retired> {
  const endpoint = await ports.endpoints.describe(holding.endpointName);
  const { retiring } = holding.record;
  return retiring ? conclude(holding, retiring, endpoint, ports) : ask(holding, endpoint, ports);
}

/** Whether a resting variant's grace is over, or its way out was begun. While a rollout is under way or queued, that one replaces it. */
async function isDue(head: DeliveryHead, record: EndpointRecord, resting: Resting, ports: Needs): Promise<boolean> {
  if (record.delivery !== head.name) return false;
  if (record.retiring) return true;
  if (head.openRolloutId !== undefined || head.queuedRolloutId !== undefined) return false;
  const spec = await specOf({ delivery: head.name, revision: head.revision }, ports);
  return ports.clock.now() >= resting.sinceMs + spec.retire.after * 1000;
}

/** Asks for the configuration without the variant, where that can hurt nobody. */
async function ask(holding: Holding, endpoint: EndpointDescription | undefined, ports: Needs): Promise<Retired> {
  const { endpointName, record, resting, rollout, fence } = holding;
  const live = endpoint && (await ports.endpoints.describeConfig(endpoint.EndpointConfigName));
  if (!endpoint || !live || endpoint.EndpointStatus !== 'InService') return 'kept';
  const variant = endpoint.ProductionVariants.find(({ VariantName }) => VariantName === resting.variantName);
  if (!variant) {
    // Somebody took it out already: nothing of ours rests there any more.
    const { resting: _, ...left } = record;
    await ports.locks.saveRecord(endpointName, rollout.id, fence, left);
    return 'nothing';
  }
  if ((await hindrance(endpoint, live, resting, ports)) !== undefined) return 'kept';
  const config = configWithout(resting.variantName, { endpoint, config: live }, record.metrics);
  const { configName, ours } = await nameFor(config, rollout, ports);
  const nowMs = ports.clock.now();
  await ports.locks.saveRecord(endpointName, rollout.id, fence, {
    ...record,
    retiring: { configName, ours, previousConfigName: endpoint.EndpointConfigName, requestedAtMs: nowMs },
  });
  const text = `${resting.variantName} has rested at 0 % since ${new Date(resting.sinceMs).toISOString()}: it leaves endpoint ${endpointName}, ${endpoint.EndpointConfigName} -> ${configName}${paceText(live, config)}`;
  const evidence = { configName, config, previousConfigName: endpoint.EndpointConfigName, variants: endpoint.ProductionVariants };
  await ports.rollouts.save(rollout, [{ kind: 'retire-asked', text, evidence }], nowMs);
  if (ours) await ports.endpoints.createConfig(configName, config, tagsOf(rollout));
  try {
    await ports.endpoints.update(endpointName, configName);
  } catch (error) {
    // Somebody else's change came first: what became of ours is seen when it is over.
    if (!(error instanceof EndpointBusy)) throw error;
  }
  return 'asked';
}

/** Why the variant can't be taken out now: it has traffic, nothing would be left to serve, counts are an autoscaler's, or a new fleet would start other images. */
async function hindrance(endpoint: EndpointDescription, config: EndpointConfig, resting: Resting, ports: Needs): Promise<string | undefined> {
  const others = endpoint.ProductionVariants.filter(({ VariantName }) => VariantName !== resting.variantName);
  const variant = endpoint.ProductionVariants.find(({ VariantName }) => VariantName === resting.variantName);
  if (!variant || variant.CurrentWeight !== 0 || variant.DesiredWeight !== 0) return 'it has traffic';
  if (!others.some(({ CurrentWeight, CurrentInstanceCount }) => CurrentWeight > 0 && CurrentInstanceCount > 0)) return 'nothing else serves';
  const names = endpoint.ProductionVariants.map(({ VariantName }) => VariantName);
  if ((await ports.endpoints.scaledVariants(endpoint.EndpointName, names)).length > 0) return 'an autoscaler manages its endpoint';
  for (const other of others) {
    const modelName = config.ProductionVariants.find(({ VariantName }) => VariantName === other.VariantName)?.ModelName;
    const image = modelName === undefined ? undefined : await ports.models.imageOf(modelName);
    const digest = image === undefined ? undefined : await ports.images.digestOf(image);
    const deployed = other.ResolvedImages.map((resolved) => resolved.split('@')[1]).find((found) => found !== undefined);
    if (digest !== undefined && deployed !== undefined && digest !== deployed) return `the image of ${other.VariantName} has moved`;
  }
  return undefined;
}

/** The configuration from before the rollout where it says the very same: an undone rollout then leaves no trace. Else one named for what it holds. */
async function nameFor(config: EndpointConfig, rollout: Rollout, ports: Needs): Promise<{ readonly configName: string; readonly ours: boolean }> {
  const own = configNameOf(rollout.delivery, config);
  const before = rollout.placement?.before?.configName;
  const earlier = before === undefined ? undefined : await ports.endpoints.describeConfig(before);
  const theirs = before !== undefined && before !== own && earlier && configNameOf(rollout.delivery, earlier) === own;
  return theirs ? { configName: before, ours: false } : { configName: own, ours: true };
}

/** Looks what became of it: proved, its leavings are deleted and the record forgets it; come back, it rests for another grace. */
async function conclude(
  { endpointName, record, resting, rollout, fence }: Holding,
  retiring: NonNullable<EndpointRecord['retiring']>,
  endpoint: EndpointDescription | undefined,
  ports: Needs,
): Promise<Retired> {
  const nowMs = ports.clock.now();
  const { configName, previousConfigName, requestedAtMs, ours } = retiring;
  const move: Move = { kind: 'update', configName, previousConfigName, requestedAtMs };
  const proof = prove(move, endpoint, nowMs);
  if (proof.answer === 'pending') return 'asked';
  const { retiring: _, ...settled } = record;
  if (proof.answer === 'done') {
    const models = record.models.includes(resting.modelName) ? [resting.modelName] : [];
    const configs = record.configs.filter((name) => name !== configName);
    for (const name of configs) await ports.endpoints.deleteConfig(name);
    for (const name of models) await ports.models.delete(name);
    const gone = [...configs.map((name) => `configuration ${name}`), ...models.map((name) => `model ${name}`)];
    await note({
      kind: 'retired',
      text: `${resting.variantName} has left endpoint ${endpointName}${gone.length > 0 ? `; deleted ${gone.join(', ')}` : ''}`,
    });
    const { resting: _resting, metrics: _metrics, ...left } = settled;
    await ports.locks.saveRecord(endpointName, rollout.id, fence, {
      ...left,
      configs: ours ? [configName] : [],
      models: record.models.filter((name) => name !== resting.modelName),
    });
    return 'retired';
  }
  const dead = proof.answer === 'failed';
  const text = `${resting.variantName} could not leave endpoint ${endpointName}: ${proof.text}`;
  await note({ kind: 'retired', text });
  if (dead) await ports.notices.tell({ rolloutId: rollout.id, delivery: rollout.delivery, phase: rollout.phase, page: true, text });
  // Only what is not in force may go.
  else if (ours && endpoint?.EndpointConfigName !== configName) await ports.endpoints.deleteConfig(configName);
  await ports.locks.saveRecord(endpointName, rollout.id, fence, { ...settled, resting: { ...resting, sinceMs: nowMs } });
  return 'kept';

  async function note(draft: Draft): Promise<void> {
    await ports.rollouts.save(rollout, [{ ...draft, evidence: { variants: endpoint?.ProductionVariants } }], nowMs);
  }
}
