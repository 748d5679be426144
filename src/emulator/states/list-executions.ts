import type { ListExecutionsCommandInput, ListExecutionsCommandOutput } from '@aws-sdk/client-sfn';
import { notEmulated, validationException } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { pageLimits, pageOf } from './paging.ts';
import { findMachine, type StatesState } from './state.ts';

/** Newest first. */
export const listExecutions = defineOperation<StatesState, ListExecutionsCommandInput, Omit<ListExecutionsCommandOutput, '$metadata'>>({
  name: 'ListExecutions',
  access: ({ stateMachineArn }) => [{ action: 'states:ListExecutions', resource: stateMachineArn ?? '*' }],
  limits: {
    ...pageLimits,
    nextToken: { min: 1, max: 3_096 },
    statusFilter: { oneOf: ['SUCCEEDED', 'TIMED_OUT', 'PENDING_REDRIVE', 'ABORTED', 'FAILED', 'RUNNING'] },
  },
  run({ stateMachineArn, statusFilter, maxResults, nextToken, mapRunArn, redriveFilter }, state) {
    if (mapRunArn !== undefined || redriveFilter !== undefined) throw notEmulated('map runs and redriven executions');
    if (stateMachineArn === undefined) throw validationException('Must provide a StateMachine ARN or a MapRun ARN');
    const { arn } = findMachine(stateMachineArn, state);
    const own = [...state.executions.values()].filter((execution) => execution.stateMachineArn === arn);
    const asked = own.filter(({ status }) => statusFilter === undefined || status === statusFilter).toReversed();
    const { items, ...more } = pageOf(asked, maxResults, nextToken);
    return {
      executions: items.map((execution) => ({
        executionArn: execution.arn,
        stateMachineArn: arn,
        name: execution.name,
        status: execution.status,
        startDate: new Date(execution.startedAtMs),
        ...(execution.stoppedAtMs === undefined ? {} : { stopDate: new Date(execution.stoppedAtMs) }),
        redriveCount: 0,
      })),
      ...more,
    };
  },
});
