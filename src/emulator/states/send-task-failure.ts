import type { SendTaskFailureCommandInput } from '@aws-sdk/client-sfn';
import { defineOperation } from '../operation.ts';
import type { StatesState } from './state.ts';
import { StateError } from './state-error.ts';

export const sendTaskFailure = defineOperation<StatesState, SendTaskFailureCommandInput, Record<string, never>>({
  name: 'SendTaskFailure',
  access: () => [{ action: 'states:SendTaskFailure', resource: '*' }],
  limits: { taskToken: { min: 1, max: 2_048 }, error: { max: 256 }, cause: { max: 32_768 } },
  run({ taskToken = '', error, cause }, { tokens }) {
    // A failure without a name stays without one; only States.ALL and States.TaskFailed take it.
    tokens.waitingFor(taskToken).fail(new StateError(error ?? '', cause));
    return {};
  },
});
