import type { DeleteParameterCommandInput, DeleteParameterResult } from '@aws-sdk/client-ssm';
import { defineOperation } from '../operation.ts';
import { parameterArn, parameterNamed, type SsmState } from './state.ts';

export const deleteParameter = defineOperation<SsmState, DeleteParameterCommandInput, DeleteParameterResult>({
  name: 'DeleteParameter',
  access: ({ Name }, { kernel }) => [{ action: 'ssm:DeleteParameter', resource: parameterArn(kernel, Name) }],
  run({ Name }, state) {
    state.parameters.delete(parameterNamed(state, Name).name);
    return {};
  },
});
