import type { ListTagsForResourceRequest, ListTagsForResourceResponse } from '@aws-sdk/client-eventbridge';
import { defineOperation } from '../operation.ts';
import { arn } from './limits.ts';
import type { EventsState, Given } from './state.ts';
import { tagsAt } from './tags.ts';

export const listTagsForResource = defineOperation<EventsState, Given<ListTagsForResourceRequest, 'ResourceARN'>, ListTagsForResourceResponse>({
  name: 'ListTagsForResource',
  access: ({ ResourceARN }) => [{ action: 'events:ListTagsForResource', resource: ResourceARN }],
  limits: { ResourceARN: arn },
  run: ({ ResourceARN }, state) => ({ Tags: [...tagsAt(state, ResourceARN)].map(([Key, Value]) => ({ Key, Value })) }),
});
