import type { StepRecord } from './rollout.ts';
import type { GateVerdict } from './verdict.ts';

/** The evidence of one look, all gates together, characters of JSON: a row of the table holds 400 KB, with what gates remember and the steps before. */
const mostEvidence = 128_000;
/** Earlier steps whose gates' answers are kept in the row. */
const stepsWithAnswers = 20;

/** The verdicts with evidence that fits into a row and into an entry of the record: each gate may have its part, and what is longer is cut. */
export function fitting(verdicts: readonly GateVerdict[]): GateVerdict[] {
  const texts = verdicts.map(({ evidence }) => JSON.stringify(evidence));
  if (texts.reduce((sum, { length }) => sum + length, 0) <= mostEvidence) return [...verdicts];
  // As a text within JSON it may take twice its length.
  const part = Math.floor(mostEvidence / verdicts.length / 2);
  return verdicts.map((verdict, index) => {
    const text = texts[index] ?? '';
    return text.length <= part
      ? verdict
      : { ...verdict, evidence: { cut: `${text.length} characters, of which these are the first`, text: text.slice(0, part) } };
  });
}

/** The steps before a new one, as the row keeps them: what their gates saw is in the record. */
export const earlier = (steps: readonly StepRecord[]): StepRecord[] =>
  steps.map((step, index) => ({
    ...step,
    verdicts:
      steps.length - index > stepsWithAnswers
        ? []
        : step.verdicts.map(({ gate, path, result, reason, observed }) => ({
            gate,
            path,
            result,
            reason,
            evidence: {},
            ...(observed && { observed }),
          })),
  }));
