import type { BuildPhaseType, StatusType } from '@aws-sdk/client-codebuild';
import type { Kernel } from '../kernel.ts';
import { publishBuildState } from './build-event.ts';
import { isComplete } from './build-view.ts';
import type { Build, PhaseContext } from './state.ts';

/** A build that has failed: what its phase says of it. */
export class BuildFailed extends Error {
  override name = 'BuildFailed';
  readonly context: PhaseContext;

  constructor(statusCode: string, message: string) {
    super(message);
    this.context = { statusCode, message };
  }
}

/** The build is over already: somebody stopped it, or its time was up. */
export class BuildOver extends Error {
  override name = 'BuildOver';
}

/** @throws BuildOver */
export function assertRuns(build: Build): void {
  if (isComplete(build)) throw new BuildOver('The build is over');
}

export function enterPhase({ clock, trace }: Kernel, build: Build, type: BuildPhaseType): void {
  build.phases.push({ type, startedAtMs: clock.now() });
  trace.write('state', { service: 'codebuild', build: build.id, phase: type });
}

export function leavePhase({ clock }: Kernel, build: Build, status: StatusType, context?: PhaseContext): void {
  const phase = build.phases.at(-1);
  if (!phase || phase.status !== undefined) return;
  phase.status = status;
  phase.endedAtMs = clock.now();
  if (context) phase.context = context;
}

/** Ends a build in a status, once; what is under way in it notices by itself. */
export function endBuild(kernel: Kernel, build: Build, status: StatusType, context?: PhaseContext): void {
  if (isComplete(build)) return;
  leavePhase(kernel, build, status, context);
  build.phases.push({ type: 'COMPLETED', startedAtMs: kernel.clock.now() });
  build.status = status;
  build.endedAtMs = kernel.clock.now();
  kernel.trace.write('state', {
    service: 'codebuild',
    build: build.id,
    status,
    ...(context && { context: `${context.statusCode}: ${context.message}` }),
  });
  publishBuildState(kernel, build);
  build.over.abort();
}
