import { EndpointBusy, Refused, Throttled, Unavailable } from '../rollout/errors.ts';

const throttles = new Set([
  'ThrottlingException',
  'Throttling',
  'ThrottledException',
  'RequestThrottledException',
  'TooManyRequestsException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'SlowDown',
  'ProvisionedThroughputExceededException',
  'TransactionInProgressException',
  'TransactionConflictException',
  'ModelNotReadyException',
]);

/** Why DynamoDB cancels a transaction that may be tried again as it is. */
const passing = new Set(['None', 'TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded']);

interface SdkError extends Error {
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $fault?: 'client' | 'server';
  /** Of a TransactionCanceledException: one an item, `None` for those that had no part in it. */
  readonly CancellationReasons?: readonly { readonly Code?: string }[];
}

const isSdkError = (error: unknown): error is SdkError => error instanceof Error;

/**
 * One of our named errors for one of the SDK's, with the SDK's as its cause.
 *
 * @param attempted what was attempted, on what: `Cannot set weights on endpoint "churn"`
 */
export function translated(error: unknown, attempted: string): Error {
  if (!isSdkError(error)) return new Unavailable(`${attempted}: ${String(error)}`);
  const text = `${attempted}: ${error.message}`;
  const options = { cause: error };
  if (throttles.has(error.name)) return new Throttled(text, options);
  if (error.name === 'TransactionCanceledException' && error.CancellationReasons?.every(({ Code }) => passing.has(Code ?? 'None')))
    return new Throttled(text, options);
  if (/in-progress endpoint/i.test(error.message)) return new EndpointBusy(text, options);
  // SageMaker's reads are eventually consistent: what was made a moment ago may not be found yet.
  if (/^could not find (endpoint configuration|model)/i.test(error.message)) return new Unavailable(text, options);
  const status = error.$metadata?.httpStatusCode;
  if (status === 429) return new Throttled(text, options);
  if (status === undefined || status >= 500 || error.name === 'TimeoutError') return new Unavailable(text, options);
  return new Refused(`${attempted}: ${error.name}: ${error.message}`, options);
}

/** Runs a call and translates what it throws. */
export async function attempt<T>(attempted: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw translated(error, attempted);
  }
}

/** Runs a call for something that may not exist; undefined where AWS says it doesn't. */
export async function attemptToFind<T>(attempted: string, call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw translated(error, attempted);
  }
}

/** SageMaker says "Could not find …" in a ValidationException, its registry "ModelPackage … does not exist.", training jobs "Requested resource not found." in either. */
export const isMissing = (error: unknown): boolean =>
  isSdkError(error) &&
  (/^could not find|requested resource not found|^ModelPackage \S+ does not exist/i.test(error.message) ||
    error.name === 'ResourceNotFound' ||
    error.name === 'ResourceNotFoundException');

/** SageMaker says "Cannot create already existing …" of most things, and of groups in its registry "… already exists". */
export const alreadyExists = (error: unknown): boolean =>
  isSdkError(error) && (/already exist(?:ing|s)\b/i.test(error.message) || error.name === 'ResourceInUse');
