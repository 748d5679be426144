/**
 * An error of a state, as `Retry` and `Catch` see it: a name to match on and a cause to read.
 *
 * `Retry` and `Catch` never see `States.Runtime`; `States.ALL` does not match `States.DataLimitExceeded` either.
 */
export class StateError extends Error {
  override name = 'StateError';
  readonly error: string;
  /** Unset for a time-out, which AWS reports without a cause. */
  readonly causeText: string | undefined;
  /** Further names the error answers to: a missed heartbeat is reported as `States.Timeout` and documented as `States.HeartbeatTimeout`. */
  readonly alsoNamed: readonly string[];
  /** The field whose expression failed, such as `Output/v`; only of `States.QueryEvaluationError`. */
  readonly location: string | undefined;

  constructor(error: string, causeText?: string, options: { location?: string; alsoNamed?: readonly string[] } = {}) {
    super(causeText === undefined ? error : `${error}: ${causeText}`);
    this.error = error;
    this.causeText = causeText;
    this.location = options.location;
    this.alsoNamed = options.alsoNamed ?? [];
  }
}

export const queryEvaluationError = (cause: string, location: string): StateError =>
  new StateError('States.QueryEvaluationError', cause, { location });

/** A state or task whose payload exceeds 256 KiB. */
export const dataLimitExceeded = (stateName: string): StateError =>
  new StateError(
    'States.DataLimitExceeded',
    `The state/task '${stateName}' returned a result with a size exceeding the maximum number of bytes service limit.`,
  );

/** Whether a retrier or catcher with these `ErrorEquals` takes the error. */
export function matches(errorEquals: readonly string[], error: StateError): boolean {
  if (error.error === 'States.Runtime') return false;
  if (errorEquals.some((name) => name === error.error || error.alsoNamed.includes(name))) return true;
  if (error.error === 'States.DataLimitExceeded') return false;
  return errorEquals.includes('States.ALL') || (errorEquals.includes('States.TaskFailed') && error.error !== 'States.Timeout');
}
