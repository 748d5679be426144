import { AwsError } from '../aws-error.ts';
import { arnOf, type Kernel } from '../kernel.ts';
import type { Access } from '../operation.ts';
import type { LogEvent, LogStore } from './log-store.ts';

export interface LogStream {
  readonly name: string;
  readonly createdAtMs: number;
  /** Times of the earliest and latest event and of the latest arrival; unset until there is one. */
  firstEventAtMs: number | undefined;
  lastEventAtMs: number | undefined;
  lastIngestedAtMs: number | undefined;
}

export interface LogGroup {
  readonly name: string;
  readonly createdAtMs: number;
  /** Events older than this are gone; unset: kept for ever. */
  retentionDays: number | undefined;
  storedBytes: number;
  readonly streams: Map<string, LogStream>;
}

export interface LogsState {
  readonly kernel: Kernel;
  readonly store: LogStore;
  readonly groups: Map<string, LogGroup>;
}

const dayMs = 86_400_000;
/** What an event counts beside its text, bytes. */
export const eventOverheadBytes = 26;

/** The group's name, where it may be given as an ARN instead. */
export const groupNameOf = (nameOrArn: string | undefined): string => {
  const arn = /^arn:[^:]+:logs:[^:]+:[^:]+:log-group:([^:]+)(:\*)?$/.exec(nameOrArn ?? '');
  return arn?.[1] ?? nameOrArn ?? '';
};

/** @throws AwsError `ResourceNotFoundException` */
export function groupAt(state: LogsState, name: string): LogGroup {
  const group = state.groups.get(name);
  if (!group) throw new AwsError('ResourceNotFoundException', 'The specified log group does not exist.');
  return group;
}

/** @throws AwsError `ResourceNotFoundException` */
export function streamAt(group: LogGroup, name: string | undefined): LogStream {
  const stream = group.streams.get(name ?? '');
  if (!stream) throw new AwsError('ResourceNotFoundException', 'The specified log stream does not exist.');
  return stream;
}

export const groupArnOf = (kernel: Kernel, name: string): string => arnOf(kernel, 'logs', `log-group:${name}`);

/** CloudWatch Logs judges a call on a group as one on its stream without a name. */
export const logsAccess = (kernel: Kernel, action: string, group: string, stream = ''): readonly Access[] => [
  { action: `logs:${action}`, resource: `${groupArnOf(kernel, group)}:log-stream:${stream}` },
];

export const groupNameLimit = { min: 1, max: 512, pattern: /^[.\-_/#A-Za-z0-9]+$/ };
export const streamNameLimit = { min: 1, max: 512, pattern: /^[^:*]*$/ };

export function addGroup(state: LogsState, name: string): LogGroup {
  const group: LogGroup = { name, createdAtMs: state.kernel.clock.now(), retentionDays: undefined, storedBytes: 0, streams: new Map() };
  state.groups.set(name, group);
  state.store.createGroup(name);
  return group;
}

export function addStream(state: LogsState, group: LogGroup, name: string): LogStream {
  const stream: LogStream = {
    name,
    createdAtMs: state.kernel.clock.now(),
    firstEventAtMs: undefined,
    lastEventAtMs: undefined,
    lastIngestedAtMs: undefined,
  };
  group.streams.set(name, stream);
  state.store.createStream(group.name, name);
  return stream;
}

/** Writes events into a stream, without asking whether their times make sense. */
export function addEvents(
  state: LogsState,
  group: LogGroup,
  stream: LogStream,
  events: readonly { readonly timestampMs: number; readonly message: string }[],
): void {
  const nowMs = state.kernel.clock.now();
  if (events.length === 0) return;
  state.store.append(
    group.name,
    stream.name,
    events.map(({ timestampMs, message }) => ({ timestamp: timestampMs, ingestionTime: nowMs, message })),
  );
  for (const { timestampMs, message } of events) {
    group.storedBytes += Buffer.byteLength(message) + eventOverheadBytes;
    stream.firstEventAtMs = Math.min(stream.firstEventAtMs ?? timestampMs, timestampMs);
    stream.lastEventAtMs = Math.max(stream.lastEventAtMs ?? timestampMs, timestampMs);
  }
  stream.lastIngestedAtMs = nowMs;
}

/** A stream's events by time, without what is past the group's retention, at or after `startMs` and before `endMs`. */
export function eventsOf(state: LogsState, group: LogGroup, stream: LogStream, startMs = 0, endMs = Number.POSITIVE_INFINITY): LogEvent[] {
  const oldestMs = group.retentionDays === undefined ? 0 : state.kernel.clock.now() - group.retentionDays * dayMs;
  return state.store.read(group.name, stream.name).filter(({ timestamp }) => timestamp >= Math.max(startMs, oldestMs) && timestamp < endMs);
}
