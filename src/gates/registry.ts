import * as z from 'zod/mini';
import { alarm } from './alarm.ts';
import { errorRate } from './error-rate.ts';
import type { Gate } from './gate.ts';
import { latency } from './latency.ts';
import { metricThreshold } from './metric-threshold.ts';
import { minimumRequests } from './minimum-requests.ts';

/** Every gate there is, once. The spec's union and the docs index derive from this list. */
export const gates = [alarm, errorRate, latency, metricThreshold, minimumRequests] as const;

export const GateSpec = z.discriminatedUnion('type', [alarm.spec, errorRate.spec, latency.spec, metricThreshold.spec, minimumRequests.spec]);
export type GateSpec = z.output<typeof GateSpec>;

/** The gate a parsed spec names. Its methods take that very spec: the discriminated union has checked it. */
export function gateOf(spec: GateSpec): Gate<string, z.ZodMiniType, unknown> {
  const gate = gates.find((candidate) => candidate.type === spec.type);
  if (!gate) throw new Error(`No gate of type "${spec.type}" is registered`);
  return gate;
}

/** Each gate's share of the evidence that a delivery's gates weigh together; 1 for those that weigh none, or are only observed. */
export function sharesOf(specs: readonly GateSpec[]): readonly number[] {
  const wanted = specs.map((spec) => (spec.observe ? undefined : gateOf(spec).evidenceShare));
  const together = wanted.reduce<number>((sum, share) => sum + (share ?? 0), 0);
  return wanted.map((share) => (share === undefined ? 1 : share / together));
}
