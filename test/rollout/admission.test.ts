import { describe, expect, test } from 'vitest';
import type { Attempt, DeliveryHead } from '../../src/ports/rollouts.ts';
import { admit as admitUnder, rolloutIdOf } from '../../src/rollout/admission.ts';
import type { RolloutRequest } from '../../src/triggers/trigger.ts';
import { digestOf, noonMs, request } from './fixture.ts';

const head = (overrides: Partial<DeliveryHead> = {}): DeliveryHead => ({
  name: 'churn',
  version: 1,
  revision: 1,
  endpointName: 'churn',
  ...overrides,
});
const ended: Attempt = { attempt: 2, rolloutId: 'churn-bbbbbbbbbbbb-2', open: false, endedAtMs: noonMs };

/** Under the default policy. */
const admit = (head: DeliveryHead, last: Attempt | undefined, wanted: ReturnType<typeof request>) => admitUnder(head, last, wanted, 'reject');

describe('admit()', () => {
  test('starts the first attempt', () => expect(admit(head(), undefined, request())).toEqual({ answer: 'start', attempt: 1 }));

  test('answers with the open rollout of the same image, however often the event comes', () => {
    const open = { attempt: 1, rolloutId: 'churn-bbbbbbbbbbbb-1', open: true };
    expect(admit(head({ openRolloutId: open.rolloutId }), open, request())).toEqual({ answer: 'same', rolloutId: open.rolloutId });
  });

  test('ignores an image that is live', () => {
    expect(admit(head({ liveDigest: digestOf('b'), liveRolloutId: 'churn-bbbbbbbbbbbb-1' }), undefined, request())).toMatchObject({
      answer: 'ignore',
      reason: 'already-live',
    });
  });

  test('ignores an event from before the last attempt ended, and starts the next attempt after it', () => {
    expect(admit(head(), ended, request({ occurredAtMs: noonMs }))).toMatchObject({ answer: 'ignore', reason: 'older-than-last-attempt' });
    expect(admit(head(), ended, request({ occurredAtMs: noonMs + 1 }))).toEqual({ answer: 'start', attempt: 3 });
  });

  test('rejects while another image is being rolled out, under a number of its own', () => {
    expect(admit(head({ openRolloutId: 'churn-cccccccccccc-1' }), undefined, request())).toMatchObject({
      answer: 'reject',
      reason: 'busy',
      attempt: 1,
    });
    expect(admit(head({ openRolloutId: 'churn-cccccccccccc-1' }), ended, request({ occurredAtMs: noonMs + 1 }))).toMatchObject({
      answer: 'reject',
      attempt: 3,
      text: expect.stringContaining('churn-cccccccccccc-1') as string,
    });
  });

  test('ignores what is older than what serves, is under way or waits: its event was late', () => {
    const late = (wanted: RolloutRequest, occurredAtMs: number) =>
      admitUnder(head({ liveDigest: digestOf('c') }), undefined, { ...wanted, occurredAtMs }, 'queue', {
        rolloutId: 'churn-cccccccccccc-1',
        occurredAtMs: noonMs + 999,
      });
    expect(late(request(), noonMs - 1)).toMatchObject({
      answer: 'ignore',
      reason: 'older-than-another',
      text: expect.stringContaining('is older than that of churn-cccccccccccc-1: a late event') as string,
    });
    // Times of events are whole seconds: what is as old is not older.
    expect(late(request(), noonMs)).toMatchObject({ answer: 'start' });
    const retrain = { kind: 'retrain', trigger: 'schedule', because: 'due', dedupeKey: 'schedule/x', occurredAtMs: noonMs } as const;
    expect(late(retrain, noonMs - 1), 'to train anew has no order: it takes what serves').toMatchObject({ answer: 'start' });
  });

  test('takes back an image that was live before another one', () => {
    expect(admit(head({ liveDigest: digestOf('c') }), ended, request({ occurredAtMs: noonMs + 1 }))).toEqual({ answer: 'start', attempt: 3 });
  });
});

describe('rolloutIdOf()', () => {
  test('is <delivery>-<digest12>-<attempt>', () => expect(rolloutIdOf('churn', digestOf('b'), 3)).toBe('churn-bbbbbbbbbbbb-3'));
  test('fits SageMaker’s 63 characters for the longest delivery name and its pattern for models and training jobs', () => {
    const id = rolloutIdOf('d'.repeat(40), digestOf('b'), 99_999_999);
    expect(id.length).toBeLessThanOrEqual(63);
    expect(id).toMatch(/^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/);
  });

  test('queues behind the open rollout where the delivery says so', () => {
    const busy = head({ openRolloutId: 'churn-cccccccccccc-1' });
    expect(admitUnder(busy, undefined, request(), 'queue')).toEqual({ answer: 'queue', attempt: 1 });
    expect(admitUnder(busy, undefined, request(), 'supersede')).toEqual({ answer: 'queue', attempt: 1 });
    expect(admitUnder(head(), undefined, request(), 'queue')).toEqual({ answer: 'start', attempt: 1 });
  });
});
