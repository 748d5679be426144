import type { DescribeEventBusRequest, DescribeEventBusResponse } from '@aws-sdk/client-eventbridge';
import { defineOperation } from '../operation.ts';
import { busNameOrArn } from './limits.ts';
import { busArnOf, busOf, type EventsState } from './state.ts';

export const describeEventBus = defineOperation<EventsState, DescribeEventBusRequest, DescribeEventBusResponse>({
  name: 'DescribeEventBus',
  access: ({ Name }, { kernel }) => [{ action: 'events:DescribeEventBus', resource: busArnOf(kernel, Name) }],
  limits: { Name: busNameOrArn },
  run(input, state) {
    const { name, arn, description, createdAtMs } = busOf(state, input.Name);
    return {
      Name: name,
      Arn: arn,
      ...(description !== undefined && { Description: description }),
      CreationTime: new Date(createdAtMs),
      LastModifiedTime: new Date(createdAtMs),
    };
  },
});
