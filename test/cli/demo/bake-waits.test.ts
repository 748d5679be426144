import type { HistoryEvent } from '@aws-sdk/client-sfn';
import { describe, expect, test } from 'vitest';
import { bakeWaits } from '../../../src/cli/demo/bake-waits.ts';

const noonMs = Date.UTC(2026, 0, 1, 12);
const names = { resourceType: 'lambda', resource: 'invoke.waitForTaskToken' };

/** A history as Step Functions gives it; seconds after noon. */
const history = (...events: readonly (readonly [seconds: number, type: HistoryEvent['type'], details?: Partial<HistoryEvent>])[]): HistoryEvent[] =>
  events.map(([seconds, type, details], index) => ({ id: index + 1, timestamp: new Date(noonMs + seconds * 1000), type, ...details }));

const entered = (seconds: number, name: string) => [seconds, 'TaskStateEntered', { stateEnteredEventDetails: { name } }] as const;
const scheduled = (seconds: number, timeoutInSeconds: number) =>
  [seconds, 'TaskScheduled', { taskScheduledEventDetails: { ...names, region: 'eu-west-1', parameters: '{}', timeoutInSeconds } }] as const;
const succeeded = (seconds: number, output: unknown) =>
  [seconds, 'TaskSucceeded', { taskSucceededEventDetails: { ...names, output: JSON.stringify(output) } }] as const;

describe('bakeWaits()', () => {
  test('tells a wait that ran out from one that was woken, and by what', () => {
    const events = history(
      entered(0, 'Bake'),
      scheduled(0, 60),
      [1, 'TaskSubmitted'],
      [60, 'TaskTimedOut', { taskTimedOutEventDetails: { ...names, error: 'States.Timeout' } }],
      entered(61, 'Evaluate gates'),
      scheduled(61, 900),
      succeeded(63, { Payload: { answer: 'wait' } }),
      entered(64, 'Bake'),
      scheduled(64, 60),
      [65, 'TaskSubmitted'],
      succeeded(90, { woken: 'alarm/churn-b-accuracy' }),
    );
    const atMs = (seconds: number) => noonMs + seconds * 1000;
    expect(bakeWaits(events)).toEqual([
      { parkedAtMs: atMs(0), nextLookAtMs: atMs(60), endedAtMs: atMs(60) },
      { parkedAtMs: atMs(64), nextLookAtMs: atMs(124), endedAtMs: atMs(90), wokenBy: 'alarm/churn-b-accuracy' },
    ]);
  });

  test('leaves out waits of other states, and one that is not over', () => {
    expect(
      bakeWaits(
        history(entered(0, 'Await shift'), scheduled(0, 60), succeeded(9, { woken: 'endpoint/churn' }), entered(10, 'Bake'), scheduled(10, 60)),
      ),
    ).toEqual([]);
  });
});
