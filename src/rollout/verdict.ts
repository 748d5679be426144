/** What a gate answers: always with a reason code and the evidence, because a rollout that stops without a readable reason is a bug. */
export interface Verdict {
  readonly result: 'successful' | 'failed' | 'inconclusive';
  /** A code such as `within-threshold`, `alarm-firing`, `too-few-requests`. */
  readonly reason: string;
  /** The numbers and names behind it, as JSON. */
  readonly evidence: Readonly<Record<string, unknown>>;
  /** Set by gates that weigh evidence from look to look, for strategies that go as fast as it allows. */
  readonly sequential?: Sequential;
  /** What the gate wants to know again at its next look: small JSON, kept with the rollout and not in its record. */
  readonly memory?: unknown;
}

/** Where a comparison of canary and stable stands. Logarithms are natural. */
export interface Sequential {
  /** ln of the e-value against "the canary is not worse": 0 at the start, ln(1/alpha) is proof at level alpha. */
  readonly lnHarm: number;
  /** ln of the e-value against "the canary is worse than the margin": ln(1/beta) is proof at level beta. */
  readonly lnNotWorse: number;
  /** ln of the e-value against "the canary is not better"; unset where nobody asks for a winner. */
  readonly lnBetter?: number;
  /** Error of the proof of "not worse" the gate asks for, 0-1. */
  readonly beta: number;
  /** Level of false rollbacks the gate asks for, 0-1. */
  readonly alpha: number;
  /** How many more of its requests could be bad than of stable's, by what is not excluded yet, 0-1. */
  readonly excessBound: number;
  /** What one such request counts against the harm budget: 1 for an error, less for a slow answer. */
  readonly cost: number;
  /** How many more of its requests were bad than of stable's so far, -1 to 1, and how much is within the margin. */
  readonly excess: number;
  readonly margin: number;
  /** The canary's requests that counted, past its warm-up. */
  readonly requests: number;
  /** Both variants' requests a second, lately. */
  readonly requestsPerSecond: number;
  /** Whether stable itself is unwell: no time to raise a weight. */
  readonly unwell: boolean;
  /** Whether the canary had no requests lately that its weight says it should have had. */
  readonly silent: boolean;
}

export const successful = (reason: string, evidence: Verdict['evidence']): Verdict => ({ result: 'successful', reason, evidence });
export const failed = (reason: string, evidence: Verdict['evidence']): Verdict => ({ result: 'failed', reason, evidence });
export const inconclusive = (reason: string, evidence: Verdict['evidence']): Verdict => ({ result: 'inconclusive', reason, evidence });

/** A verdict with the gate that gave it: `metric-threshold`, and its place in the spec, `gates[0]`. */
export interface GateVerdict extends Omit<Verdict, 'memory'> {
  readonly gate: string;
  readonly path: string;
  /** Measured and shown; it decides nothing. Unset for a gate that has a say. */
  readonly observed?: true;
}

/**
 * One answer of many: failed if any failed, else inconclusive if any is, else successful. No gates at all is successful:
 * the spec asked for nothing.
 */
export function combine(verdicts: readonly GateVerdict[]): Verdict['result'] {
  const counted = verdicts.filter((verdict) => !verdict.observed);
  if (counted.some((verdict) => verdict.result === 'failed')) return 'failed';
  if (counted.some((verdict) => verdict.result === 'inconclusive')) return 'inconclusive';
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
