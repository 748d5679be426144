import type { TagResourceCommandInput } from '@aws-sdk/client-sfn';
import { defineOperation } from '../operation.ts';
import { findTagged } from './list-tags-for-resource.ts';
import { type StatesState, tagsOf } from './state.ts';

export const tagResource = defineOperation<StatesState, TagResourceCommandInput, Record<string, never>>({
  name: 'TagResource',
  access: ({ resourceArn }) => [{ action: 'states:TagResource', resource: resourceArn ?? '' }],
  limits: { resourceArn: { min: 1, max: 256 } },
  run({ resourceArn = '', tags }, state) {
    const machine = findTagged(resourceArn, state);
    for (const [key, value] of tagsOf(tags)) machine.tags.set(key, value);
    return {};
  },
});
