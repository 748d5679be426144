import type { DeleteEventBusRequest } from '@aws-sdk/client-eventbridge';
import { validationException } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { busName } from './limits.ts';
import { busArnOf, type EventsState, type Given } from './state.ts';

/** Deletes a custom bus; one that is not there is no error, as recorded. */
export const deleteEventBus = defineOperation<EventsState, Given<DeleteEventBusRequest, 'Name'>, object>({
  name: 'DeleteEventBus',
  access: ({ Name }, { kernel }) => [{ action: 'events:DeleteEventBus', resource: busArnOf(kernel, Name) }],
  limits: { Name: busName },
  run({ Name: name }, { buses }) {
    if (name === 'default') throw validationException('Cannot delete event bus default.');
    // AWS documents that the rules go first; its words for the refusal are not recorded.
    if ((buses.get(name)?.rules.size ?? 0) > 0) throw validationException(`Event bus ${name} can't be deleted since it has rules.`);
    buses.delete(name);
    return {};
  },
});
