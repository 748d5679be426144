import * as z from 'zod/mini';
import type { Patience } from '../ports/judges.ts';
import type { Verdict } from '../rollout/verdict.ts';
import { type GateContext, type Slot, stages } from './gate.ts';
import { jsonOf } from './json-schema.ts';

/** What gates that ask somebody outside have in common. */
export const outside = {
  at: z._default(z.enum(stages), 'baking'),
  /** An evaluation waits for the slowest gate, an alarm's too: so not long. */
  timeoutSeconds: z._default(z.int().check(z.minimum(1), z.maximum(20)), 10),
  input: z.optional(
    z.record(z.string(), z.unknown()).check(z.refine((input) => JSON.stringify(input).length <= 16_384, 'Expected at most 16384 characters of JSON')),
  ),
};

/** How long an answer may be, bytes: it becomes evidence, and the record is read by people. */
export const mostAnswerBytes = 16_384;

export const patienceOf = ({ timeoutSeconds }: { readonly timeoutSeconds: number }): Patience => ({
  timeoutMs: timeoutSeconds * 1000,
  mostBytes: mostAnswerBytes,
});

const iso = (ms: number) => new Date(ms).toISOString();
const slotOf = ({ endpointName, endpointConfigName, variantName }: Slot) => ({ endpointName, endpointConfigName, variantName });

/** What is asked, as docs/gates/function.md tells it. Its form is a contract: fields are added, never changed. */
export function questionOf(gate: string, input: Readonly<Record<string, unknown>> | undefined, context: GateContext): string {
  const { rolloutId, delivery, stage, stepIndex, canary, stable, shifts, window, nowMs } = context;
  return JSON.stringify({
    contract: 1,
    gate,
    rolloutId,
    delivery,
    stage,
    step: stepIndex === undefined ? null : { index: stepIndex, canaryPercent: shifts.at(-1)?.canaryPercent ?? 0 },
    canary: slotOf(canary),
    stable: stable ? slotOf(stable) : null,
    shifts: shifts.map(({ canaryPercent, verifiedAtMs }) => ({ canaryPercent, verifiedAt: iso(verifiedAtMs) })),
    window: { start: iso(window.startMs), end: iso(window.endMs) },
    now: iso(nowMs),
    input: input ?? {},
  });
}

const Answer = z.object({
  result: z.enum(['successful', 'failed', 'inconclusive']),
  reason: z.string().check(z.maxLength(64), z.regex(/^[a-z]+(-[a-z]+)*$/)),
  evidence: z._default(z.record(z.string(), z.unknown()), {}),
});

/** The verdict an answer is; undefined where it is none. @param asked whom, for the evidence */
export function verdictIn(text: string, asked: Readonly<Record<string, string>>): Verdict | undefined {
  const { data } = z.safeParse(Answer, jsonOf(text));
  return data && { result: data.result, reason: data.reason, evidence: { ...asked, answer: data.evidence } };
}
