import type { SendTaskSuccessCommandInput } from '@aws-sdk/client-sfn';
import { AwsError } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { type Json, jsonSyntaxError } from './json.ts';
import { checkPayload } from './start-execution.ts';
import type { StatesState } from './state.ts';

export const sendTaskSuccess = defineOperation<StatesState, SendTaskSuccessCommandInput, Record<string, never>>({
  name: 'SendTaskSuccess',
  access: () => [{ action: 'states:SendTaskSuccess', resource: '*' }],
  limits: { taskToken: { min: 1, max: 2_048 } },
  run({ taskToken = '', output = '' }, { tokens }) {
    checkPayload('output', output);
    const problem = jsonSyntaxError(output);
    if (problem !== undefined) throw new AwsError('InvalidOutput', `Invalid Output: '${problem}'`);
    tokens.waitingFor(taskToken).succeed(JSON.parse(output) as Json); // Checked a line above.
    return {};
  },
});
