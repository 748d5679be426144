import { followsWithoutEvidence } from './bake.ts';
import { combine, type GateVerdict, verdictText } from './verdict.ts';

export type BeforeTrafficDecision =
  | { readonly answer: 'passed'; readonly text: string }
  | { readonly answer: 'failed'; readonly reason: string; readonly text: string }
  /** No evidence, and the spec says a person shall look: no traffic until somebody lets it go on. */
  | { readonly answer: 'hold'; readonly text: string };

/**
 * What follows from the answers of the gates that are asked before the canary has any traffic. They are asked once: there
 * is no traffic to wait for, so missing evidence is the spec's to decide at once, and is never success by default.
 *
 * @param verdicts one a gate that is asked at this stage
 * @param first whether nothing could serve instead: then missing evidence does not stop it, as in a bake
 */
export function judgeBeforeTraffic(
  verdicts: readonly GateVerdict[],
  spec: Parameters<typeof followsWithoutEvidence>[1],
  first: boolean,
): BeforeTrafficDecision {
  const result = combine(verdicts);
  const counted = verdicts.filter((verdict) => verdict.result === result && !verdict.observed);
  const named = counted.map(verdictText).join('; ');
  switch (result) {
    case 'failed':
      return { answer: 'failed', reason: counted[0]?.reason ?? 'gate-failed', text: `before any traffic: ${named}` };
    case 'successful':
      return { answer: 'passed', text: verdicts.length === 0 ? 'no gate is asked before traffic' : `before any traffic: ${linesOf(verdicts)}` };
    case 'inconclusive':
      if (first) return { answer: 'passed', text: `first deployment, nothing to go back to: ${named}` };
      switch (followsWithoutEvidence(verdicts, spec)) {
        case 'rollback':
        // There is no traffic whose evidence more time could bring.
        case 'extend':
          return { answer: 'failed', reason: 'no-evidence', text: `no evidence before any traffic: ${named}` };
        case 'promote':
          return { answer: 'passed', text: `onInconclusive: promote, as the delivery says in words: ${named}` };
        case 'hold':
          return { answer: 'hold', text: `no evidence before any traffic: ${named}; resume lets it go on, abort ends it` };
      }
  }
}

const linesOf = (verdicts: readonly GateVerdict[]): string =>
  verdicts.map(({ gate, result, reason, observed }) => `${gate} ${result} (${reason})${observed ? ', observed' : ''}`).join(', ');
