import type { ListTagsForResourceCommandInput, ListTagsForResourceOutput } from '@aws-sdk/client-cloudwatch';
import { AwsError } from '../aws-error.ts';
import { defineOperation, type Limits } from '../operation.ts';
import type { CloudWatchState } from './state.ts';

export const tagLimits: Limits = { Tags: { max: 50 }, 'Tags[].Key': { min: 1, max: 128 }, 'Tags[].Value': { min: 0, max: 256 } };

/** The tags an alarm was created with. */
export const listTagsForResource = defineOperation<CloudWatchState, ListTagsForResourceCommandInput, ListTagsForResourceOutput>({
  name: 'ListTagsForResource',
  access: (input) => [{ action: 'cloudwatch:ListTagsForResource', resource: input.ResourceARN ?? '' }],
  limits: { ResourceARN: { min: 1, max: 1024 } },
  run(input, { alarms }) {
    const alarm = alarms.get(input.ResourceARN ?? '');
    if (!alarm || alarm.arn !== input.ResourceARN) {
      throw new AwsError('ResourceNotFoundException', 'Unknown', { status: 404, fields: { ResourceId: input.ResourceARN, ResourceType: 'alarm' } });
    }
    return { Tags: alarm.tags.map((tag) => ({ ...tag })) };
  },
});
