import { AwsError } from '../../aws-error.ts';
import type { Caller } from '../../iam/caller.ts';
import type { Kernel } from '../../kernel.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { StateError } from '../state-error.ts';

/** Who asks, for a call a Task makes. */
export interface Invocation {
  readonly kernel: Kernel;
  /** The machine's role; throws `AwsError` where it is unknown. */
  readonly caller: () => Caller;
  readonly executionArn: string;
  readonly stateMachineArn: string;
}

/** One call, ready to be made: answers the task's result, throws `StateError`. */
export type Call = (invocation: Invocation) => Promise<Json>;

/** What a Task's `Resource` does with its evaluated `Arguments`. Throws `StateError` `States.Runtime` where they can't start the task. */
export type Integration = (args: Json) => Call;

/**
 * The arguments as an object holding what the integration can't do without.
 *
 * @param supported names it takes; any if left out
 * @throws StateError `States.Runtime`: AWS does not start such a task
 */
export function readArguments(args: Json, required: readonly string[], supported?: readonly string[]): JsonObject {
  const problems: string[] = [];
  const object = isObject(args) ? args : {};
  if (!isObject(args)) problems.push('The arguments must be a JSON object');
  for (const name of required) if (object[name] === undefined) problems.push(`The field '${name}' is required but was missing`);
  for (const name of Object.keys(object))
    if (supported && !supported.includes(name)) problems.push(`The field '${name}' is not supported by Step Functions`);
  if (problems.length > 0) {
    throw new StateError('States.Runtime', `The Arguments '${JSON.stringify(args)}' could not be used to start the Task: [${problems.join(', ')}]`);
  }
  return object;
}

/** Text as it is, anything else as its JSON: what AWS does where an API wants text and is given an object. */
export const asText = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** A name without the suffix some have and others lack: a model's `LimitExceededFault` is `LimitExceeded` on the wire. */
const bare = (name: string): string => name.replace(/(Exception|Fault|Error)$/, '');

/** The class name Step Functions gives an API's error, which always ends in `Exception`; undefined where the API's model doesn't name it. */
export function exceptionName(code: string, modelled: readonly string[]): string | undefined {
  return modelled.some((name) => bare(name) === bare(code)) ? `${bare(code)}Exception` : undefined;
}

/** How the optimized integrations, which run on the first SDK, name errors and services. */
export interface LegacyNames {
  /** `Lambda`, as in `Lambda.TooManyRequestsException`. */
  readonly prefix: string;
  /** The error of everything the API's model doesn't name: `AWSLambdaException`. */
  readonly unmodelled: string;
  /** As in causes: `AWSLambda`. */
  readonly service: string;
  readonly modelled: readonly string[];
}

/** An API's error as an optimized integration reports it. Anything but an `AwsError` is a bug of ours and passes through. */
export function legacyError(error: unknown, names: LegacyNames, requestId: string): unknown {
  if (!(error instanceof AwsError)) return error;
  const name = exceptionName(error.code, names.modelled) ?? names.unmodelled;
  return new StateError(
    `${names.prefix}.${name}`,
    `${error.message} (Service: ${names.service}; Status Code: ${error.status}; Error Code: ${error.code}; Request ID: ${requestId}; Proxy: null)`,
  );
}

/** What the optimized integrations add to a result. */
export function sdkMetadata(kernel: Kernel, requestId: string, contentType: string, contentLength: number): JsonObject {
  const date = new Date(kernel.clock.now()).toUTCString();
  const headers = { 'x-amzn-RequestId': requestId, 'Content-Length': String(contentLength), Date: date, 'Content-Type': contentType };
  return {
    SdkHttpMetadata: {
      AllHttpHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
      HttpHeaders: headers,
      HttpStatusCode: 200,
    },
    SdkResponseMetadata: { RequestId: requestId },
  };
}

export const drawRequestId = (kernel: Kernel): string => kernel.random.uuid('states/request-id');
