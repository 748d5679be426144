import type { DescribeLogStreamsCommandInput, DescribeLogStreamsResponse } from '@aws-sdk/client-cloudwatch-logs';
import { AwsError, validationException } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { pageOf } from './page.ts';
import { groupArnOf, groupAt, groupNameLimit, groupNameOf, type LogStream, type LogsState, logsAccess, streamNameLimit } from './state.ts';

const byName = (a: LogStream, b: LogStream) => (a.name < b.name ? -1 : 1);
const byLastEvent = (a: LogStream, b: LogStream) => (a.lastEventAtMs ?? 0) - (b.lastEventAtMs ?? 0) || byName(a, b);

export const describeLogStreams = defineOperation<LogsState, DescribeLogStreamsCommandInput, DescribeLogStreamsResponse>({
  name: 'DescribeLogStreams',
  access: (input, { kernel }) => logsAccess(kernel, 'DescribeLogStreams', groupNameOf(input.logGroupIdentifier ?? input.logGroupName)),
  limits: {
    logGroupName: groupNameLimit,
    logStreamNamePrefix: streamNameLimit,
    orderBy: { oneOf: ['LogStreamName', 'LastEventTime'] },
    limit: { min: 1, max: 50 },
  },
  run(input, state) {
    if (input.logGroupName !== undefined && input.logGroupIdentifier !== undefined) {
      throw validationException('LogGroup name and LogGroup ARN are mutually exclusive parameters.');
    }
    const group = groupAt(state, groupNameOf(input.logGroupIdentifier ?? input.logGroupName));
    const byTime = input.orderBy === 'LastEventTime';
    if (byTime && input.logStreamNamePrefix !== undefined) {
      throw new AwsError('InvalidParameterException', 'Cannot order by LastEventTime with a logStreamNamePrefix.');
    }
    const streams = [...group.streams.values()]
      .filter(({ name }) => name.startsWith(input.logStreamNamePrefix ?? ''))
      .sort(byTime ? byLastEvent : byName);
    const { page, next } = pageOf(input.descending ? streams.toReversed() : streams, input.nextToken, input.limit ?? 50);
    return {
      logStreams: page.map((stream) => ({
        logStreamName: stream.name,
        creationTime: stream.createdAtMs,
        ...(stream.firstEventAtMs !== undefined && { firstEventTimestamp: stream.firstEventAtMs }),
        ...(stream.lastEventAtMs !== undefined && { lastEventTimestamp: stream.lastEventAtMs }),
        ...(stream.lastIngestedAtMs !== undefined && { lastIngestionTime: stream.lastIngestedAtMs }),
        arn: `${groupArnOf(state.kernel, group.name)}:log-stream:${stream.name}`,
        // Zero since 2019, whatever a stream holds.
        storedBytes: 0,
      })),
      ...next,
    };
  },
});
