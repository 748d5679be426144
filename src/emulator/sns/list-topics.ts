import type { ListTopicsCommandInput, ListTopicsResponse } from '@aws-sdk/client-sns';
import { defineOperation } from '../operation.ts';
import { pageOf } from './page.ts';
import type { SnsState } from './state.ts';

export const listTopics = defineOperation<SnsState, ListTopicsCommandInput, ListTopicsResponse>({
  name: 'ListTopics',
  access: () => [{ action: 'sns:ListTopics', resource: '*' }],
  run(input, { topics }) {
    const { page, next } = pageOf([...topics.keys()].sort(), input.NextToken);
    return { Topics: page.map((TopicArn) => ({ TopicArn })), ...next };
  },
});
