import * as z from 'zod/mini';
import { Duration } from '../rollout/duration.ts';
import type { AlarmDefinition, Alarms } from '../ports/alarms.ts';
import type { Clock } from '../ports/clock.ts';
import type { Functions, Webhooks } from '../ports/judges.ts';
import type { Invocations } from '../ports/invocations.ts';
import type { Metrics, Window } from '../ports/metrics.ts';
import type { Schemas } from '../ports/schemas.ts';
import type { StoredObjects } from '../ports/stored-objects.ts';
import type { Verdict } from '../rollout/verdict.ts';

/** Where a variant's metrics are found: with the configuration's name, so that an earlier canary of the same name is never read. */
export interface Slot {
  readonly endpointName: string;
  readonly endpointConfigName: string;
  readonly variantName: string;
}

/** When a gate is asked: once, while the canary has no traffic yet; or at every look at a step and at the soak. */
export const stages = ['before-traffic', 'baking'] as const;
export type Stage = (typeof stages)[number];

/** What a gate is asked about. */
export interface GateContext {
  readonly rolloutId: string;
  readonly delivery: string;
  readonly stage: Stage;
  /** The step under way, 0 is the first; unset before the canary has traffic. */
  readonly stepIndex?: number;
  readonly canary: Slot;
  /** Unset in a first deployment: there is nothing to compare with. */
  readonly stable?: Slot;
  readonly nowMs: number;
  /** How often the endpoint's metrics are published, seconds: 10 or 60, or what else its owner chose. */
  readonly periodSeconds: number;
  /** How old a period must be before it counts, seconds. */
  readonly settlingSeconds: number;
  /** The weights the canary was verified to have, oldest first; the last is the one it has. */
  readonly shifts: readonly { readonly canaryPercent: number; readonly verifiedAtMs: number }[];
  /** Whole metric periods after the verified shift, without the newest; empty (start = end) while none is complete. */
  readonly window: Window;
  /** Since when an alarm counts against the step under way, epoch milliseconds. */
  readonly alarmsSinceMs: number;
  /** Alarms whose events said that they entered ALARM since then, even if they read OK by now. */
  readonly alarmsEntered: readonly { readonly alarmName: string; readonly atMs: number }[];
  /** Whether somebody wants to know if the canary is better, not only whether it is worse. */
  readonly seeksWinner: boolean;
  /** This gate's share of the evidence that all of the delivery's gates weigh together, 0-1; 1 where it weighs none, or alone. */
  readonly share: number;
  /** What the gate wanted to know again; undefined at its first look. */
  readonly memory?: unknown;
}

/** What gates may ask while a step bakes. */
export interface BakingPorts {
  readonly alarms: Pick<Alarms, 'statesOf' | 'enteredSince'>;
  readonly clock: Clock;
  readonly functions: Functions;
  readonly metrics: Metrics;
  readonly webhooks: Webhooks;
}

/** What gates may ask before the canary has traffic. */
export interface BeforeTrafficPorts {
  readonly clock: Clock;
  readonly functions: Functions;
  readonly invocations: Invocations;
  readonly schemas: Schemas;
  readonly storedObjects: StoredObjects;
  readonly webhooks: Webhooks;
}

export type GatePorts = BakingPorts & BeforeTrafficPorts;

/** One question to the world. `measure` reads and decides nothing; `judge` decides and reads nothing: same measurement, same verdict. */
export interface Gate<Type extends string, Schema extends z.ZodMiniType, Measurement, Asks = BakingPorts> {
  readonly type: Type;
  readonly spec: Schema;
  /** When it is asked; unset for gates that are asked while a step bakes. */
  stage?(spec: z.output<Schema>): Stage;
  /** Alarms whose change of state interrupts a bake; `{endpoint}` and `{variant}` are filled in. */
  alarmNames?(spec: z.output<Schema>, canary: Pick<Slot, 'endpointName' | 'variantName'>): readonly string[];
  /** Whether a rollout waits, and is not refused, while one of these alarms is in ALARM before it starts. */
  waitsForCalm?(spec: z.output<Schema>): boolean;
  /** Alarms to be made for the canary's slot before it gets traffic, and to be deleted when the rollout ends. */
  alarmsToMake?(spec: z.output<Schema>, canary: Slot): readonly AlarmDefinition[];
  /** How much of the evidence that gates weigh together is this one's, relative to the others; unset for gates that weigh none. */
  readonly evidenceShare?: number;
  /** Whether it weighs any as it is asked here; unset: whenever it has a share. */
  weighs?(spec: z.output<Schema>): boolean;
  measure(spec: z.output<Schema>, ports: Asks, context: GateContext): Promise<Measurement>;
  judge(measurement: Measurement, spec: z.output<Schema>, context: GateContext): Verdict;
}

/** What follows when a deadline passes without evidence. */
export const OnInconclusive = z.enum(['rollback', 'hold', 'extend', 'promote']);

/** What every gate's spec may say beside its own. */
export const common = {
  /** Measured and shown, and decides nothing. */
  observe: z._default(z.boolean(), false),
  /** Of this gate's evidence; unset: as the delivery says. */
  onInconclusive: z.optional(OnInconclusive),
  evidenceDeadline: z.optional(Duration),
};

export const defineGate = <Type extends string, Schema extends z.ZodMiniType, Measurement, Asks = BakingPorts>(
  gate: Gate<Type, Schema, Measurement, Asks>,
): Gate<Type, Schema, Measurement, Asks> => gate;

/** Fills `{endpoint}` and `{variant}` in a name, and `{config}` where the slot has one. */
export const fillIn = (name: string, slot: Pick<Slot, 'endpointName' | 'variantName'> & Partial<Slot>): string =>
  name
    .replaceAll('{endpoint}', slot.endpointName)
    .replaceAll('{variant}', slot.variantName)
    .replaceAll('{config}', slot.endpointConfigName ?? '{config}');
