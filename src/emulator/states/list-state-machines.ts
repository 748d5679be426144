import type { ListStateMachinesCommandInput, ListStateMachinesCommandOutput } from '@aws-sdk/client-sfn';
import { defineOperation } from '../operation.ts';
import { pageLimits, pageOf } from './paging.ts';
import type { StatesState } from './state.ts';

export const listStateMachines = defineOperation<StatesState, ListStateMachinesCommandInput, Omit<ListStateMachinesCommandOutput, '$metadata'>>({
  name: 'ListStateMachines',
  access: () => [{ action: 'states:ListStateMachines', resource: '*' }],
  limits: pageLimits,
  run({ maxResults, nextToken }, { machines }) {
    const sorted = [...machines.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    const { items, ...more } = pageOf(sorted, maxResults, nextToken);
    return {
      stateMachines: items.map(({ arn, name, createdAtMs }) => ({
        stateMachineArn: arn,
        name,
        type: 'STANDARD' as const,
        creationDate: new Date(createdAtMs),
      })),
      ...more,
    };
  },
});
