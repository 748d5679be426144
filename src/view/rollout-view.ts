import { flawOf } from '../ledger/chain.ts';
import type { Entry } from '../ledger/entry.ts';
import { requestText } from '../rollout/beginning.ts';
import { imageDigestOf, type Outcome, type Phase, type Rollout } from '../rollout/rollout.ts';
import type { GateVerdict } from '../rollout/verdict.ts';

/** What a person sees of a rollout. Times are ISO 8601. */
export interface RolloutView {
  readonly id: string;
  readonly delivery: string;
  readonly revision: number;
  /** What asked for it, and what it asked for. */
  readonly request: string;
  /** Unset while the image is not built yet. */
  readonly imageDigest?: string;
  readonly imageTag?: string;
  readonly phase: Phase;
  readonly outcome?: Outcome;
  readonly reason?: string;
  /** The reason in a sentence. */
  readonly text?: string;
  readonly startedAt: string;
  readonly endedAt?: string;
  /** From the request to the end, or to now; seconds. */
  readonly durationSeconds: number;
  readonly endpointName?: string;
  /** The configuration that holds the canary. */
  readonly endpointConfigName?: string;
  readonly stable?: string;
  readonly canary?: string;
  /** What a person is asked now, and what an answer must name. */
  readonly approval?: { readonly for: 'rollout' | number; readonly expiresAt: string; readonly onExpiry: string };
  /** What was agreed to, oldest first; by a person's ARN, or by `expiry`. */
  readonly approved: readonly { readonly for: 'rollout' | number; readonly by: string; readonly at: string }[];
  readonly pausedBy?: string;
  /** Share of the delivery's traffic the canary was last proved to have, percent. */
  readonly canaryPercent: number;
  /** What it is made of so far. */
  readonly candidate: {
    readonly source?: string;
    readonly buildId?: string;
    readonly trainingJobName?: string;
    /** How far the training job is, in SageMaker's words. */
    readonly progress?: string;
    readonly packageArn?: string;
    readonly findings?: Readonly<Record<string, number>>;
  };
  readonly trainingMetrics: Readonly<Record<string, number>>;
  readonly steps: readonly {
    readonly canaryPercent: number;
    readonly bakeSeconds: number;
    readonly verifiedAt?: string;
    readonly passedAt?: string;
    readonly verdicts: readonly GateVerdict[];
  }[];
  readonly entries: readonly Pick<Entry, 'seq' | 'at' | 'kind' | 'text' | 'evidence' | 'by'>[];
  /** What is wrong with the record's chain; unset when it is whole, or when the entries were not asked for. */
  readonly ledgerFlaw?: string;
}

const iso = (ms: number): string => new Date(ms).toISOString();

function candidateView({ candidate }: Rollout): RolloutView['candidate'] {
  const { source, buildId, trainingJobName, progress, packageArn, findings } = candidate;
  return {
    ...(source && { source: `${source.location}${source.version === undefined ? '' : ` at ${source.version}`}` }),
    ...(buildId !== undefined && { buildId }),
    ...(trainingJobName !== undefined && { trainingJobName }),
    ...(progress !== undefined && { progress }),
    ...(packageArn !== undefined && { packageArn }),
    ...(findings && { findings }),
  };
}

/** @param entries the whole ledger, or an empty list for a summary */
export function rolloutView(rollout: Rollout, entries: readonly Entry[], nowMs: number): RolloutView {
  const { placement, ending, request } = rollout;
  const imageDigest = imageDigestOf(rollout);
  const proved = rollout.steps.filter((step) => step.verifiedAtMs !== undefined).at(-1)?.canaryPercent ?? 0;
  // With the head of the chain a dropped tail is seen as well.
  const flaw =
    entries.length === 0
      ? undefined
      : flawOf(
          // What was written since the rollout was read is none of its business.
          entries.filter((entry) => entry.seq <= rollout.ledger.seq),
          rollout.ledger,
        );
  return {
    id: rollout.id,
    delivery: rollout.delivery,
    revision: rollout.revision,
    request: requestText(request),
    ...(imageDigest !== undefined && { imageDigest }),
    ...(request.kind === 'image' && request.imageTag !== undefined && { imageTag: request.imageTag }),
    phase: rollout.phase,
    ...(rollout.outcome !== undefined && { outcome: rollout.outcome }),
    ...(ending && { reason: ending.reason, text: ending.text }),
    startedAt: iso(rollout.startedAtMs),
    ...(rollout.endedAtMs !== undefined && { endedAt: iso(rollout.endedAtMs) }),
    durationSeconds: Math.round(((rollout.endedAtMs ?? nowMs) - rollout.startedAtMs) / 1000),
    ...(placement && {
      endpointName: placement.endpointName,
      canary: placement.canary,
      ...(placement.configName !== undefined && { endpointConfigName: placement.configName }),
      ...(placement.stable !== undefined && { stable: placement.stable }),
    }),
    ...(rollout.approval && {
      approval: { for: rollout.approval.for, expiresAt: iso(rollout.approval.expiresAtMs), onExpiry: rollout.approval.onExpiry },
    }),
    approved: rollout.approved.map((one) => ({ for: one.for, by: one.by, at: iso(one.atMs) })),
    ...(rollout.paused && { pausedBy: rollout.paused.by }),
    canaryPercent: rollout.outcome === 'RolledBack' ? 0 : proved,
    candidate: candidateView(rollout),
    trainingMetrics: rollout.candidate.metrics ?? {},
    steps: rollout.steps.map((step) => ({
      canaryPercent: step.canaryPercent,
      bakeSeconds: step.bakeSeconds,
      ...(step.verifiedAtMs !== undefined && { verifiedAt: iso(step.verifiedAtMs) }),
      ...(step.passedAtMs !== undefined && { passedAt: iso(step.passedAtMs) }),
      verdicts: step.verdicts,
    })),
    entries: entries.map(({ seq, at, kind, text, evidence, by }) => ({
      seq,
      at,
      kind,
      text,
      ...(evidence && { evidence }),
      ...(by !== undefined && { by }),
    })),
    ...(flaw !== undefined && { ledgerFlaw: flaw }),
  };
}
