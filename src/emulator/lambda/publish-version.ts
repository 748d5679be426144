import type { FunctionConfiguration, PublishVersionCommandInput } from '@aws-sdk/client-lambda';
import { AwsError } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { arnNamed, configurationOf, type FunctionVersion, functionNamed, type LambdaFunction } from './function.ts';
import { functionNameLimit } from './settings.ts';
import type { LambdaState } from './state.ts';

/** Freezes `$LATEST` under the next number; unchanged code and settings keep the number they have. */
export function publish(state: LambdaState, fn: LambdaFunction, description?: string): FunctionVersion {
  const last = fn.published.at(-1);
  const unchanged = last && last.code.sha256 === fn.latest.code.sha256 && last.modifiedAtMs >= fn.latest.modifiedAtMs;
  if (unchanged) return last;
  const version: FunctionVersion = {
    ...fn.latest,
    version: String(Number(last?.version ?? 0) + 1),
    settings: { ...fn.latest.settings, ...(description !== undefined && { description }) },
    modifiedAtMs: state.kernel.clock.now(),
    revisionId: state.kernel.random.uuid('lambda/revision-id'),
  };
  fn.published.push(version);
  return version;
}

/** Publishes a version: a snapshot that is invoked by its number. */
export const publishVersion = defineOperation<LambdaState, PublishVersionCommandInput, FunctionConfiguration>({
  name: 'PublishVersion',
  access: (input, { kernel }) => [{ action: 'lambda:PublishVersion', resource: arnNamed(kernel, input.FunctionName) }],
  limits: { FunctionName: functionNameLimit },
  run(input, state) {
    const { fn } = functionNamed(state.kernel, state.functions, input.FunctionName);
    if (input.CodeSha256 !== undefined && input.CodeSha256 !== fn.latest.code.sha256) {
      throw new AwsError(
        'InvalidParameterValueException',
        `CodeSHA256 (${input.CodeSha256}) is different from current CodeSHA256 in $LATEST (${fn.latest.code.sha256}). Please try again with the CodeSHA256 in $LATEST.`,
        { fields: { Type: 'User' } },
      );
    }
    if (input.RevisionId !== undefined && input.RevisionId !== fn.latest.revisionId) {
      throw new AwsError(
        'PreconditionFailedException',
        'The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id',
        { status: 412 },
      );
    }
    return configurationOf(fn, publish(state, fn, input.Description), true);
  },
});
