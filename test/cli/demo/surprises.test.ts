import { describe, expect, test } from 'vitest';
import type { Chapter } from '../../../src/cli/demo/chapters.ts';
import type { RolloutSummary } from '../../../src/cli/demo/events.ts';
import { surprisesOf, surprisingRamp } from '../../../src/cli/demo/surprises.ts';
import { approval, promotedView, rolledBackView } from './rollout-views.ts';

const asksOne: Chapter = {
  tag: 'v2',
  changes: [],
  text: '',
  approval: 'looks right',
  expected: { outcome: 'Succeeded', reasons: ['promoted'] },
};
const isInterrupted: Chapter = { tag: 'v4', changes: [], text: '', expected: { outcome: 'RolledBack', reasons: ['alarm-firing'] } };
const isStopped: Chapter = {
  tag: 'v3',
  changes: [],
  text: '',
  expected: { outcome: 'RolledBack', reasons: ['worse-than-stable', 'worse-than-history'] },
};

describe('surprisesOf()', () => {
  test('finds nothing where all went as told', () => {
    expect(surprisesOf(asksOne, promotedView(), undefined)).toEqual([]);
    expect(surprisesOf(isStopped, rolledBackView(), undefined)).toEqual([]);
    expect(surprisesOf(isStopped, rolledBackView({ reason: 'worse-than-history' }), undefined)).toEqual([]);
  });

  test('tells another outcome, another reason, a later step, a broken record', () => {
    expect(surprisesOf(isStopped, rolledBackView({ reason: 'alarm-firing', text: 'an alarm fired' }), undefined)).toEqual([
      'v3 was to end RolledBack (worse-than-stable or worse-than-history), it ended RolledBack (alarm-firing): an alarm fired',
    ]);
    const step = { canaryPercent: 10, bakeSeconds: 300, verdicts: [] };
    expect(surprisesOf(isStopped, rolledBackView({ steps: [step, step] }), undefined)).toEqual([
      'v3 was to be stopped at its first step, it came to step 2',
    ]);
    expect(surprisesOf(isStopped, rolledBackView({ ledgerFlaw: 'entry 3 is missing' }), undefined)).toEqual([
      'the record of churn-3f3f3f3f3f3f-1 is broken: entry 3 is missing',
    ]);
  });

  test('tells a question nobody was to be asked, and one that was never asked', () => {
    expect(surprisesOf({ ...asksOne, approval: '' }, { ...promotedView(), entries: [] }, undefined)).toEqual([
      'a person was to be asked before v2 gets 100 %, nobody was',
    ]);
    const { approval: _, ...asksNobody } = asksOne;
    expect(surprisesOf(asksNobody, promotedView(), undefined)).toEqual(['nobody was to be asked about v2, but it asks a person to approve step 3']);
  });

  test.each([
    ['no answer before the shift', undefined, 'v2 was to wait for a person before 100 %, it did not'],
    [
      'an answer to another question',
      { ...approval, act: { ...approval.act, answers: { ...approval.act.answers, for: 1 } } },
      'v2 was to be approved for what was asked, the record says: approve: looks right',
    ],
    [
      'an answer for another image',
      { ...approval, act: { ...approval.act, answers: { ...approval.act.answers, imageDigest: 'sha256:0' } } },
      'v2 was to be approved for what was asked, the record says: approve: looks right',
    ],
    ['an expiry', { by: 'expiry', act: undefined }, 'v2 was to be approved for what was asked, the record says: approve: looks right'],
    ['somebody without an ARN', { ...approval, by: 'somebody' }, 'the record was to have the ARN of who approved v2, it has: somebody'],
  ])('tells %s', (_, answer, told) => {
    expect(surprisesOf(asksOne, promotedView(answer ?? null), undefined)).toEqual([told]);
  });

  test.each([
    ['nothing where the alarm fires while the step bakes', '12:02:00', []],
    [
      'an alarm that fired before the canary was proved to have its traffic',
      '11:59:59',
      ['alarm churn-b-accuracy was to fire in the middle of a bake of v4, it fired at 2026-01-01T11:59:59.000Z'],
    ],
    [
      'an alarm that fired when the bake was over',
      '12:05:01',
      ['alarm churn-b-accuracy was to fire in the middle of a bake of v4, it fired at 2026-01-01T12:05:01.000Z'],
    ],
  ])('tells %s', (_, firedAt, told) => {
    const bake = { canaryPercent: 10, bakeSeconds: 300, verifiedAt: '2026-01-01T12:00:00.000Z', verdicts: [] };
    const interruption = {
      alarmName: 'churn-b-accuracy',
      firedAtMs: Date.parse(`2026-01-01T${firedAt}Z`),
      heardBy: 'event' as const,
      nextLookAtMs: 0,
      undoDecidedAtMs: 0,
    };
    expect(surprisesOf(isInterrupted, rolledBackView({ reason: 'alarm-firing', steps: [bake] }), interruption)).toEqual(told);
  });

  test('tells a rollout that no alarm interrupted, and one whose alarm was too early to', () => {
    expect(surprisesOf(isInterrupted, rolledBackView({ reason: 'over-threshold' }), undefined).at(-1)).toBe(
      'v4 was to be interrupted by an alarm, none did',
    );
    expect(surprisesOf(isInterrupted, rolledBackView({ reason: 'alarm-firing' }), undefined)).toEqual([
      'v4 was to be interrupted by an alarm, it fired before the bake had begun to wait',
    ]);
  });
});

describe('surprisingRamp()', () => {
  const races: Chapter = { tag: 'v5', changes: [], text: '', fasterThan: 'v2', expected: { outcome: 'Succeeded', reasons: ['promoted'] } };
  const summary = (tag: string, pacedSeconds: number | null, rampSeconds: number | null = pacedSeconds): RolloutSummary => ({
    id: `churn-3f3f3f3f3f3f-${tag}`,
    tag,
    imageDigest: 'sha256:3f',
    outcome: 'Succeeded',
    reason: 'promoted',
    canaryRequests: 0,
    canaryFailures: 0,
    alarmToZeroMs: null,
    alarmToZeroWallMs: null,
    rampSeconds,
    pacedSeconds,
    awaitedSeconds: rampSeconds === null ? null : 0,
    durationSeconds: 1200,
  });

  test('finds nothing where the version was faster, and where no pace is told', () => {
    expect(surprisingRamp(races, [summary('v2', 840), summary('v5', 839)])).toEqual([]);
    expect(surprisingRamp(asksOne, [summary('v2', 840)])).toEqual([]);
  });

  test('tells a version whose strategy was not faster, however long the machine took with the other', () => {
    expect(surprisingRamp(races, [summary('v2', 840, 3600), summary('v5', 840)])).toEqual([
      'v5 was to have all of the traffic sooner after its first shift than v2, its strategy took 14m and that of v2 14m',
    ]);
  });

  test('tells a version that never had all of the traffic', () => {
    expect(surprisingRamp(races, [summary('v2', 840), summary('v5', null)])).toEqual(['v5 and v2 were to have all of the traffic, v5 had not']);
  });
});
