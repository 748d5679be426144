import type { GateSpec } from '../gates/registry.ts';
import type { AlarmState } from '../ports/alarms.ts';
import type { EndpointConfig, EndpointDescription } from '../ports/endpoints.ts';
import type { EndpointRecord } from '../ports/rollouts.ts';
import type { DeliverySpec } from './spec.ts';

/** Why a rollout is refused before anything changes: a code, and a sentence that ends with the way out. */
export interface Refusal {
  readonly code:
    | 'endpoint-not-in-service'
    | 'endpoint-failed'
    | 'update-rollback-failed'
    | 'serverless-variant'
    | 'inference-components'
    | 'shadow-variant'
    | 'ten-variants'
    | 'canary-name-taken'
    | 'async-without-metric-gate'
    | 'autoscaled-variant'
    | 'stable-ambiguous'
    | 'stable-missing'
    | 'stable-without-traffic'
    | 'stable-image-moved'
    | 'other-delivery'
    | 'endpoint-held'
    | 'alarm-missing'
    | 'alarm-firing';
  readonly text: string;
  /** The alarm it is about; unset where it is about none. */
  readonly alarmName?: string;
}

export interface Surroundings {
  readonly endpoint: EndpointDescription;
  readonly config: EndpointConfig;
  /** What we remember of it; undefined for an endpoint somebody else made. */
  readonly record: EndpointRecord | undefined;
  /** The name the canary would get. */
  readonly canary: string;
  readonly scaledVariants: readonly string[];
  /** What stable's model names now resolves to; undefined where it could not be resolved. */
  readonly stableDigest: string | undefined;
}

const mostVariants = 10;

/** The variant that serves the delivery's traffic, or why it can't be told. */
export function stableOf(
  spec: DeliverySpec,
  endpoint: EndpointDescription,
  record: EndpointRecord | undefined,
): { readonly variantName: string } | Refusal {
  const names = endpoint.ProductionVariants.map((variant) => variant.VariantName);
  const wanted = record?.stable ?? spec.serve.stableVariant;
  if (wanted !== undefined) {
    if (names.includes(wanted)) return { variantName: wanted };
    return {
      code: 'stable-missing',
      text: `endpoint "${endpoint.EndpointName}" has no variant "${wanted}"; it has ${names.join(', ')}: name one in serve.stableVariant`,
    };
  }
  const [only, ...others] = names;
  if (only !== undefined && others.length === 0) return { variantName: only };
  return {
    code: 'stable-ambiguous',
    text: `endpoint "${endpoint.EndpointName}" has ${names.length} variants (${names.join(', ')}): name the one this delivery replaces in serve.stableVariant`,
  };
}

/** Whether a gate reads a metric that is not SageMaker's own. */
function readsOwnMetric(gate: GateSpec): boolean {
  const read = gate.type === 'metric' ? [gate.metric, ...Object.values(gate.metrics ?? {}).map(({ metric }) => metric)] : [];
  return [...read, gate.type === 'metric-threshold' ? gate.metric : undefined].some((metric) => metric && metric.namespace !== 'AWS/SageMaker');
}

/** Everything that forbids a rollout on this endpoint as it stands; empty when nothing does. */
export function lintEndpoint(
  spec: DeliverySpec,
  { endpoint, config, record, canary, scaledVariants, stableDigest }: Surroundings,
): readonly Refusal[] {
  const refusals: Refusal[] = [];
  const name = `endpoint "${endpoint.EndpointName}"`;
  if (endpoint.EndpointStatus === 'Failed') {
    refusals.push({
      code: 'endpoint-failed',
      text: `${name} is Failed (${endpoint.FailureReason ?? 'no reason given'}): only deleting it helps; then start again`,
    });
  } else if (endpoint.EndpointStatus === 'UpdateRollbackFailed') {
    refusals.push({
      code: 'update-rollback-failed',
      text: `${name} is UpdateRollbackFailed, both fleets serve: bring it to InService with another UpdateEndpoint first`,
    });
  } else if (endpoint.EndpointStatus !== 'InService') {
    refusals.push({ code: 'endpoint-not-in-service', text: `${name} is ${endpoint.EndpointStatus}: start again when it is InService` });
  }
  if (record && record.delivery !== spec.name) {
    refusals.push({ code: 'other-delivery', text: `${name} belongs to delivery "${record.delivery}": two deliveries can't own one endpoint` });
  }
  if (config.ProductionVariants.some((variant) => variant.ServerlessConfig !== undefined)) {
    refusals.push({
      code: 'serverless-variant',
      text: `${name} has a serverless variant: SageMaker shifts no weights there; use instance-based variants`,
    });
  }
  if (config.ProductionVariants.some((variant) => variant.ModelName === undefined)) {
    refusals.push({ code: 'inference-components', text: `${name} hosts inference components: a variant there has no model of its own to replace` });
  }
  if (endpoint.ShadowVariantNames.length > 0) {
    refusals.push({
      code: 'shadow-variant',
      text: `${name} has a shadow variant (${endpoint.ShadowVariantNames.join(', ')}): SageMaker then allows one production variant only; end the shadow test first`,
    });
  }
  const kept = endpoint.ProductionVariants.filter((variant) => variant.VariantName !== record?.resting?.variantName);
  if (kept.length >= mostVariants) {
    refusals.push({
      code: 'ten-variants',
      text: `${name} has ${kept.length} variants, SageMaker allows ${mostVariants}: remove one to make room for the canary`,
    });
  }
  for (const variant of endpoint.ProductionVariants) {
    const resting = variant.VariantName === record?.resting?.variantName;
    if (!resting && variant.VariantName !== canary) continue;
    // The canary takes this variant's place. Only a leftover of ours that serves nobody may go.
    if (resting && variant.DesiredWeight === 0 && variant.CurrentWeight === 0) continue;
    refusals.push({
      code: 'canary-name-taken',
      text: `variant "${variant.VariantName}" of ${name} has weight ${variant.DesiredWeight} and would be replaced by the canary: ${resting ? 'set its weight to 0' : 'remove it or rename the delivery'}, then start again`,
    });
  }
  if (config.AsyncInferenceConfig !== undefined && !spec.gates.some(readsOwnMetric)) {
    refusals.push({
      code: 'async-without-metric-gate',
      text: `${name} is asynchronous and publishes no invocation metrics: add a metric gate on a metric of your own`,
    });
  }
  if (scaledVariants.length > 0) {
    refusals.push({
      code: 'autoscaled-variant',
      text: `${name} has a scalable target on ${scaledVariants.join(', ')}: deregister it for the rollout, an autoscaler would change counts under it`,
    });
  }
  const stable = stableOf(spec, endpoint, record);
  if ('code' in stable) {
    refusals.push(stable);
  } else {
    const variant = endpoint.ProductionVariants.find((candidate) => candidate.VariantName === stable.variantName);
    if (variant && !(variant.DesiredWeight > 0)) {
      refusals.push({
        code: 'stable-without-traffic',
        text: `variant "${stable.variantName}" of ${name} has weight 0: there is no traffic to share; give it a weight or name another in serve.stableVariant`,
      });
    }
    const deployed = variant?.ResolvedImages.map((image) => image.split('@')[1]).find((digest) => digest !== undefined);
    if (deployed !== undefined && stableDigest !== undefined && deployed !== stableDigest) {
      refusals.push({
        code: 'stable-image-moved',
        text: `stable's model names an image that now resolves to ${stableDigest}, while ${deployed} serves: a new fleet would start another image; make a model that names the digest`,
      });
    }
  }
  return refusals;
}

/** Alarms a rollout may not start under: those that don't exist and those in ALARM already. */
export function lintAlarms(alarmNames: readonly string[], states: readonly AlarmState[]): readonly Refusal[] {
  const refusals: Refusal[] = [];
  for (const alarmName of alarmNames) {
    const found = states.find((state) => state.alarmName === alarmName);
    if (!found)
      refusals.push({
        code: 'alarm-missing',
        alarmName,
        text: `alarm "${alarmName}" does not exist: create it, or correct its name in the delivery`,
      });
    else if (found.state === 'ALARM')
      refusals.push({
        code: 'alarm-firing',
        alarmName,
        text: `alarm "${alarmName}" is in ALARM already (${found.reason}): it could not tell a bad canary from what is broken now`,
      });
  }
  return refusals;
}
