import * as z from 'zod/mini';
import { count, eventLambda, logger } from '../src/app/handler.ts';
import { clock, executions, rollouts } from '../src/app/wire.ts';
import { executionEnded } from '../src/rollout/recover.ts';

/** An execution of ours that failed, timed out or was stopped. Its input says which rollout it walked. */
const Input = z.looseObject({
  id: z.string(),
  detail: z.looseObject({
    stateMachineArn: z.string(),
    name: z.string(),
    status: z.string(),
    input: z.string(),
    cause: z.nullish(z.string()),
  }),
});
const Walked = z.looseObject({ rolloutId: z.string() });

export const handler = eventLambda({
  Input,
  ports: { rollouts, executions, clock },
  run: async ({ detail }, ports) => {
    const { rolloutId } = z.parse(Walked, JSON.parse(detail.input));
    const machine = detail.stateMachineArn.endsWith('delivery') ? 'delivery' : 'rollout';
    const answer = await executionEnded({ machine, name: detail.name, status: detail.status, rolloutId, cause: detail.cause ?? '' }, ports);
    logger.warn(`Execution ${detail.name} ended as ${detail.status}: ${answer}`);
    count('ExecutionsStopped');
    return { answer };
  },
});
