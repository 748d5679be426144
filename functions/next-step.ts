import * as z from 'zod/mini';
import { lambda } from '../src/app/handler.ts';
import { alarms, clock, deliveries, endpoints, locks, notices, rollouts, settings, wakingExecutions } from '../src/app/wire.ts';
import { nextStep } from '../src/rollout/next-step.ts';
import { walk } from '../src/rollout/walk.ts';

const Input = z.strictObject({ ...walk, executionArn: z.string() });
export const Output = z.strictObject({ answer: z.enum(['wait', 'shift', 'ask', 'undo', 'soak', 'bake', 'done', 'continue']), generation: z.int() });
export const handler = lambda({
  Input,
  Output,
  ports: { rollouts, deliveries, locks, endpoints, alarms, executions: wakingExecutions, notices, settings, clock },
  run: ({ rolloutId, executionArn }, ports) => nextStep(rolloutId, executionArn, ports),
});
