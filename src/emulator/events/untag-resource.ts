import type { UntagResourceRequest } from '@aws-sdk/client-eventbridge';
import { defineOperation } from '../operation.ts';
import { arn } from './limits.ts';
import type { EventsState, Given } from './state.ts';
import { tagsAt } from './tags.ts';

export const untagResource = defineOperation<EventsState, Given<UntagResourceRequest, 'ResourceARN' | 'TagKeys'>, object>({
  name: 'UntagResource',
  access: ({ ResourceARN }) => [{ action: 'events:UntagResource', resource: ResourceARN }],
  limits: { ResourceARN: arn, 'TagKeys[]': { min: 1, max: 128 } },
  run({ ResourceARN, TagKeys }, state) {
    const tags = tagsAt(state, ResourceARN);
    for (const key of TagKeys) tags.delete(key);
    return {};
  },
});
