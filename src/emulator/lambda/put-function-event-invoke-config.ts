import type { FunctionEventInvokeConfig, PutFunctionEventInvokeConfigCommandInput } from '@aws-sdk/client-lambda';
import { defineOperation } from '../operation.ts';
import { checkDestination, configShown } from './event-invoke-config.ts';
import { arnNamed, functionNamed } from './function.ts';
import { functionNameLimit } from './settings.ts';
import type { LambdaState } from './state.ts';

/** Sets how asynchronous events are retried and where they end; replaces what was set. Without a qualifier, for `$LATEST`. */
export const putFunctionEventInvokeConfig = defineOperation<LambdaState, PutFunctionEventInvokeConfigCommandInput, FunctionEventInvokeConfig>({
  name: 'PutFunctionEventInvokeConfig',
  access: (input, { kernel }) => [{ action: 'lambda:PutFunctionEventInvokeConfig', resource: arnNamed(kernel, input.FunctionName, input.Qualifier) }],
  limits: {
    FunctionName: functionNameLimit,
    MaximumRetryAttempts: { min: 0, max: 2 },
    MaximumEventAgeInSeconds: { min: 60, max: 21_600 },
  },
  run(input, { kernel, functions }) {
    const { fn, qualifier = '$LATEST' } = functionNamed(kernel, functions, input.FunctionName, input.Qualifier);
    checkDestination(input.DestinationConfig?.OnSuccess?.Destination);
    checkDestination(input.DestinationConfig?.OnFailure?.Destination);
    const config = {
      MaximumRetryAttempts: input.MaximumRetryAttempts,
      MaximumEventAgeInSeconds: input.MaximumEventAgeInSeconds,
      DestinationConfig: input.DestinationConfig,
      modifiedAtMs: kernel.clock.now(),
    };
    fn.asyncConfigs.set(qualifier, config);
    return configShown(fn, qualifier, config);
  },
});
