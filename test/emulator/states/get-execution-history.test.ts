import type { GetExecutionHistoryCommandOutput } from '@aws-sdk/client-sfn';
import { describe, expect, it } from 'vitest';
import { machine, refusal, statesWorld } from './states.ts';

const three = machine({ A: { Type: 'Pass', Assign: { v: 1 }, Next: 'B' }, B: { Type: 'Pass', Next: 'C' }, C: { Type: 'Succeed' } });

describe('GetExecutionHistory', () => {
  it('comes in pages, forwards and backwards', async () => {
    const world = statesWorld();
    const executionArn = await world.start(three);
    const page = (more: Record<string, unknown>) =>
      world.ask<GetExecutionHistoryCommandOutput>('GetExecutionHistory', { executionArn, maxResults: 3, ...more });
    for (const [reverseOrder, wanted] of [
      [false, [1, 2, 3, 4, 5, 6, 7, 8]],
      [true, [8, 7, 6, 5, 4, 3, 2, 1]],
    ] as const) {
      const ids: (number | undefined)[] = [];
      let nextToken: string | undefined;
      do {
        const answer = await page({ reverseOrder, ...(nextToken === undefined ? {} : { nextToken }) });
        expect(answer.events?.length).toBeLessThanOrEqual(3);
        ids.push(...(answer.events ?? []).map(({ id }) => id));
        nextToken = answer.nextToken;
      } while (nextToken !== undefined);
      expect(ids).toEqual(wanted);
    }
    expect((await refusal(page({ nextToken: 'nonsense' }))).code).toBe('InvalidToken');
  });

  it('leaves payloads out when asked to', async () => {
    const world = statesWorld();
    const executionArn = await world.start(three);
    const { events } = await world.ask<GetExecutionHistoryCommandOutput>('GetExecutionHistory', { executionArn, includeExecutionData: false });
    expect(events?.[0]?.executionStartedEventDetails).toEqual({ roleArn: 'arn:aws:iam::000000000000:role/machine' });
    expect(events?.[2]?.stateExitedEventDetails).toEqual({ name: 'A' });
  });
});
