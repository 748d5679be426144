import type { InvocationRequest, InvocationResponse } from '@aws-sdk/client-lambda';
import { AwsError, notEmulated } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { traceHeader } from './asynchronous.ts';
import { arnNamed, functionNamed } from './function.ts';
import type { InvocationFacts } from './instance.ts';
import { functionNameLimit } from './settings.ts';
import type { LambdaState } from './state.ts';

/** Longest payload, bytes: of a synchronous call, and of an asynchronous one. */
const syncLimit = 6_291_456;
const asyncLimit = 1_048_576;

/** The payload as JSON text. @throws AwsError `InvalidRequestContentException`, `RequestEntityTooLargeException` */
function payloadOf(input: InvocationRequest, asynchronous: boolean): string {
  const payload = input.Payload ?? new Uint8Array();
  const limit = asynchronous ? asyncLimit : syncLimit;
  if (payload.length > limit) {
    throw new AwsError('RequestEntityTooLargeException', `Request must be smaller than ${limit} bytes for the InvokeFunction operation`, {
      status: 413,
      fields: { Type: 'User' },
    });
  }
  const text = Buffer.from(payload).toString('utf8');
  if (text === '') return '';
  try {
    JSON.parse(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new AwsError('InvalidRequestContentException', `Could not parse request body into json: ${why}`, { cause, fields: { Type: 'User' } });
  }
  return text;
}

/** Invokes a function: waits for its answer (`RequestResponse`), leaves the event with Lambda (`Event`), or only checks (`DryRun`). */
export const invoke = defineOperation<LambdaState, InvocationRequest, InvocationResponse>({
  name: 'Invoke',
  access: (input, { kernel }) => [{ action: 'lambda:InvokeFunction', resource: arnNamed(kernel, input.FunctionName, input.Qualifier) }],
  limits: {
    FunctionName: functionNameLimit,
    InvocationType: { oneOf: ['Event', 'RequestResponse', 'DryRun'] },
    LogType: { oneOf: ['None', 'Tail'] },
    Qualifier: { min: 1, max: 128, pattern: /\$(LATEST(\.PUBLISHED)?)|[a-zA-Z0-9-_$]+/ },
  },
  async run(input, state, call) {
    if (input.DurableExecutionName !== undefined || input.TenantId !== undefined) {
      throw notEmulated('lambda:Invoke with DurableExecutionName or TenantId');
    }
    const { kernel } = state;
    const { fn, version, qualifier } = functionNamed(kernel, state.functions, input.FunctionName, input.Qualifier);
    const type = input.InvocationType ?? 'RequestResponse';
    const facts: InvocationFacts = {
      requestId: call.requestId,
      invokedFunctionArn: qualifier === undefined ? fn.arn : `${fn.arn}:${qualifier}`,
      traceId: traceHeader(kernel),
      payload: payloadOf(input, type === 'Event'),
      ...(input.ClientContext !== undefined && { clientContext: Buffer.from(input.ClientContext, 'base64').toString('utf8') }),
    };
    switch (type) {
      case 'DryRun':
        return { StatusCode: 204 };
      case 'Event':
        state.queue.accept(fn, version, facts);
        return { StatusCode: 202, Payload: new Uint8Array() };
      case 'RequestResponse': {
        const { payload, failure, logTail } = await state.invoker.invoke(fn, version, facts);
        return {
          StatusCode: 200,
          ...(failure && { FunctionError: 'Unhandled' }),
          ...(input.LogType === 'Tail' && { LogResult: logTail }),
          Payload: Buffer.from(payload),
          ExecutedVersion: version.version,
        };
      }
      default:
        return type satisfies never;
    }
  },
});
