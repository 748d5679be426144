import type { GetExecutionHistoryCommandInput, GetExecutionHistoryCommandOutput, HistoryEvent } from '@aws-sdk/client-sfn';
import { defineOperation } from '../operation.ts';
import { pageLimits, pageOf } from './paging.ts';
import { findExecution, type StatesState } from './state.ts';

export const getExecutionHistory = defineOperation<StatesState, GetExecutionHistoryCommandInput, Omit<GetExecutionHistoryCommandOutput, '$metadata'>>(
  {
    name: 'GetExecutionHistory',
    access: ({ executionArn }) => [{ action: 'states:GetExecutionHistory', resource: executionArn ?? '' }],
    limits: { ...pageLimits, executionArn: { min: 1, max: 256 } },
    run({ executionArn = '', maxResults, nextToken, reverseOrder, includeExecutionData = true }, state) {
      const { events } = findExecution(executionArn, state).history;
      const { items, ...more } = pageOf(reverseOrder ? events.toReversed() : events, maxResults, nextToken);
      return { events: includeExecutionData ? items : items.map(withoutData), ...more };
    },
  },
);

const data = ['input', 'inputDetails', 'output', 'outputDetails', 'parameters', 'assignedVariables', 'assignedVariablesDetails'];

function withoutData(event: HistoryEvent): HistoryEvent {
  const bare = Object.entries(event).map(([name, value]: [string, unknown]) => {
    if (!name.endsWith('EventDetails') || typeof value !== 'object' || value === null) return [name, value];
    return [name, Object.fromEntries(Object.entries(value).filter(([member]) => !data.includes(member)))];
  });
  return Object.fromEntries(bare) as HistoryEvent; // The same event, less some optional members.
}
