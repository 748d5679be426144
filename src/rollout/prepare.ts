import type { EndpointConfig } from '../ports/endpoints.ts';
import type { Ports } from '../ports/ports.ts';
import { EndpointBusy } from './errors.ts';
import { loadHearing } from './hearing.ts';
import { specOf, tagsOf } from './load.ts';
import { paceText } from './metric-period.ts';
import { isUnderWay, type Move } from './move.ts';
import { placementOf } from './rollout.ts';
import { configNameOf, configWithCanary, firstConfig } from './variants.ts';

type Needs = Pick<Ports, 'rollouts' | 'deliveries' | 'locks' | 'endpoints' | 'clock'>;

/**
 * Asks for the canary: a first endpoint, or the live configuration with the canary added at weight 0.
 *
 * The intent is written before the call, and a repeated call reads the endpoint first: what is under way or was tried
 * and came back is never asked for twice.
 */
export async function prepare(rolloutId: string, ports: Needs): Promise<{ readonly answer: 'asked' | 'stopped' }> {
  const { rollout } = await loadHearing(rolloutId, ports);
  // Whoever verifies finds nothing under way, and an end decided.
  if (rollout.ending) return { answer: 'stopped' };
  const placement = placementOf(rollout);
  const spec = await specOf(rollout, ports);
  const modelName = rollout.candidate.modelName;
  if (modelName === undefined) throw new Error(`Rollout "${rolloutId}" has no model to serve`);
  const nowMs = ports.clock.now();
  await ports.locks.renew(placement.endpointName, rolloutId, placement.fence, nowMs);
  const endpoint = await ports.endpoints.describe(placement.endpointName);

  if (placement.stable === undefined) {
    const { config, metrics } = firstConfig(spec, modelName);
    const configName = configNameOf(spec.name, config);
    const move: Move = rollout.move ?? { kind: 'create', configName, requestedAtMs: nowMs };
    if (!rollout.move) {
      await ports.rollouts.save(
        {
          ...rollout,
          placement: { ...placement, configName, ...(metrics && { metrics }) },
          move,
          made: { ...rollout.made, configs: [...rollout.made.configs, configName] },
        },
        [{ kind: 'canary-asked', text: `create endpoint ${placement.endpointName} with ${configName}`, evidence: { configName, config } }],
        nowMs,
      );
    }
    await ports.endpoints.createConfig(configName, config, tagsOf(rollout));
    if (!endpoint) await ports.endpoints.create(placement.endpointName, configName, { 'sluice:delivery': rollout.delivery });
    return { answer: 'asked' };
  }

  if (!endpoint) throw new Error(`Endpoint "${placement.endpointName}" is gone`);
  // Written before, maybe called before: asked again only where nothing of it can be seen and nothing came back.
  if (rollout.move && (isUnderWay(rollout.move, endpoint) || endpoint.LastModifiedTimeMs > rollout.move.requestedAtMs)) return { answer: 'asked' };
  if (endpoint.EndpointStatus !== 'InService')
    throw new EndpointBusy(`Cannot add the canary to endpoint "${placement.endpointName}": EndpointStatus is "${endpoint.EndpointStatus}"`);
  const live = await ports.endpoints.describeConfig(endpoint.EndpointConfigName);
  if (!live) throw new Error(`Configuration "${endpoint.EndpointConfigName}" in force on endpoint "${placement.endpointName}" is gone`);
  const record = await ports.locks.record(placement.endpointName);
  const resting = record?.resting;
  const { config, metrics } = configWithCanary(
    spec,
    { endpoint, config: live },
    { stable: placement.stable, canary: placement.canary, resting: resting?.variantName },
    modelName,
    record?.metrics,
  );
  const configName = configNameOf(spec.name, config);
  if (rollout.move?.configName !== configName) {
    await ports.rollouts.save(
      {
        ...rollout,
        placement: { ...placement, configName, canaryInstances: instancesOf(config, placement.canary), ...(metrics && { metrics }) },
        move: { kind: 'update', configName, previousConfigName: endpoint.EndpointConfigName, requestedAtMs: nowMs },
        made: { ...rollout.made, configs: [...rollout.made.configs, configName] },
        replaced: {
          configs: record?.configs.includes(endpoint.EndpointConfigName) ? [endpoint.EndpointConfigName] : [],
          // A resting variant may be the one an endpoint came with: its model is its owner's.
          models: resting && record.models.includes(resting.modelName) ? [resting.modelName] : [],
        },
      },
      [
        {
          kind: 'canary-asked',
          text: `add ${placement.canary} at 0 % to endpoint ${placement.endpointName}: ${endpoint.EndpointConfigName} -> ${configName}${paceText(live, config)}`,
          evidence: { configName, config, previousConfigName: endpoint.EndpointConfigName, ...(resting && { replacesResting: resting.variantName }) },
        },
      ],
      nowMs,
    );
  }
  await ports.endpoints.createConfig(configName, config, tagsOf(rollout));
  await ports.endpoints.update(placement.endpointName, configName);
  return { answer: 'asked' };
}

const instancesOf = (config: EndpointConfig, variantName: string): number =>
  config.ProductionVariants.find((variant) => variant.VariantName === variantName)?.InitialInstanceCount ?? 1;
