import type { SendTaskHeartbeatCommandInput } from '@aws-sdk/client-sfn';
import { defineOperation } from '../operation.ts';
import type { StatesState } from './state.ts';

/** Starts `HeartbeatSeconds` anew; the task's time-out goes on. */
export const sendTaskHeartbeat = defineOperation<StatesState, SendTaskHeartbeatCommandInput, Record<string, never>>({
  name: 'SendTaskHeartbeat',
  access: () => [{ action: 'states:SendTaskHeartbeat', resource: '*' }],
  limits: { taskToken: { min: 1, max: 2_048 } },
  run({ taskToken = '' }, { tokens }) {
    tokens.waitingFor(taskToken).heartbeat();
    return {};
  },
});
