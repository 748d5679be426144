/** How a training job's metric is read from its log. */
export interface MetricDefinition {
  readonly name: string;
  /** Its first group captures the value. */
  readonly regex: RegExp;
}

/** What every definition's first group captures in one line of a log; text that is no number is none. */
export function metricsIn(line: string, definitions: readonly MetricDefinition[]): { readonly name: string; readonly value: number }[] {
  return definitions.flatMap(({ name, regex }) => {
    const captured = regex.exec(line)?.[1];
    const value = captured === undefined ? Number.NaN : Number.parseFloat(captured);
    return Number.isFinite(value) ? [{ name, value }] : [];
  });
}
