import * as z from 'zod/mini';
import { ApprovalSpec, approvalRule } from '../rollout/approval-spec.ts';
import { Duration } from '../rollout/duration.ts';
import { fixed } from './strategy.ts';

const Percent = z.number().check(z.gt(0), z.maximum(100));

const Spec = z.strictObject({
  type: z.literal('linear'),
  /** By so much each step raises the canary's share, percent. */
  stepPercent: z.number().check(z.minimum(1), z.maximum(100)),
  /** The first share, percent; unset: `stepPercent`. */
  startPercent: z.optional(Percent),
  bake: Duration,
  /** A person must agree before the step to 100 percent. Unset: nobody is asked. */
  approval: z.optional(ApprovalSpec),
});

/** Equal steps with equal bakes. The last one is cut off at 100 percent. */
export const linear = fixed({
  type: 'linear',
  spec: Spec,
  plan({ stepPercent, startPercent = stepPercent, bake, approval }) {
    // Counted, not added up: a tenth ten times is not one.
    const before = Math.ceil((100 - startPercent) / stepPercent - 1e-9);
    const percents = Array.from({ length: before }, (_, index) => Number((startPercent + index * stepPercent).toPrecision(12)));
    return [
      ...percents.map((canaryPercent) => ({ canaryPercent, bakeSeconds: bake })),
      { canaryPercent: 100, bakeSeconds: bake, ...(approval && { approval: approvalRule(approval) }) },
    ];
  },
});
