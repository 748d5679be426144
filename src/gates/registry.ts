import * as z from 'zod/mini';
import { alarm } from './alarm.ts';
import { answers } from './answers.ts';
import { errorRate } from './error-rate.ts';
import { lambdaFunction } from './function.ts';
import type { BakingPorts, Gate, Stage } from './gate.ts';
import { latency } from './latency.ts';
import { metricThreshold } from './metric-threshold.ts';
import { metric } from './metric.ts';
import { smoke } from './smoke.ts';
import { traffic } from './traffic.ts';
import { webhook } from './webhook.ts';

/** Every gate there is, once. The spec's union and the docs index derive from this list. */
export const gates = [alarm, errorRate, latency, metric, metricThreshold, traffic, smoke, answers, lambdaFunction, webhook] as const;

export const GateSpec = z.discriminatedUnion('type', [
  alarm.spec,
  errorRate.spec,
  latency.spec,
  metric.spec,
  metricThreshold.spec,
  traffic.spec,
  smoke.spec,
  answers.spec,
  lambdaFunction.spec,
  webhook.spec,
]);
export type GateSpec = z.output<typeof GateSpec>;

/** The gate a parsed spec names. Its methods take that very spec: the discriminated union has checked it. */
export function gateOf<Asks = BakingPorts>(spec: GateSpec): Gate<string, z.ZodMiniType, unknown, Asks> {
  const gate = gates.find((candidate) => candidate.type === spec.type);
  if (!gate) throw new Error(`No gate of type "${spec.type}" is registered`);
  // Whoever measures asks the gates of one stage alone, and has that stage's ports.
  return gate as unknown as Gate<string, z.ZodMiniType, unknown, Asks>;
}

/** When a gate is asked. */
export const stageOf = (spec: GateSpec): Stage => gateOf(spec).stage?.(spec) ?? 'baking';

/** Whether a gate weighs evidence that counts, as it is asked here. */
export const weighs = (spec: GateSpec): boolean => shareOf(spec) !== undefined;

const shareOf = (spec: GateSpec): number | undefined =>
  spec.observe || gateOf(spec).weighs?.(spec) === false ? undefined : gateOf(spec).evidenceShare;

/** Each gate's share of the evidence that a delivery's gates weigh together; 1 for those that weigh none, or are only observed. */
export function sharesOf(specs: readonly GateSpec[]): readonly number[] {
  const wanted = specs.map(shareOf);
  const together = wanted.reduce<number>((sum, share) => sum + (share ?? 0), 0);
  return wanted.map((share) => (share === undefined ? 1 : share / together));
}
