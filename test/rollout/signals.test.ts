import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { SignalEvent, toSignal } from '../../src/rollout/signals.ts';

const sample = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(new URL(`../events/${name}.json`, import.meta.url), 'utf8')) as Record<string, unknown>; // An EventBridge event.
const signalOf = (event: unknown) => toSignal(z.parse(SignalEvent, event));

describe('toSignal()', () => {
  // Keys: what a rollout that asked for this job, endpoint or alarm waits with.
  test.each([
    ['sagemaker-training-job-completed', 'training-job/fraud-score-2026-10-05-07-10', 'training-Completed', 'Completed', '2026-10-05T07:25:11.000Z'],
    ['sagemaker-training-job-failed', 'training-job/fraud-score-2026-10-05-07-10', 'training-Failed', 'Failed', '2026-10-05T07:25:11.000Z'],
    [
      'sagemaker-training-job-in-progress',
      'training-job/fraud-score-2026-10-05-07-10',
      'training-InProgress',
      'InProgress',
      '2026-10-05T07:25:11.000Z',
    ],
    [
      'sagemaker-endpoint-state-change-in-service',
      'endpoint/fraud-score',
      'endpoint-IN_SERVICE-fraud-score-r8',
      'IN_SERVICE',
      '2026-10-05T09:10:00.000Z',
    ],
    ['sagemaker-endpoint-state-change-failed', 'endpoint/fraud-score', 'endpoint-FAILED-fraud-score-r7', 'FAILED', '2026-10-05T09:40:00.000Z'],
    ['sagemaker-endpoint-state-change-updating', 'endpoint/fraud-score', 'endpoint-UPDATING-fraud-score-r7', 'UPDATING', '2026-10-05T09:02:00.000Z'],
  ])('%s', (name, key, id, state, at) => {
    const { atMs, ...signal } = signalOf(sample(name));
    expect(signal).toMatchObject({ key, id, state });
    expect(new Date(atMs).toISOString()).toBe(at);
  });

  test.each([
    ['cloudwatch-alarm-state-change-metric', 'fraud-score-canary-5xx'],
    ['cloudwatch-alarm-state-change-math', 'fraud-score-canary-error-rate'],
    ['cloudwatch-alarm-state-change-composite', 'fraud-score-canary-bad'],
    ['cloudwatch-alarm-state-change-first', 'fraud-score-canary-5xx'],
  ])('%s: the moment is the state’s own, not the event’s', (name, alarmName) => {
    const event = sample(name);
    const { state } = event['detail'] as { state: { value: string; timestamp: string; reason: string } }; // As CloudWatch sends it.
    const signal = signalOf(event);
    expect(signal).toMatchObject({ key: `alarm/${alarmName}`, id: `alarm-${alarmName}-${state.value}`, state: state.value, text: state.reason });
    expect(new Date(signal.atMs).toISOString().slice(0, 19)).toBe(state.timestamp.slice(0, 19));
  });

  test.each([
    ['ecr-image-scan-complete', {}, `image/sha256:${'5f3c'.repeat(16)}`, 'COMPLETE'],
    ['ecr-image-action-push-untagged', {}, 'pushes/models/fraud-score', undefined],
    ['ecr-image-action-push', { 'image-tag': `sha256-${'a'.repeat(64)}.sig` }, `image/sha256:${'a'.repeat(64)}`, undefined],
    ['ecr-image-action-push', { 'image-tag': `sha256-${'a'.repeat(64)}` }, `image/sha256:${'a'.repeat(64)}`, undefined],
  ])('%s is news of an image, or of its repository where the event does not say of which', (name, detail, key, state) => {
    const event = sample(name);
    const { state: said, key: found } = signalOf({ ...event, detail: { ...(event['detail'] as object), ...detail } });
    expect([found, said]).toEqual([key, state]);
  });

  test('is the same signal when AWS sends an event again under another id', () => {
    const event = sample('sagemaker-endpoint-state-change-in-service');
    expect(signalOf({ ...event, id: 'another' })).toEqual(signalOf(event));
  });

  test('finds an endpoint under its key whether AWS writes its name in lower case or not', () => {
    const event = sample('sagemaker-endpoint-state-change-in-service');
    const detail = { ...(event['detail'] as object), EndpointName: 'Fraud-Score' };
    expect(signalOf({ ...event, detail }).key).toBe('endpoint/fraud-score');
  });

  test.each(['ecr-image-action-push', 'sagemaker-endpoint-config-state-change', 'events-scheduled-rule'])('%s is no signal', (name) =>
    expect(z.safeParse(SignalEvent, sample(name)).success).toBe(false),
  );
});
