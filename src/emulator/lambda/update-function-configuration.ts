import type { FunctionConfiguration, UpdateFunctionConfigurationCommandInput } from '@aws-sdk/client-lambda';
import { AwsError } from '../aws-error.ts';
import { type Access, defineOperation } from '../operation.ts';
import { arnNamed, configurationOf, functionNamed } from './function.ts';
import { settingsFrom, settingsLimits } from './settings.ts';
import type { LambdaState } from './state.ts';

/** Changes `$LATEST`'s settings at once; running invocations end with the old ones, the next begin in new environments. */
export const updateFunctionConfiguration = defineOperation<LambdaState, UpdateFunctionConfigurationCommandInput, FunctionConfiguration>({
  name: 'UpdateFunctionConfiguration',
  access(input, { kernel }) {
    const update: Access = { action: 'lambda:UpdateFunctionConfiguration', resource: arnNamed(kernel, input.FunctionName) };
    if (input.Role === undefined) return [update];
    return [update, { action: 'iam:PassRole', resource: input.Role, context: { 'iam:PassedToService': 'lambda.amazonaws.com' } }];
  },
  limits: settingsLimits,
  run(input, state) {
    const { kernel } = state;
    const { fn } = functionNamed(kernel, state.functions, input.FunctionName);
    if (input.RevisionId !== undefined && input.RevisionId !== fn.latest.revisionId) {
      throw new AwsError(
        'PreconditionFailedException',
        'The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id',
        { status: 412, fields: { Type: 'User' } },
      );
    }
    const settings = settingsFrom('UpdateFunctionConfiguration', fn.name, input, fn.latest.settings);
    if (input.Role !== undefined) kernel.cloud.assume(input.Role, 'lambda.amazonaws.com');
    const previous = fn.latest;
    fn.latest = { ...previous, settings, modifiedAtMs: kernel.clock.now(), revisionId: kernel.random.uuid('lambda/revision-id') };
    state.pool.retire(previous);
    return configurationOf(fn, fn.latest, false);
  },
});
