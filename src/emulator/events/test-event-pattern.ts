import type { TestEventPatternRequest, TestEventPatternResponse } from '@aws-sdk/client-eventbridge';
import { validationException } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { isObject, parseJson } from './json.ts';
import { parsePattern } from './pattern.ts';
import type { EventsState, Given } from './state.ts';

/** Members an event must have to be tested. */
const eventMembers = ['id', 'account', 'source', 'time', 'region', 'resources', 'detail-type'] as const;

export const testEventPattern = defineOperation<EventsState, Given<TestEventPatternRequest, 'EventPattern' | 'Event'>, TestEventPatternResponse>({
  name: 'TestEventPattern',
  access: () => [{ action: 'events:TestEventPattern', resource: '*' }],
  limits: { EventPattern: { max: 4096 } },
  run({ EventPattern, Event }) {
    const pattern = parsePattern(EventPattern);
    const event = parseJson(Event);
    if (!isObject(event) || eventMembers.some((member) => event[member] === undefined)) {
      throw validationException('Parameter Event is not valid.');
    }
    return { Result: pattern.matches(event) };
  },
});
