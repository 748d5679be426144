import type { UntagResourceCommandInput } from '@aws-sdk/client-sfn';
import { defineOperation } from '../operation.ts';
import { findTagged } from './list-tags-for-resource.ts';
import type { StatesState } from './state.ts';

export const untagResource = defineOperation<StatesState, UntagResourceCommandInput, Record<string, never>>({
  name: 'UntagResource',
  access: ({ resourceArn }) => [{ action: 'states:UntagResource', resource: resourceArn ?? '' }],
  limits: { resourceArn: { min: 1, max: 256 } },
  run({ resourceArn = '', tagKeys }, state) {
    const machine = findTagged(resourceArn, state);
    for (const key of tagKeys ?? []) machine.tags.delete(key);
    return {};
  },
});
