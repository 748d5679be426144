import { canonicalJson, sha256 } from '../ledger/chain.ts';
import type { EndpointConfig, EndpointDescription, VariantConfig } from '../ports/endpoints.ts';
import { type MetricsBefore, withMetricPeriod, withMetricsBack } from './metric-period.ts';
import type { DeliverySpec } from './spec.ts';

/** The variant name a canary gets: the other one of `<delivery>-a` and `<delivery>-b`. */
export function canaryNameOf(delivery: string, stable: string | undefined): string {
  return stable === `${delivery}-a` ? `${delivery}-b` : `${delivery}-a`;
}

/** Configurations are named for what they hold: the same content has the same name, so asking twice makes one. */
export const configNameOf = (delivery: string, config: EndpointConfig): string => `${delivery}-${sha256(canonicalJson(config)).slice(0, 16)}`;

/** A variant that serves this delivery's candidate. */
function candidateVariant(spec: DeliverySpec, variantName: string, modelName: string, instanceCount: number, weight: number): VariantConfig {
  return {
    VariantName: variantName,
    ModelName: modelName,
    InstanceType: spec.serve.instanceType,
    InitialInstanceCount: instanceCount,
    InitialVariantWeight: weight,
    ...(spec.serve.startupTimeout !== undefined && { ContainerStartupHealthCheckTimeoutInSeconds: spec.serve.startupTimeout }),
  };
}

/** Weight of the only variant of an endpoint we create: the two roles' weights always add up to it. */
export const firstWeight = 100;

/** A configuration a rollout asks for, and how its metrics stood before where the delivery wants them at another pace. */
export interface WantedConfig {
  readonly config: EndpointConfig;
  readonly metrics?: MetricsBefore;
}

const atDeliverysPace = (spec: DeliverySpec, untouched: EndpointConfig): WantedConfig => {
  const { config, changed } = withMetricPeriod(untouched, spec.serve.metricPeriod);
  return { config, ...(changed && { metrics: changed }) };
};

/** The configuration of a first deployment: one variant with all the traffic. */
export const firstConfig = (spec: DeliverySpec, modelName: string): WantedConfig =>
  atDeliverysPace(spec, {
    ProductionVariants: [candidateVariant(spec, canaryNameOf(spec.name, undefined), modelName, spec.serve.instanceCount, firstWeight)],
  });

type Live = { readonly endpoint: EndpointDescription; readonly config: EndpointConfig };

/** The live configuration's variants but for some, with counts and weights as they run and every other field as it is. */
function keptVariants(live: Live, without: readonly (string | undefined)[]): VariantConfig[] {
  const running = new Map(live.endpoint.ProductionVariants.map((variant) => [variant.VariantName, variant]));
  return live.config.ProductionVariants.filter((variant) => !without.includes(variant.VariantName)).map((variant) => {
    const now = running.get(variant.VariantName);
    return now ? { ...variant, InitialInstanceCount: now.DesiredInstanceCount, InitialVariantWeight: now.DesiredWeight } : variant;
  });
}

/** The live configuration without a variant and with its metrics as they were before a rollout, everything else as it is. */
export const configWithout = (variantName: string, live: Live, metrics: MetricsBefore | undefined): EndpointConfig => ({
  ...withMetricsBack(live.config, metrics),
  ProductionVariants: keptVariants(live, [variantName]),
});

/**
 * The live configuration with a canary added at weight 0 and metrics at the delivery's pace, everything else as it is.
 *
 * Counts and weights come from what runs, not from what the configuration began with; every field of the configuration
 * and of each variant is kept; a leftover variant that rests is left out. The canary gets instances enough for all the
 * delivery's traffic.
 *
 * @param metrics how they stood before an earlier rollout, where that left them at its own pace
 */
export function configWithCanary(
  spec: DeliverySpec,
  live: Live,
  roles: { readonly stable: string; readonly canary: string; readonly resting: string | undefined },
  modelName: string,
  metrics?: MetricsBefore,
): WantedConfig {
  const kept = keptVariants(live, [roles.resting, roles.canary]);
  const stableCount = live.endpoint.ProductionVariants.find(({ VariantName }) => VariantName === roles.stable)?.DesiredInstanceCount ?? 1;
  return atDeliverysPace(spec, {
    ...withMetricsBack(live.config, metrics),
    ProductionVariants: [...kept, candidateVariant(spec, roles.canary, modelName, Math.max(spec.serve.instanceCount, stableCount), 0)],
  });
}
