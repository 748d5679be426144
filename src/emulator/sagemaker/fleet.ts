import type { ProductionVariant } from '@aws-sdk/client-sagemaker';
import { deployableOf, notHostedBecause } from './deployable.ts';
import { traceEndpoint } from './endpoint-status.ts';
import { modelNamed } from './resources.ts';
import type { Endpoint, EndpointConfig, Fleet, FleetVariant, SageMaker } from './state.ts';
import { startVariantHost } from './variant-host.ts';

/** What a running variant keeps when its name stays. */
export interface Retained {
  readonly weight?: number | undefined;
  readonly instances?: number | undefined;
}

function fleetVariant(config: ProductionVariant, nowMs: number, retained: Retained | undefined): FleetVariant {
  const weight = retained?.weight ?? config.InitialVariantWeight ?? 1;
  const instances = retained?.instances ?? config.InitialInstanceCount ?? (config.ServerlessConfig ? 0 : 1);
  return {
    name: config.VariantName ?? '',
    config,
    currentWeight: weight,
    desiredWeight: weight,
    currentInstances: 0,
    desiredInstances: instances,
    deployedImages: [],
    status: config.ServerlessConfig
      ? [{ Status: 'Creating', StartTime: new Date(nowMs) }]
      : [{ Status: 'Creating', StatusMessage: `Launching ${instances} instance(s).`, StartTime: new Date(nowMs) }],
    host: undefined,
  };
}

/** A fleet as asked for, before any instance exists. Shadow variants are kept and described; nothing is mirrored to them. */
export function plannedFleet(state: SageMaker, config: EndpointConfig, retained: ReadonlyMap<string, Retained> = new Map()): Fleet {
  const nowMs = state.kernel.clock.now();
  const planned = (variants: readonly ProductionVariant[] | undefined) =>
    (variants ?? []).map((variant) => fleetVariant(variant, nowMs, retained.get(variant.VariantName ?? '')));
  return {
    config,
    variants: planned(config.input.ProductionVariants),
    shadows: planned(config.input.ShadowProductionVariants),
    startedAtMs: nowMs,
    serving: false,
  };
}

/**
 * Resolves every variant's image and data and starts its instances.
 *
 * @returns the FailureReason where something could not be read; nothing was started then
 */
export function launch(state: SageMaker, endpoint: Endpoint, fleet: Fleet): string | undefined {
  const starts: (() => void)[] = [];
  for (const variant of [...fleet.variants, ...fleet.shadows]) {
    const { ModelName: modelName } = variant.config;
    if (modelName === undefined) continue;
    let model;
    try {
      model = modelNamed(state, modelName);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
    const resolved = deployableOf(state, variant.name, model);
    if ('failure' in resolved) return resolved.failure;
    variant.deployedImages = resolved.images;
    if (notHostedBecause(variant, model) !== undefined || fleet.shadows.includes(variant)) continue;
    starts.push(() => {
      variant.host = startVariantHost(state.kernel, state.options.workloads, {
        endpointName: endpoint.name,
        variantName: variant.name,
        deployable: resolved.deployable,
        log: (stream, line) => state.options.log(`/aws/sagemaker/Endpoints/${endpoint.name}`, stream, line),
        beforeChange: () => state.traffic.settle(endpoint),
        changed: (what, reason) =>
          traceEndpoint(state, endpoint, `instance ${what}`, { variant: variant.name, fleetConfig: fleet.config.name, reason }),
      });
    });
  }
  for (const start of starts) start();
  return undefined;
}

const hosted = (fleet: Fleet): readonly FleetVariant[] => fleet.variants.filter((variant) => variant.host !== undefined);

/** Resolves when every hosted variant has once been healthy. */
export async function allHealthy(fleet: Fleet): Promise<void> {
  for (const variant of hosted(fleet)) await variant.host?.healthy;
}

/** AWS's words for the first variant that never answered `/ping`. */
export const pingFailure = (fleet: Fleet): string => {
  const silent = hosted(fleet).find((variant) => !variant.host?.isUp) ?? fleet.variants[0];
  const containers = silent?.host?.silent() ?? [];
  const which = containers.length === 0 ? 'primary container' : `${containers.join(', ')} container${containers.length === 1 ? '' : 's'}`;
  return `The ${which} for production variant ${silent?.name ?? ''} did not pass the ping health check. Please check CloudWatch logs for this endpoint.`;
};

/** Every instance is there: counts are reached, nothing is under way. */
export function complete(fleet: Fleet): void {
  for (const variant of [...fleet.variants, ...fleet.shadows]) {
    variant.currentInstances = variant.desiredInstances;
    variant.status = [];
  }
}

/** Stops a fleet's instances, each after the requests it still has. */
export function retire(state: SageMaker, endpoint: Endpoint, fleet: Fleet): void {
  fleet.serving = false;
  for (const variant of hosted(fleet)) {
    const { host } = variant;
    variant.host = undefined;
    state.kernel.background(`stop ${endpoint.name} ${variant.name} of ${fleet.config.name}`, async () => {
      await host?.retire();
    });
  }
}
