import type { ListTagsForResourceCommandInput, ListTagsForResourceCommandOutput } from '@aws-sdk/client-sfn';
import { AwsError } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { readArn } from './arns.ts';
import type { StateMachine, StatesState } from './state.ts';

/** @throws AwsError `InvalidArn`, `ResourceNotFound` */
export function findTagged(arn: string, { machines }: StatesState): StateMachine {
  readArn(arn, 'stateMachine');
  const machine = machines.get(arn);
  if (machine === undefined) throw new AwsError('ResourceNotFound', `Resource not found: '${arn}'`, { fields: { resourceName: arn } });
  return machine;
}

export const listTagsForResource = defineOperation<StatesState, ListTagsForResourceCommandInput, Omit<ListTagsForResourceCommandOutput, '$metadata'>>(
  {
    name: 'ListTagsForResource',
    access: ({ resourceArn }) => [{ action: 'states:ListTagsForResource', resource: resourceArn ?? '' }],
    limits: { resourceArn: { min: 1, max: 256 } },
    run: ({ resourceArn = '' }, state) => ({ tags: [...findTagged(resourceArn, state).tags].map(([key, value]) => ({ key, value })) }),
  },
);
