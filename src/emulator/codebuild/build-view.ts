import type { BuildPhase, Build as BuildView, LogsLocation } from '@aws-sdk/client-codebuild';
import { arnOf, type Kernel } from '../kernel.ts';
import type { Build, Phase } from './state.ts';

/** Whole seconds, cut off as CodeBuild cuts them. */
export const secondsOf = ({ startedAtMs, endedAtMs = startedAtMs }: Phase): number => Math.floor((endedAtMs - startedAtMs) / 1000);

export const isComplete = ({ endedAtMs }: Build): boolean => endedAtMs !== undefined;

export const currentPhaseOf = ({ phases }: Build): string => phases.at(-1)?.type ?? 'SUBMITTED';

/** The console escapes a name twice, with a dollar for the percent sign. */
const consoleName = (name: string) => encodeURIComponent(encodeURIComponent(name)).replaceAll('%', '$');

/** The page of a build's log in AWS's console. */
export function deepLinkOf({ region }: Pick<Kernel, 'region'>, { groupName, streamName }: NonNullable<Build['log']>): string {
  return `https://console.aws.amazon.com/cloudwatch/home?region=${region}#logsV2:log-groups/log-group/${consoleName(groupName)}/log-events/${consoleName(streamName)}`;
}

function describePhase(phase: Phase): BuildPhase {
  const { type, startedAtMs, status, endedAtMs, context } = phase;
  return {
    phaseType: type,
    startTime: new Date(startedAtMs),
    ...(status === undefined ? {} : { phaseStatus: status, contexts: [context ?? { statusCode: '', message: '' }] }),
    ...(endedAtMs === undefined ? {} : { endTime: new Date(endedAtMs), durationInSeconds: secondsOf(phase) }),
  };
}

function describeLogs(kernel: Kernel, log: Build['log']): LogsLocation {
  if (!log) return { cloudWatchLogs: { status: 'DISABLED' }, s3Logs: { status: 'DISABLED' } };
  return {
    ...log,
    deepLink: deepLinkOf(kernel, log),
    cloudWatchLogsArn: arnOf(kernel, 'logs', `log-group:${log.groupName}:log-stream:${log.streamName}`),
    cloudWatchLogs: { status: 'ENABLED', groupName: log.groupName },
    s3Logs: { status: 'DISABLED' },
  };
}

/** A build as the API tells of it. */
export function describeBuild(kernel: Kernel, build: Build): BuildView {
  const { id, arn, number, status, startedAtMs, endedAtMs, sourceVersion } = build;
  return {
    id,
    arn,
    buildNumber: number,
    startTime: new Date(startedAtMs),
    ...(endedAtMs === undefined ? {} : { endTime: new Date(endedAtMs) }),
    currentPhase: currentPhaseOf(build),
    buildStatus: status,
    ...(sourceVersion === undefined ? {} : { sourceVersion }),
    projectName: build.projectName,
    phases: build.phases.map(describePhase),
    source: build.source,
    artifacts: { location: '' },
    cache: build.cache,
    environment: build.environment,
    serviceRole: build.serviceRole,
    logs: describeLogs(kernel, build.log),
    timeoutInMinutes: build.timeoutInMinutes,
    queuedTimeoutInMinutes: build.queuedTimeoutInMinutes,
    buildComplete: isComplete(build),
    initiator: build.initiator,
    exportedEnvironmentVariables: [...build.exported],
  };
}
