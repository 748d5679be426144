/**
 * An error an AWS API answers with. `code` goes on the wire letter for letter and becomes `error.name` in the SDK.
 */
export class AwsError extends Error {
  override name = 'AwsError';
  readonly code: string;
  /** HTTP status, 400-599. */
  readonly status: number;
  /** Further members of the error's body, such as `CancellationReasons` or `Item`. */
  readonly fields: Record<string, unknown>;
  /** The code older query clients see, where it differs (`x-amzn-query-error`). */
  readonly queryCode: string | undefined;

  constructor(
    code: string,
    message: string,
    options: { status?: number; fields?: Record<string, unknown>; queryCode?: string; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.status = options.status ?? 400;
    this.fields = options.fields ?? {};
    this.queryCode = options.queryCode;
  }
}

/** AWS's commonest answer: 400 `ValidationException`. */
export const validationException = (message: string): AwsError => new AwsError('ValidationException', message);

/** A thing the emulator knows of and does not do: said by name, never guessed. Status 501, so no SDK retries it. */
export const notEmulated = (what: string): AwsError =>
  new AwsError('NotEmulated', `The embedded AWS does not emulate ${what}; docs/emulator.md lists what it does`, { status: 501 });
