import type { GetFunctionUrlConfigCommandInput, GetFunctionUrlConfigResponse } from '@aws-sdk/client-lambda';
import { AwsError } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { arnNamed, functionNamed } from './function.ts';
import { urlShown } from './function-url.ts';
import { functionNameLimit } from './settings.ts';
import type { LambdaState } from './state.ts';

export const getFunctionUrlConfig = defineOperation<LambdaState, GetFunctionUrlConfigCommandInput, GetFunctionUrlConfigResponse>({
  name: 'GetFunctionUrlConfig',
  access: (input, { kernel }) => [{ action: 'lambda:GetFunctionUrlConfig', resource: arnNamed(kernel, input.FunctionName, input.Qualifier) }],
  limits: { FunctionName: functionNameLimit },
  run(input, state) {
    const { fn } = functionNamed(state.kernel, state.functions, input.FunctionName, input.Qualifier);
    if (!fn.url) {
      throw new AwsError('ResourceNotFoundException', 'The resource you requested does not exist.', { status: 404, fields: { Type: 'User' } });
    }
    const shown = urlShown(fn, fn.url, state.endpointUrl());
    return { ...shown, LastModifiedTime: shown.CreationTime };
  },
});
