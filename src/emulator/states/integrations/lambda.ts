import type { InvokeCommandInput, InvokeCommandOutput } from '@aws-sdk/client-lambda';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { StateError } from '../state-error.ts';
import { drawRequestId, type Integration, type Invocation, type LegacyNames, legacyError, readArguments, sdkMetadata } from './integration.ts';
import { modelledErrors } from './modelled-errors.ts';

const names: LegacyNames = { prefix: 'Lambda', unmodelled: 'AWSLambdaException', service: 'AWSLambda', modelled: modelledErrors.lambda };

type Answer = Pick<InvokeCommandOutput, 'StatusCode' | 'Payload' | 'FunctionError' | 'ExecutedVersion'>;

async function invoke(input: InvokeCommandInput, { kernel, caller }: Invocation, requestId: string): Promise<{ answer: Answer; text: string }> {
  let answer: Answer;
  try {
    answer = (await kernel.cloud.call('lambda', 'Invoke', input, caller())) as Answer; // The SDK's shape, by the contract of `cloud.call`.
  } catch (error) {
    throw legacyError(error, names, requestId);
  }
  const text = answer.Payload === undefined ? '' : Buffer.from(answer.Payload).toString('utf8');
  if (answer.FunctionError !== undefined) throw functionError(text);
  return { answer, text };
}

/** The error a function threw: named by its `errorType`; without one (a crash, a time-out) AWS says `Lambda.Unknown`. */
function functionError(text: string): StateError {
  const document = parsed(text);
  const type = isObject(document) ? document.errorType : undefined;
  if (typeof type === 'string' && type !== '') return new StateError(type, text);
  return new StateError('Lambda.Unknown', `The cause could not be determined because Lambda did not return an error type. Returned payload: ${text}`);
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json; // JSON by construction.
  } catch {
    return undefined;
  }
}

const payloadOf = (value: Json | undefined): { Payload?: Uint8Array } =>
  value === undefined ? {} : { Payload: Buffer.from(JSON.stringify(value), 'utf8') };

const supported = ['FunctionName', 'Payload', 'InvocationType', 'Qualifier', 'ClientContext', 'LogType'];

/** `arn:aws:states:::lambda:invoke`: the result is the invocation with its payload parsed. */
export const invokeLambda: Integration = (args) => {
  const { FunctionName, Payload, InvocationType, Qualifier, ClientContext, LogType } = readArguments(args, ['FunctionName'], supported);
  const input = {
    FunctionName,
    InvocationType: InvocationType ?? 'RequestResponse',
    ...payloadOf(Payload),
    ...(Qualifier === undefined ? {} : { Qualifier }),
    ...(ClientContext === undefined ? {} : { ClientContext }),
    ...(LogType === undefined ? {} : { LogType }),
  } as InvokeCommandInput; // Whatever the definition gave; the API itself refuses what it can't take.
  return async (invocation) => {
    const requestId = drawRequestId(invocation.kernel);
    const { answer, text } = await invoke(input, invocation, requestId);
    const result: JsonObject = {
      ...(answer.ExecutedVersion === undefined ? {} : { ExecutedVersion: answer.ExecutedVersion }),
      ...(text === '' ? {} : { Payload: parsed(text) ?? text }),
      ...sdkMetadata(invocation.kernel, requestId, 'application/json', Buffer.byteLength(text)),
      StatusCode: answer.StatusCode ?? 200,
    };
    return result;
  };
};

/** A function's own ARN as `Resource`: the arguments are its event, its answer the result. */
export const invokeFunction =
  (arn: string): Integration =>
  (args) =>
  async (invocation) => {
    const requestId = drawRequestId(invocation.kernel);
    const { text } = await invoke({ FunctionName: arn, InvocationType: 'RequestResponse', ...payloadOf(args) }, invocation, requestId);
    return parsed(text) ?? null;
  };
