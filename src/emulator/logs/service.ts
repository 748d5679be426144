import path from 'node:path';
import type { Kernel } from '../kernel.ts';
import { bindService, type Service } from '../operation.ts';
import { createLogGroup } from './create-log-group.ts';
import { createLogStream } from './create-log-stream.ts';
import { deleteLogGroup } from './delete-log-group.ts';
import { describeLogGroups } from './describe-log-groups.ts';
import { describeLogStreams } from './describe-log-streams.ts';
import { filterLogEvents } from './filter-log-events.ts';
import { getLogEvents } from './get-log-events.ts';
import { LogStore } from './log-store.ts';
import { putLogEvents } from './put-log-events.ts';
import { putRetentionPolicy } from './put-retention-policy.ts';
import { addEvents, addGroup, addStream, eventsOf, type LogsState } from './state.ts';

/** One line of a log; the time is epoch milliseconds of the emulator. */
export interface LogLine {
  readonly timestampMs: number;
  readonly message: string;
}

export interface LogsService {
  readonly service: Service;
  /** Writes lines for services that log on their own account, making group and stream where they are missing. Whether they may is theirs to ask. */
  readonly append: (group: string, stream: string, lines: readonly LogLine[]) => void;
  /** The lines of a group, or of one stream of it, by time; empty where there is none. For inspection. */
  readonly lines: (group: string, stream?: string) => (LogLine & { readonly stream: string })[];
}

/** CloudWatch Logs: groups and streams, kept as files under `logs` in the emulator's folder. */
export function createLogsService(kernel: Kernel): LogsService {
  let store: LogStore | undefined;
  const state: LogsState = {
    kernel,
    // Asked for late: a folder is made for an emulator that logs.
    get store() {
      store ??= new LogStore(path.join(kernel.dataFolder, 'logs'));
      return store;
    },
    groups: new Map(),
  };
  return {
    service: bindService('logs', state, [
      createLogGroup,
      deleteLogGroup,
      describeLogGroups,
      createLogStream,
      describeLogStreams,
      putLogEvents,
      getLogEvents,
      filterLogEvents,
      putRetentionPolicy,
    ]),
    append(groupName, streamName, lines) {
      const group = state.groups.get(groupName) ?? addGroup(state, groupName);
      const stream = group.streams.get(streamName) ?? addStream(state, group, streamName);
      addEvents(state, group, stream, lines);
    },
    lines(groupName, streamName) {
      const group = state.groups.get(groupName);
      if (!group) return [];
      return [...group.streams.values()]
        .filter(({ name }) => streamName === undefined || name === streamName)
        .flatMap((stream) =>
          eventsOf(state, group, stream).map(({ timestamp, message }) => ({ stream: stream.name, timestampMs: timestamp, message })),
        )
        .sort((a, b) => a.timestampMs - b.timestampMs);
    },
  };
}
