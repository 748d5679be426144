import { createHash } from 'node:crypto';
import type { FilterLogEventsCommandInput, FilterLogEventsResponse } from '@aws-sdk/client-cloudwatch-logs';
import { AwsError } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { readFilterPattern } from './filter-pattern.ts';
import { pageOf } from './page.ts';
import { eventsOf, groupAt, groupNameLimit, groupNameOf, type LogsState, logsAccess, streamNameLimit } from './state.ts';

/** 56 figures, the same for the same event. */
const eventIdOf = (stream: string, timestamp: number, position: number): string =>
  `${String(timestamp).padStart(13, '0')}${BigInt(`0x${createHash('sha256').update(`${stream}/${position}`).digest('hex')}`)}`
    .slice(0, 56)
    .padEnd(56, '0');

/** Events of all streams, or of those named, by time. */
export const filterLogEvents = defineOperation<LogsState, FilterLogEventsCommandInput, FilterLogEventsResponse>({
  name: 'FilterLogEvents',
  access: (input, { kernel }) => logsAccess(kernel, 'FilterLogEvents', groupNameOf(input.logGroupIdentifier ?? input.logGroupName)),
  limits: {
    logGroupName: groupNameLimit,
    logStreamNames: { min: 1, max: 100 },
    logStreamNamePrefix: streamNameLimit,
    filterPattern: { max: 1024 },
    limit: { min: 1, max: 10_000 },
    startTime: { min: 0 },
    endTime: { min: 0 },
  },
  run(input, state) {
    const group = groupAt(state, groupNameOf(input.logGroupIdentifier ?? input.logGroupName));
    const { logStreamNames: names, logStreamNamePrefix: prefix } = input;
    if (names && prefix !== undefined) {
      throw new AwsError('InvalidParameterException', 'logStreamNamePrefix and logStreamNames are mutually exclusive parameters.');
    }
    const missing = (names ?? []).find((name) => !group.streams.has(name));
    if (missing !== undefined) throw new AwsError('ResourceNotFoundException', 'The specified log stream does not exist.');
    const matches = readFilterPattern(input.filterPattern ?? '');
    const events = [...group.streams.values()]
      .filter(({ name }) => (names ? names.includes(name) : name.startsWith(prefix ?? '')))
      .flatMap((stream) =>
        eventsOf(state, group, stream, input.startTime, (input.endTime ?? Number.POSITIVE_INFINITY) + 1).map((event, position) => ({
          logStreamName: stream.name,
          ...event,
          eventId: eventIdOf(stream.name, event.timestamp, position),
        })),
      )
      .filter(({ message }) => matches(message))
      .sort((a, b) => a.timestamp - b.timestamp);
    const { page, next } = pageOf(events, input.nextToken, input.limit ?? 10_000);
    return { events: page, searchedLogStreams: [], ...next };
  },
});
