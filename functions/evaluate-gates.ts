import * as z from 'zod/mini';
import { lambda } from '../src/app/handler.ts';
import {
  alarms,
  clock,
  deliveries,
  functions,
  locks,
  metrics,
  notices,
  packages,
  rollouts,
  settings,
  wakingExecutions,
  webhooks,
} from '../src/app/wire.ts';
import { evaluate } from '../src/rollout/evaluate.ts';
import { walk } from '../src/rollout/walk.ts';

const Input = z.strictObject({ ...walk, executionArn: z.string() });
export const Output = z.strictObject({
  answer: z.enum(['wait', 'passed', 'soaked', 'failed', 'failed-first', 'continue']),
  waitSeconds: z.int(),
  generation: z.int(),
});
export const handler = lambda({
  Input,
  Output,
  ports: { rollouts, deliveries, locks, alarms, metrics, functions, webhooks, executions: wakingExecutions, packages, notices, settings, clock },
  run: ({ rolloutId, executionArn }, ports) => evaluate(rolloutId, executionArn, ports),
});
