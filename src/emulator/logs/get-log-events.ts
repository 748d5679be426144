import type { GetLogEventsCommandInput, GetLogEventsResponse } from '@aws-sdk/client-cloudwatch-logs';
import { AwsError } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { eventsOf, groupAt, groupNameLimit, groupNameOf, type LogsState, logsAccess, streamAt, streamNameLimit } from './state.ts';

const tokenOf = (direction: 'f' | 'b', position: number): string => `${direction}/${String(position).padStart(56, '0')}`;

/** Tokens are positions in the stream, so that events which arrive meanwhile come next. The last page's forward token is its own. */
export const getLogEvents = defineOperation<LogsState, GetLogEventsCommandInput, GetLogEventsResponse>({
  name: 'GetLogEvents',
  access: (input, { kernel }) =>
    logsAccess(kernel, 'GetLogEvents', groupNameOf(input.logGroupIdentifier ?? input.logGroupName), input.logStreamName ?? ''),
  limits: {
    logGroupName: groupNameLimit,
    logStreamName: streamNameLimit,
    limit: { min: 1, max: 10_000 },
    startTime: { min: 0 },
    endTime: { min: 0 },
  },
  run(input, state) {
    const group = groupAt(state, groupNameOf(input.logGroupIdentifier ?? input.logGroupName));
    const stream = streamAt(group, input.logStreamName);
    const events = eventsOf(state, group, stream, input.startTime, input.endTime);
    const limit = input.limit ?? 10_000;
    const token = input.nextToken === undefined ? undefined : /^([fb])\/(\d{56})$/.exec(input.nextToken);
    if (token === null) throw new AwsError('InvalidParameterException', 'The specified nextToken is invalid.');
    const position = Math.min(Number(token?.[2] ?? 0), events.length);
    let from: number;
    if (token) from = token[1] === 'f' ? position : Math.max(0, position - limit);
    else from = input.startFromHead ? 0 : Math.max(0, events.length - limit);
    const to = token?.[1] === 'b' ? position : Math.min(events.length, from + limit);
    return {
      events: events.slice(from, to),
      nextForwardToken: tokenOf('f', to),
      nextBackwardToken: tokenOf('b', from),
    };
  },
});
