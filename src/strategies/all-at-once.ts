import * as z from 'zod/mini';
import { Duration } from '../rollout/duration.ts';
import { fixed } from './strategy.ts';

const Spec = z.strictObject({ type: z.literal('all-at-once'), bake: Duration });

/** One shift to 100 percent, baked and gated like any step. */
export const allAtOnce = fixed({
  type: 'all-at-once',
  spec: Spec,
  plan: (spec) => [{ canaryPercent: 100, bakeSeconds: spec.bake }],
});
