import type { PutLogEventsCommandInput, PutLogEventsResponse } from '@aws-sdk/client-cloudwatch-logs';
import { AwsError } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { addEvents, eventOverheadBytes, groupAt, groupNameLimit, type LogsState, logsAccess, streamAt, streamNameLimit } from './state.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const maxBatchBytes = 1_048_576;

export const putLogEvents = defineOperation<LogsState, PutLogEventsCommandInput, PutLogEventsResponse>({
  name: 'PutLogEvents',
  access: (input, { kernel }) => logsAccess(kernel, 'PutLogEvents', input.logGroupName ?? '', input.logStreamName ?? ''),
  limits: {
    logGroupName: groupNameLimit,
    logStreamName: streamNameLimit,
    logEvents: { min: 1, max: 10_000 },
    'logEvents[].message': { min: 1 },
    'logEvents[].timestamp': { min: 0 },
  },
  run(input, state) {
    const group = groupAt(state, input.logGroupName ?? '');
    const stream = streamAt(group, input.logStreamName);
    const nowMs = state.kernel.clock.now();
    const events = (input.logEvents ?? []).map(({ timestamp = 0, message = '' }) => ({ timestampMs: timestamp, message }));
    const first = events[0]?.timestampMs ?? 0;
    if (events.some(({ timestampMs }, index) => timestampMs < (events[index - 1]?.timestampMs ?? 0))) {
      throw new AwsError('InvalidParameterException', 'Log events in a single PutLogEvents request must be in chronological order.');
    }
    if ((events.at(-1)?.timestampMs ?? 0) - first > dayMs) {
      throw new AwsError('InvalidParameterException', 'The batch of log events in a single PutLogEvents request cannot span more than 24 hours.');
    }
    const bytes = events.reduce((sum, { message }) => sum + Buffer.byteLength(message) + eventOverheadBytes, 0);
    if (bytes > maxBatchBytes) {
      throw new AwsError('InvalidParameterException', `Upload too large: ${bytes} bytes exceeds limit of ${maxBatchBytes}`);
    }
    const oldestMs = nowMs - Math.min(14, group.retentionDays ?? 14) * dayMs;
    const newestMs = nowMs + 2 * hourMs;
    const tooOld = events.filter(({ timestampMs }) => timestampMs < oldestMs).length;
    const tooNew = events.findIndex(({ timestampMs }) => timestampMs > newestMs);
    addEvents(
      state,
      group,
      stream,
      events.filter(({ timestampMs }) => timestampMs >= oldestMs && timestampMs <= newestMs),
    );
    const rejected = { ...(tooOld > 0 && { tooOldLogEventEndIndex: tooOld }), ...(tooNew >= 0 && { tooNewLogEventStartIndex: tooNew }) };
    return {
      // Sequence tokens have not been asked for since 2023; they are still told.
      nextSequenceToken: String(nowMs).padStart(56, '0'),
      ...(Object.keys(rejected).length > 0 && { rejectedLogEventsInfo: rejected }),
    };
  },
});
