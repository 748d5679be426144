import * as z from 'zod/mini';
import { ApprovalSpec, approvalRule } from '../rollout/approval-spec.ts';
import { Duration } from '../rollout/duration.ts';
import { fixed } from './strategy.ts';

const Spec = z.strictObject({ type: z.literal('all-at-once'), bake: Duration, approval: z.optional(ApprovalSpec) });

/** One shift to 100 percent, baked and gated like any step. */
export const allAtOnce = fixed({
  type: 'all-at-once',
  spec: Spec,
  plan: (spec) => [{ canaryPercent: 100, bakeSeconds: spec.bake, ...(spec.approval && { approval: approvalRule(spec.approval) }) }],
});
