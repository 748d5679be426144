import type { CreateEventBusRequest, CreateEventBusResponse } from '@aws-sdk/client-eventbridge';
import { AwsError, notEmulated, validationException } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { busName } from './limits.ts';
import { busArnOf, type EventsState, type Given, tagsOf } from './state.ts';

/** Makes a custom event bus. Partner sources, encryption with a customer's key, logs and a bus's own dead-letter queue are not emulated. */
export const createEventBus = defineOperation<EventsState, Given<CreateEventBusRequest, 'Name'>, CreateEventBusResponse>({
  name: 'CreateEventBus',
  access: ({ Name }, { kernel }) => [{ action: 'events:CreateEventBus', resource: busArnOf(kernel, Name) }],
  limits: { Name: busName, Description: { max: 512 } },
  run(input, { kernel, buses }) {
    for (const member of ['EventSourceName', 'KmsKeyIdentifier', 'DeadLetterConfig', 'LogConfig'] as const) {
      if (input[member] !== undefined) throw notEmulated(`${member} of an event bus`);
    }
    const { Name: name, Description: description } = input;
    if (name.startsWith('aws.')) throw validationException(`Parameter ${name} is not valid. Reason: names that begin with aws. are AWS's own.`);
    if (buses.has(name)) throw new AwsError('ResourceAlreadyExistsException', `Event bus ${name} already exists.`);
    const arn = busArnOf(kernel, name);
    buses.set(name, { name, arn, description, createdAtMs: kernel.clock.now(), rules: new Map(), tags: tagsOf(input.Tags) });
    return { EventBusArn: arn, ...(description !== undefined && { Description: description }) };
  },
});
