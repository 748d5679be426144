import type { GetQueueAttributesCommandInput, GetQueueAttributesResult } from '@aws-sdk/client-sqs';
import { AwsError } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { attributesOf } from './attributes.ts';
import { queueAccess, queueAt, type SqsState } from './state.ts';

const optional = ['Policy', 'RedrivePolicy', 'RedriveAllowPolicy', 'KmsMasterKeyId', 'KmsDataKeyReusePeriodSeconds'];

export const getQueueAttributes = defineOperation<SqsState, GetQueueAttributesCommandInput, GetQueueAttributesResult>({
  name: 'GetQueueAttributes',
  access: queueAccess('GetQueueAttributes'),
  run(input, state) {
    const all = attributesOf(queueAt(state, input.QueueUrl));
    const asked: readonly string[] = input.AttributeNames ?? [];
    const unknown = asked.find((name) => name !== 'All' && !(name in all) && !optional.includes(name));
    if (unknown !== undefined) throw new AwsError('InvalidAttributeName', `Unknown Attribute ${unknown}.`);
    const names = asked.includes('All') ? Object.keys(all) : asked.filter((name) => name in all);
    return names.length === 0 ? {} : { Attributes: Object.fromEntries(names.map((name) => [name, all[name] ?? ''])) };
  },
});
