import * as z from 'zod/mini';
import { ApprovalSpec, approvalRule } from '../rollout/approval-spec.ts';
import { Duration } from '../rollout/duration.ts';
import { fixed } from './strategy.ts';

const Spec = z
  .strictObject({
    type: z.literal('canary'),
    steps: z
      .array(
        z.strictObject({
          canaryPercent: z.number().check(z.gt(0, { abort: true }), z.maximum(100, { abort: true })),
          bake: Duration,
          approval: z.optional(ApprovalSpec),
        }),
      )
      .check(z.minLength(1), z.maxLength(100)),
  })
  .check((context) => {
    let highest = 0;
    for (const [index, step] of context.value.steps.entries()) {
      if (index > 0 && step.canaryPercent <= highest) {
        context.issues.push({
          code: 'custom',
          path: ['steps', index, 'canaryPercent'],
          message: `Expected more than the step before (${highest}): weights fall only by rolling back`,
          input: context.value,
          // The rest of the delivery is judged as well: a person corrects all of it at once.
          continue: true,
        });
      }
      highest = Math.max(highest, step.canaryPercent);
    }
  });

/** Any percentages, each with its own bake. Where the last named step is below 100, a step at 100 with the same bake follows. */
export const canary = fixed({
  type: 'canary',
  spec: Spec,
  plan(spec) {
    const steps = spec.steps.map((step) => ({
      canaryPercent: step.canaryPercent,
      bakeSeconds: step.bake,
      ...(step.approval && { approval: approvalRule(step.approval) }),
    }));
    const last = steps.at(-1);
    return last && last.canaryPercent < 100 ? [...steps, { canaryPercent: 100, bakeSeconds: last.bakeSeconds }] : steps;
  },
});
