/** Codes of AWS's diagnostics of a definition. */
export type DiagnosticCode =
  | 'INVALID_JSON_DESCRIPTION'
  | 'SCHEMA_VALIDATION_FAILED'
  | 'MISSING_TRANSITION_TARGET'
  | 'MISSING_END_STATE'
  | 'INVALID_JSONATA_EXPRESSION'
  | 'UNSUPPORTED_JSONATA_EXPRESSION';

/** One thing wrong with a definition, as `ValidateStateMachineDefinition` lists it. */
export interface Diagnostic {
  readonly code: DiagnosticCode;
  readonly message: string;
  /** `/States/S/Catch[0]/Next`; unset where it is the definition as a whole. */
  readonly location: string | undefined;
}

/** `CODE: message at /location, ...`: what stands between the quotes of `InvalidDefinition`. */
export const diagnosticsText = (diagnostics: readonly Diagnostic[]): string =>
  diagnostics.map(({ code, message, location }) => `${code}: ${message}${location === undefined ? '' : ` at ${location}`}`).join(', ');
