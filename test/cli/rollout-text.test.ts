import { describe, expect, test } from 'vitest';
import { rolloutText } from '../../src/cli/rollout-text.ts';
import type { Rollout } from '../../src/rollout/rollout.ts';
import { rolloutView } from '../../src/view/rollout-view.ts';
import { noonMs, rollout, verdict } from '../rollout/fixture.ts';

const baking = (overrides: Partial<Rollout> = {}): Rollout =>
  rollout({
    phase: 'Progressing',
    steps: [
      {
        index: 0,
        canaryPercent: 10,
        bakeSeconds: 300,
        requestedAtMs: noonMs,
        verifiedAtMs: noonMs,
        verdicts: [
          verdict('inconclusive', {
            gate: 'error-rate',
            reason: 'undecided',
            evidence: { canary: { requests: 512, bad: 3 }, lnHarm: -0.123456, requestsNeeded: 688 },
          }),
          verdict('failed', { gate: 'traffic', path: 'gates[1]', reason: 'canary-silent', evidence: {}, observed: true }),
        ],
      },
    ],
    ...overrides,
  });
const text = (of: Rollout) => rolloutText(rolloutView(of, [], noonMs + 60_000));

describe('rolloutText()', () => {
  test('says what each gate says now, with its numbers, and which are only observed', () => {
    expect(text(baking())).toContain(
      'gate      inconclusive: gates[0] error-rate: undecided (canary.requests 512, canary.bad 3, lnHarm -0.1235, requestsNeeded 688)',
    );
    expect(text(baking())).toContain('gate      failed, observed: gates[1] traffic: canary-silent');
  });

  test('says nothing of gates where no step was taken, or all is over', () => {
    expect(text(rollout())).not.toContain('gate ');
    expect(text(baking({ outcome: 'Succeeded', endedAtMs: noonMs, phase: 'Ended' }))).not.toContain('gate ');
  });
});
