import type { SetQueueAttributesCommandInput } from '@aws-sdk/client-sqs';
import { defineOperation } from '../operation.ts';
import { applyAttributes, enforcePolicy } from './attributes.ts';
import { queueAccess, queueAt, type SqsState } from './state.ts';

export const setQueueAttributes = defineOperation<SqsState, SetQueueAttributesCommandInput, object>({
  name: 'SetQueueAttributes',
  access: queueAccess('SetQueueAttributes'),
  run(input, state) {
    const queue = queueAt(state, input.QueueUrl);
    const attributes = input.Attributes ?? {};
    // Tried on a copy first: what is refused leaves nothing behind.
    const settings = { ...queue.settings, texts: new Map(queue.settings.texts) };
    applyAttributes(settings, attributes);
    if (attributes['Policy'] !== undefined) enforcePolicy(state, queue.arn, settings.texts.get('Policy'));
    applyAttributes(queue.settings, attributes);
    queue.modifiedAtMs = state.kernel.clock.now();
    return {};
  },
});
