import { describe, expect, test } from 'vitest';
import { rampOf } from '../../../src/cli/demo/ramp.ts';
import { promotedView, rolledBackView } from './rollout-views.ts';

/** Decided at 12:01, baked from 12:01:30 to 12:02, a person asked at 12:02 who answered at 12:03; proved at the end to have all of the traffic. */
const steps = [
  { canaryPercent: 50, bakeSeconds: 300, verifiedAt: '2026-01-01T12:01:30.000Z', passedAt: '2026-01-01T12:02:00.000Z', verdicts: [] },
  { canaryPercent: 100, bakeSeconds: 300, verifiedAt: '2026-01-01T12:09:30.000Z', verdicts: [] },
];

describe('rampOf()', () => {
  test('is the time from the first shift to all of the traffic, without what a person took to answer; its strategy’s part is the bakes and a minute a shift', () => {
    expect(rampOf({ ...promotedView(), stable: 'churn-a', steps })).toEqual({ seconds: 450, pacedSeconds: 150, awaitedSeconds: 60 });
  });

  test('waits for nobody where nobody was asked', () => {
    const view = promotedView();
    const entries = view.entries.filter(({ kind }) => kind === 'shift-decided');
    expect(rampOf({ ...view, stable: 'churn-a', steps, entries })).toEqual({ seconds: 510, pacedSeconds: 150, awaitedSeconds: 0 });
  });

  test('is none of a canary that never had all of the traffic, nor of a first deployment, which had it from the start', () => {
    expect(rampOf({ ...rolledBackView(), stable: 'churn-a' })).toBeUndefined();
    expect(rampOf({ ...promotedView(), stable: 'churn-a', steps: steps.slice(0, 1) })).toBeUndefined();
    expect(rampOf({ ...promotedView(), steps })).toBeUndefined();
  });
});
