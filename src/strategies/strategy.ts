import type * as z from 'zod/mini';
import type { OnInconclusive as OnInconclusiveSpec } from '../gates/gate.ts';
import type { BakeDecision } from '../rollout/bake.ts';
import type { StepRecord } from '../rollout/rollout.ts';
import type { Step } from '../rollout/step.ts';
import type { GateVerdict } from '../rollout/verdict.ts';

export type OnInconclusive = z.output<typeof OnInconclusiveSpec>;

/** How far a rollout has come. */
export interface SoFar {
  /** Steps whose gates passed, 0 or more. */
  readonly passed: number;
  /** The weights the canary was given, oldest first, with the last answers its gates gave meanwhile; the last one is under way or was passed last. */
  readonly steps: readonly Pick<StepRecord, 'canaryPercent' | 'requestedAtMs' | 'verifiedAtMs' | 'passedAtMs' | 'verdicts'>[];
  /** A person wants the rest of the steps skipped: only all of the traffic is left. */
  readonly skipRest: boolean;
  /** Epoch milliseconds. */
  readonly nowMs: number;
  /** How often metrics come, seconds: no decision is worth asking for sooner. */
  readonly periodSeconds: number;
  /** How old a period must be before it counts, seconds. */
  readonly settlingSeconds: number;
  /** How long pauses have kept it since its first weight, milliseconds: no deadline counts them. Unset: not at all. */
  readonly heldMs?: number;
}

export type Decision = { readonly decision: 'step'; readonly index: number; readonly step: Step } | { readonly decision: 'promote' };

/** What a strategy is told while a step bakes. */
export interface Bake {
  /** The gates' answers of this moment, with what they say together. */
  readonly verdicts: readonly GateVerdict[];
  /** ln of the evidence of harm of all gates that weigh together; 0 where none does. */
  readonly lnHarm: number;
  /** What the delivery wants where no evidence comes by the strategy's deadline; unset: `rollback`. */
  readonly onInconclusive?: OnInconclusive;
}

/** A pure function from spec and progress to what comes next. */
export interface Strategy<Type extends string, Schema extends z.ZodMiniType> {
  readonly type: Type;
  readonly spec: Schema;
  /** Whether it asks the gates which of the two is better, not only whether the canary is worse. */
  readonly seeksWinner?: true;
  /** Every step as far as it is known, for people to see before it starts. The last is at 100 percent. */
  plan(spec: z.output<Schema>): readonly Step[];
  next(spec: z.output<Schema>, soFar: SoFar): Decision;
  /**
   * Whether the step under way is done, for strategies that go by the evidence and not by a bake of fixed length. Asked only while no
   * gate failed. Unset: a step passes when its bake is over and its gates are successful.
   */
  judge?(spec: z.output<Schema>, soFar: SoFar, bake: Bake): BakeDecision;
  /** How long a first deployment is watched by a strategy that judges, seconds; unset: as long as gates take to see anything. */
  firstBakeSeconds?(spec: z.output<Schema>): number;
}

/** A strategy whose steps are all known beforehand: `next` follows from `plan`. */
export function fixed<Type extends string, Schema extends z.ZodMiniType>(
  strategy: Pick<Strategy<Type, Schema>, 'type' | 'spec' | 'plan'>,
): Strategy<Type, Schema> {
  return {
    ...strategy,
    next(spec, { passed, skipRest }) {
      const steps = strategy.plan(spec);
      const index = skipRest ? Math.max(passed, steps.length - 1) : passed;
      const step = steps[index];
      return step ? { decision: 'step', index, step } : { decision: 'promote' };
    },
  };
}

/** The open verdicts of comparing gates, closed by what the strategy may conclude from them. */
export const closed = (verdicts: readonly GateVerdict[], reason: string, bound: Readonly<Record<string, unknown>>): GateVerdict[] =>
  verdicts.map((verdict) =>
    verdict.sequential && !verdict.observed && verdict.result === 'inconclusive'
      ? { ...verdict, result: 'successful', reason, evidence: { ...verdict.evidence, ...bound } }
      : verdict,
  );
