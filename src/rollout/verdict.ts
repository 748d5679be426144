/** What a gate answers: always with a reason code and the evidence, because a rollout that stops without a readable reason is a bug. */
export interface Verdict {
  readonly result: 'successful' | 'failed' | 'inconclusive';
  /** A code such as `within-threshold`, `alarm-firing`, `too-few-requests`. */
  readonly reason: string;
  /** The numbers and names behind it, as JSON. */
  readonly evidence: Readonly<Record<string, unknown>>;
}

export const successful = (reason: string, evidence: Verdict['evidence']): Verdict => ({ result: 'successful', reason, evidence });
export const failed = (reason: string, evidence: Verdict['evidence']): Verdict => ({ result: 'failed', reason, evidence });
export const inconclusive = (reason: string, evidence: Verdict['evidence']): Verdict => ({ result: 'inconclusive', reason, evidence });

/** A verdict with the gate that gave it: `metric-threshold`, and its place in the spec, `gates[0]`. */
export interface GateVerdict extends Verdict {
  readonly gate: string;
  readonly path: string;
}

/**
 * One answer of many: failed if any failed, else inconclusive if any is, else successful. No gates at all is successful:
 * the spec asked for nothing.
 */
export function combine(verdicts: readonly GateVerdict[]): Verdict['result'] {
  if (verdicts.some((verdict) => verdict.result === 'failed')) return 'failed';
  if (verdicts.some((verdict) => verdict.result === 'inconclusive')) return 'inconclusive';
  return 'successful';
}

/** A verdict in a line: `gates[0] metric-threshold: over-threshold (metric AWS/SageMaker Invocation5XXErrors, max 0.02, canary.value 0.34, canary.samples 35)`. */
export const verdictText = (verdict: GateVerdict): string => {
  const facts = factsOf(verdict.evidence).join(', ');
  return `${verdict.path} ${verdict.gate}: ${verdict.reason}${facts === '' ? '' : ` (${facts})`}`;
};

/** The evidence's texts and numbers, `path value` each; numbers to four digits, which is what a person compares. */
function factsOf(value: unknown, path = ''): string[] {
  if (typeof value === 'number') return [`${path} ${Number.isInteger(value) ? value : Number(value.toPrecision(4))}`.trim()];
  if (typeof value === 'string') return [`${path} ${value}`.trim()];
  if (Array.isArray(value)) return value.flatMap((item) => factsOf(item, path));
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, member]) => factsOf(member, path === '' ? key : `${path}.${key}`));
}
