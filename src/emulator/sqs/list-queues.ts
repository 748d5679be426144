import type { ListQueuesCommandInput, ListQueuesResult } from '@aws-sdk/client-sqs';
import { defineOperation } from '../operation.ts';
import { invalidParameterValue } from './errors.ts';
import { type SqsState, urlOf } from './state.ts';

export const listQueues = defineOperation<SqsState, ListQueuesCommandInput, ListQueuesResult>({
  name: 'ListQueues',
  access: () => [{ action: 'sqs:ListQueues', resource: '*' }],
  run(input, state) {
    const most = input.MaxResults;
    if (most !== undefined && (most < 1 || most > 1000)) {
      throw invalidParameterValue(`Value ${most} for parameter MaxResults is invalid. Reason: Must be between 1 and 1000, if provided.`);
    }
    const prefix = input.QueueNamePrefix ?? '';
    const after = input.NextToken === undefined ? '' : Buffer.from(input.NextToken, 'base64').toString();
    const names = [...state.queues.keys()].sort().filter((name) => name.startsWith(prefix) && name > after);
    const page = names.slice(0, most ?? 1000);
    const last = page.at(-1);
    return {
      ...(page.length > 0 && { QueueUrls: page.map((name) => urlOf(state, name)) }),
      // Without MaxResults SQS gives up to 1,000 queues and no token.
      ...(most !== undefined && names.length > page.length && last !== undefined && { NextToken: Buffer.from(last).toString('base64') }),
    };
  },
});
