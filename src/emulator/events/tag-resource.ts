import type { TagResourceRequest } from '@aws-sdk/client-eventbridge';
import { defineOperation } from '../operation.ts';
import { arn } from './limits.ts';
import { type EventsState, type Given, tagsOf } from './state.ts';
import { tagsAt } from './tags.ts';

export const tagResource = defineOperation<EventsState, Given<TagResourceRequest, 'ResourceARN' | 'Tags'>, object>({
  name: 'TagResource',
  access: ({ ResourceARN }) => [{ action: 'events:TagResource', resource: ResourceARN }],
  limits: { ResourceARN: arn, 'Tags[].Key': { min: 1, max: 128 }, 'Tags[].Value': { max: 256 } },
  run({ ResourceARN, Tags }, state) {
    const tags = tagsAt(state, ResourceARN);
    for (const [key, value] of tagsOf(Tags)) tags.set(key, value);
    return {};
  },
});
