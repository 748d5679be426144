import { describe, expect, test } from 'vitest';
import type { EndpointDescription } from '../../src/ports/endpoints.ts';
import { isUnderWay, type Move, prove } from '../../src/rollout/move.ts';
import { liveEndpoint, liveVariant, noonMs } from './fixture.ts';

const update: Move = { kind: 'update', configName: 'churn-2', previousConfigName: 'churn-1', requestedAtMs: noonMs };
const weights: Move = {
  kind: 'weights',
  configName: 'churn-2',
  weights: [
    { VariantName: 'churn-a', DesiredWeight: 90 },
    { VariantName: 'churn-b', DesiredWeight: 10 },
  ],
  requestedAtMs: noonMs,
};
const ramping = (overrides: Partial<EndpointDescription> = {}) =>
  liveEndpoint({
    EndpointConfigName: 'churn-2',
    ProductionVariants: [liveVariant({ VariantName: 'churn-a', weight: 90 }), liveVariant({ VariantName: 'churn-b', weight: 10 })],
    ...overrides,
  });
const minutes = (count: number) => noonMs + count * 60_000;

describe('prove() an UpdateEndpoint', () => {
  // AWS's states after an UpdateEndpoint and what each means: InService alone is not success.
  test.each<[string, Partial<EndpointDescription>, number, string, string?]>([
    ['InService on the wanted configuration', { EndpointConfigName: 'churn-2' }, 10, 'done'],
    [
      'InService on the old one with a reason',
      { FailureReason: 'The primary container did not pass the ping health check.', LastModifiedTimeMs: minutes(25) },
      26,
      'reverted',
      'did not pass the ping health check',
    ],
    ['InService on the old one without a word', { LastModifiedTimeMs: minutes(10) }, 11, 'reverted', 'returned to churn-1 without giving a reason'],
    [
      'InService on the wanted one with an older failure’s reason',
      { EndpointConfigName: 'churn-2', FailureReason: 'Request to service failed.' },
      10,
      'done',
    ],
    ['InService on a third configuration', { EndpointConfigName: 'by-hand' }, 10, 'mismatch', 'EndpointConfigName is "by-hand", expected "churn-2"'],
    ['Failed', { EndpointStatus: 'Failed', FailureReason: 'no capacity' }, 10, 'failed', 'no capacity'],
    ['UpdateRollbackFailed', { EndpointStatus: 'UpdateRollbackFailed' }, 10, 'failed', 'UpdateRollbackFailed'],
    ['OutOfService', { EndpointStatus: 'OutOfService' }, 10, 'failed', 'OutOfService'],
    ['Deleting', { EndpointStatus: 'Deleting' }, 10, 'failed', 'Deleting'],
    ['Updating', { EndpointStatus: 'Updating' }, 10, 'pending', 'Updating'],
    ['RollingBack', { EndpointStatus: 'RollingBack' }, 10, 'pending', 'RollingBack'],
    ['SystemUpdating: AWS’s own maintenance', { EndpointStatus: 'SystemUpdating' }, 600, 'pending', 'SystemUpdating'],
  ])('%s', (_state, endpoint, minute, answer, text) => {
    const proof = prove(update, liveEndpoint(endpoint), minutes(minute));
    expect(proof.answer).toBe(answer);
    if (text !== undefined) expect(proof).toMatchObject({ text: expect.stringContaining(text) as string });
  });

  test('waits while the old state may still be read', () => {
    expect(prove(update, liveEndpoint(), noonMs + 5000).answer).toBe('pending');
  });

  test('does not take the reason of an earlier failure for this update’s', () => {
    const stale = liveEndpoint({ FailureReason: 'last week’s', LastModifiedTimeMs: noonMs - 86_400_000 });
    expect(prove(update, stale, noonMs + 5000).answer).toBe('pending');
    expect(prove(update, { ...stale, LastModifiedTimeMs: noonMs + 3000 }, noonMs + 5000).answer).toBe('reverted');
  });

  test('is pending while counts or weights are not yet what the endpoint itself wants, and a mismatch if they stay so', () => {
    const halfway = liveEndpoint({ EndpointConfigName: 'churn-2', ProductionVariants: [liveVariant({ CurrentInstanceCount: 0 })] });
    expect(prove(update, halfway, noonMs + 5000).answer).toBe('pending');
    expect(prove(update, halfway, minutes(5))).toMatchObject({
      answer: 'mismatch',
      text: expect.stringContaining('0 instances, desired 1') as string,
    });
  });
});

describe('prove() a CreateEndpoint', () => {
  const create: Move = { kind: 'create', configName: 'churn-1', requestedAtMs: noonMs };
  test('waits for the endpoint to be seen, then for it to serve', () => {
    expect(prove(create, undefined, noonMs + 5000).answer).toBe('pending');
    expect(prove(create, liveEndpoint({ EndpointStatus: 'Creating' }), minutes(5)).answer).toBe('pending');
    expect(prove(create, liveEndpoint(), minutes(8)).answer).toBe('done');
  });
  test('fails in AWS’s words, or because nothing came', () => {
    expect(prove(create, liveEndpoint({ EndpointStatus: 'Failed', FailureReason: 'ping health check' }), minutes(25))).toEqual({
      answer: 'failed',
      text: 'ping health check',
    });
    expect(prove(create, undefined, minutes(5))).toEqual({ answer: 'failed', text: 'the endpoint does not exist' });
  });
});

describe('prove() weights', () => {
  test('is done when current and desired are what was asked', () => expect(prove(weights, ramping(), minutes(1)).answer).toBe('done'));
  test('takes weights as SageMaker stores them: 32-bit floats', () => {
    const asked: Move = { ...weights, weights: [{ VariantName: 'churn-b', DesiredWeight: 0.1 }] };
    const read = ramping({ ProductionVariants: [liveVariant({ VariantName: 'churn-b', weight: Math.fround(0.1) })] });
    expect(prove(asked, read, minutes(5)).answer).toBe('done');
  });
  test('sees a foreign hand on the weights', () => {
    const moved = ramping({
      ProductionVariants: [liveVariant({ VariantName: 'churn-a', weight: 90 }), liveVariant({ VariantName: 'churn-b', weight: 40 })],
    });
    expect(prove(weights, moved, minutes(5))).toEqual({ answer: 'mismatch', text: 'variant churn-b has weight 40, asked for 10' });
  });
  test('sees a variant that went missing', () => {
    expect(prove(weights, ramping({ ProductionVariants: [liveVariant({ VariantName: 'churn-a', weight: 90 })] }), minutes(5))).toMatchObject({
      answer: 'mismatch',
      text: expect.stringContaining('variant churn-b is gone') as string,
    });
  });
  test('sees another configuration come into force meanwhile', () => {
    expect(prove(weights, ramping({ EndpointConfigName: 'by-hand' }), minutes(5)).answer).toBe('mismatch');
  });
});

describe('prove() capacity', () => {
  const capacity: Move = { kind: 'capacity', configName: 'churn-2', variantName: 'churn-a', instanceCount: 1, requestedAtMs: noonMs };
  test('is done at the count, and not before', () => {
    const at = (count: number) => ramping({ ProductionVariants: [liveVariant({ VariantName: 'churn-a', weight: 0, count })] });
    expect(prove(capacity, at(1), minutes(1)).answer).toBe('done');
    expect(prove(capacity, at(3), minutes(5))).toEqual({ answer: 'mismatch', text: 'variant churn-a has 3 instances, asked for 1' });
  });
});

describe('isUnderWay()', () => {
  test('knows an update that is pending or in force, so that it is asked for once', () => {
    expect(isUnderWay(update, liveEndpoint({ EndpointStatus: 'Updating', PendingConfigName: 'churn-2' }))).toBe(true);
    expect(isUnderWay(update, liveEndpoint({ EndpointConfigName: 'churn-2' }))).toBe(true);
    expect(isUnderWay(update, liveEndpoint())).toBe(false);
  });
  test('knows weights that are desired already, though not yet current', () => {
    const asked = ramping({
      EndpointStatus: 'Updating',
      ProductionVariants: [
        liveVariant({ VariantName: 'churn-a', CurrentWeight: 100, DesiredWeight: 90 }),
        liveVariant({ VariantName: 'churn-b', CurrentWeight: 0, DesiredWeight: 10 }),
      ],
    });
    expect(isUnderWay(weights, asked)).toBe(true);
    expect(isUnderWay(weights, ramping({ ProductionVariants: [liveVariant({ VariantName: 'churn-a', weight: 100 })] }))).toBe(false);
  });
});
