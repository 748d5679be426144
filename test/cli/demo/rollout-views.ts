import type { RolloutView } from '../../../src/view/rollout-view.ts';

export const digest = `sha256:${'3f'.repeat(32)}`;
type Entries = RolloutView['entries'];

const entry = (seq: number, kind: Entries[number]['kind'], text: string, more: Partial<Entries[number]> = {}): Entries[number] => ({
  seq,
  at: new Date(Date.UTC(2026, 0, 1, 12, seq)).toISOString(),
  kind,
  text,
  ...more,
});

const step = (canaryPercent: number): RolloutView['steps'][number] => ({ canaryPercent, bakeSeconds: 300, verdicts: [] });

const view = (told: Partial<RolloutView>): RolloutView => ({
  id: 'churn-3f3f3f3f3f3f-1',
  delivery: 'churn',
  revision: 4,
  request: 'image-pushed: models/churn:v2',
  imageDigest: digest,
  phase: 'Promoting',
  startedAt: '2026-01-01T12:00:00.000Z',
  durationSeconds: 1200,
  approved: [],
  canaryPercent: 0,
  candidate: {},
  trainingMetrics: {},
  steps: [],
  entries: [],
  ...told,
});

/** The answer of somebody with an account, to what was asked before the third step. */
export const approval = {
  by: 'arn:aws:iam::000000000000:user/administrator',
  act: { kind: 'approve', reason: 'looks right', answers: { for: 2, imageDigest: digest, revision: 4 } },
};

/** A rollout that asked before 100 %, was answered, and succeeded. @param answer what the record says of the answer; null where it has none */
export const promotedView = (answer: { readonly by: string; readonly act: unknown } | null = approval): RolloutView =>
  view({
    outcome: 'Succeeded',
    reason: 'promoted',
    steps: [step(10), step(50), step(100)],
    entries: [
      entry(1, 'shift-decided', 'step 2: 50 % to churn-b'),
      entry(2, 'approval-asked', 'asks a person to approve step 3', { evidence: { for: 2 } }),
      ...(answer ? [entry(3, 'act-heard', 'approve: looks right', { by: answer.by, evidence: { act: answer.act } })] : []),
      entry(4, 'shift-decided', 'step 3: 100 % to churn-b'),
    ],
  });

/** A rollout that a gate ended at its first step. */
export const rolledBackView = (told: Partial<RolloutView> = {}): RolloutView =>
  view({ outcome: 'RolledBack', reason: 'worse-than-stable', steps: [step(10)], ...told });
