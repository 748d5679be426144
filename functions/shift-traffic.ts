import * as z from 'zod/mini';
import { lambda } from '../src/app/handler.ts';
import { clock, endpoints, locks, rollouts } from '../src/app/wire.ts';
import { rest, shift } from '../src/rollout/shift.ts';
import { walk } from '../src/rollout/walk.ts';

const Input = z.strictObject({ ...walk, what: z.enum(['shift', 'rest']) });
export const Output = z.strictObject({ answer: z.enum(['asked', 'busy', 'stopped', 'nothing']) });
export const handler = lambda({
  Input,
  Output,
  ports: { rollouts, locks, endpoints, clock },
  run: ({ rolloutId, what }, ports) => (what === 'shift' ? shift(rolloutId, ports) : rest(rolloutId, ports)),
});
