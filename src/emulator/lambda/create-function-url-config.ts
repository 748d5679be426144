import type { CreateFunctionUrlConfigCommandInput, CreateFunctionUrlConfigResponse } from '@aws-sdk/client-lambda';
import { AwsError, notEmulated } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { arnNamed, functionNamed } from './function.ts';
import { urlShown } from './function-url.ts';
import { functionNameLimit } from './settings.ts';
import type { LambdaState } from './state.ts';

/** Gives a function an address of its own. Calls are answered whole; CORS is left to who serves the page. */
export const createFunctionUrlConfig = defineOperation<LambdaState, CreateFunctionUrlConfigCommandInput, CreateFunctionUrlConfigResponse>({
  name: 'CreateFunctionUrlConfig',
  access: (input, { kernel }) => [
    {
      action: 'lambda:CreateFunctionUrlConfig',
      resource: arnNamed(kernel, input.FunctionName, input.Qualifier),
      ...(input.AuthType !== undefined && { context: { 'lambda:FunctionUrlAuthType': input.AuthType } }),
    },
  ],
  limits: { FunctionName: functionNameLimit, AuthType: { oneOf: ['NONE', 'AWS_IAM'] } },
  run(input, state) {
    const { kernel } = state;
    if (input.InvokeMode === 'RESPONSE_STREAM') throw notEmulated('function URLs with InvokeMode RESPONSE_STREAM');
    if (input.Cors !== undefined) throw notEmulated('function URLs with Cors');
    if (input.Qualifier !== undefined) throw notEmulated('function URLs of an alias');
    const { fn } = functionNamed(kernel, state.functions, input.FunctionName);
    if (fn.url) {
      throw new AwsError(
        'ResourceConflictException',
        `Failed to create function url config for [functionArn = ${fn.arn}]. Error message:  FunctionUrlConfig exists for this Lambda function`,
        { status: 409, fields: { Type: 'User' } },
      );
    }
    // Required, so present: the wire has checked it.
    fn.url = { id: kernel.random.hex('lambda/url-id', 16), authType: input.AuthType ?? 'AWS_IAM', createdAtMs: kernel.clock.now() };
    return urlShown(fn, fn.url, state.endpointUrl());
  },
});
