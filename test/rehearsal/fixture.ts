import * as z from 'zod/mini';
import { Scenario, type ScenarioSource } from '../../src/rehearsal/scenario.ts';
import { builtInOf } from '../../src/rehearsal/scenarios.ts';
import { type DeliverySource, DeliverySpec } from '../../src/rollout/spec.ts';

const minimal = {
  name: 'churn',
  triggers: [{ type: 'image-pushed', repository: 'models/churn' }],
  serve: { endpoint: 'churn', instanceType: 'ml.m5.large' },
} as const;

export const deliverySource = (fields: Partial<DeliverySource> = {}): DeliverySource => ({
  ...minimal,
  triggers: [...minimal.triggers],
  strategy: { type: 'adaptive' },
  gates: [{ type: 'error-rate' }, { type: 'latency', thresholdsMs: [200, 300, 500] }],
  ...fields,
});
/** A delivery that goes by evidence, with other fields where a test says so. */
export const delivery = (fields: Partial<DeliverySource> = {}): DeliverySpec => z.parse(DeliverySpec, deliverySource(fields));

/** A built-in scenario, with other fields where a test says so. */
export function scenario(name: string, fields: Partial<ScenarioSource> = {}): Scenario {
  const source = builtInOf(name);
  if (!source) throw new Error(`There is no scenario "${name}"`);
  return z.parse(Scenario, { ...source, ...fields });
}
