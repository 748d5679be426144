import type { Kernel } from '../kernel.ts';
import { currentPhaseOf, deepLinkOf, isComplete, secondsOf } from './build-view.ts';
import type { Build, Phase } from './state.ts';

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `Oct 5, 2026 8:36:01 AM`: as CodeBuild writes a time, in UTC and without saying so. */
export function eventTime(atMs: number): string {
  const at = new Date(atMs);
  const two = (number: number) => String(number).padStart(2, '0');
  const hours = at.getUTCHours();
  const clock = `${hours % 12 === 0 ? 12 : hours % 12}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())} ${hours < 12 ? 'AM' : 'PM'}`;
  return `${months[at.getUTCMonth()] ?? ''} ${at.getUTCDate()}, ${at.getUTCFullYear()} ${clock}`;
}

function phaseDetail(phase: Phase): Record<string, unknown> {
  const { type, startedAtMs, endedAtMs, status, context } = phase;
  return {
    ...(status === undefined ? {} : { 'phase-context': context ? [`${context.statusCode}: ${context.message}`] : [] }),
    'start-time': eventTime(startedAtMs),
    ...(endedAtMs === undefined ? {} : { 'end-time': eventTime(endedAtMs), 'duration-in-seconds': secondsOf(phase) }),
    'phase-type': type,
    ...(status === undefined ? {} : { 'phase-status': status }),
  };
}

/** CodeBuild tells EventBridge of each new status of a build. */
export function publishBuildState(kernel: Kernel, build: Build): void {
  const { environment, source, log } = build;
  kernel.cloud.publish({
    source: 'aws.codebuild',
    detailType: 'CodeBuild Build State Change',
    resources: [build.arn],
    detail: {
      'build-status': build.status,
      'project-name': build.projectName,
      'build-id': build.arn,
      'additional-information': {
        cache: { type: build.cache.type },
        'build-number': build.number,
        'timeout-in-minutes': build.timeoutInMinutes,
        'build-complete': isComplete(build),
        initiator: build.initiator,
        'build-start-time': eventTime(build.startedAtMs),
        source: { ...(source.location === undefined ? {} : { location: source.location }), type: source.type },
        ...(build.sourceVersion === undefined ? {} : { 'source-version': build.sourceVersion }),
        artifact: { location: '' },
        environment: {
          image: environment.image,
          'privileged-mode': environment.privilegedMode ?? false,
          'image-pull-credentials-type': environment.imagePullCredentialsType ?? 'CODEBUILD',
          'compute-type': environment.computeType,
          type: environment.type,
          'environment-variables': (environment.environmentVariables ?? []).map(({ name, value, type = 'PLAINTEXT' }) => ({ name, type, value })),
        },
        ...(log ? { logs: { 'group-name': log.groupName, 'stream-name': log.streamName, 'deep-link': deepLinkOf(kernel, log) } } : {}),
        'queued-timeout-in-minutes': build.queuedTimeoutInMinutes,
        phases: build.phases.map(phaseDetail),
      },
      'current-phase': currentPhaseOf(build),
      'current-phase-context': '[]',
      version: '1',
    },
  });
}
