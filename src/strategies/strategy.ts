import type * as z from 'zod/mini';
import type { Step } from '../rollout/step.ts';

/** How far a rollout has come. */
export interface SoFar {
  /** Steps whose gates passed, 0 or more. */
  readonly passed: number;
}

export type Decision = { readonly decision: 'step'; readonly index: number; readonly step: Step } | { readonly decision: 'promote' };

/** A pure function from spec and progress to what comes next. */
export interface Strategy<Type extends string, Schema extends z.ZodMiniType> {
  readonly type: Type;
  readonly spec: Schema;
  /** Every step, for people to see before it starts. The last is at 100 percent. */
  plan(spec: z.output<Schema>): readonly Step[];
  next(spec: z.output<Schema>, soFar: SoFar): Decision;
}

/** A strategy whose steps are all known beforehand: `next` follows from `plan`. */
export function fixed<Type extends string, Schema extends z.ZodMiniType>(
  strategy: Pick<Strategy<Type, Schema>, 'type' | 'spec' | 'plan'>,
): Strategy<Type, Schema> {
  return {
    ...strategy,
    next(spec, { passed }) {
      const step = strategy.plan(spec)[passed];
      return step ? { decision: 'step', index: passed, step } : { decision: 'promote' };
    },
  };
}
