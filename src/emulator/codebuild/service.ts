import type { Kernel } from '../kernel.ts';
import { bindService, type Service } from '../operation.ts';
import { batchGetBuilds } from './batch-get-builds.ts';
import { batchGetProjects } from './batch-get-projects.ts';
import { isComplete } from './build-view.ts';
import type { Builder } from './builder.ts';
import { createProject } from './create-project.ts';
import { deleteProject } from './delete-project.ts';
import { listBuildsForProject } from './list-builds-for-project.ts';
import { listProjects } from './list-projects.ts';
import { packingBuilder } from './packing-builder.ts';
import { startBuild } from './start-build.ts';
import type { CodeBuildState } from './state.ts';
import { stopBuild } from './stop-build.ts';
import { updateProject } from './update-project.ts';

export interface CodeBuildOptions {
  /** What builds images; default the packer, which needs no Docker. */
  readonly builder?: Builder;
  /** Whether a build fails for no fault of its own; default none does. */
  readonly buildOutcome?: CodeBuildState['buildOutcome'];
}

export interface CodeBuildService {
  readonly service: Service;
  /** Ends what still builds. */
  close(): void;
}

/**
 * CodeBuild: projects, and builds of images by the contract of docs/emulator/codebuild.md, which read their source and push with
 * the project's role.
 */
export function createCodeBuildService(kernel: Kernel, options: CodeBuildOptions = {}): CodeBuildService {
  const state: CodeBuildState = {
    kernel,
    builder: options.builder ?? packingBuilder,
    buildOutcome: options.buildOutcome ?? (() => 'ok'),
    projects: new Map(),
    builds: new Map(),
    tokens: new Map(),
  };
  return {
    service: bindService('codebuild', state, [
      batchGetBuilds,
      batchGetProjects,
      createProject,
      deleteProject,
      listBuildsForProject,
      listProjects,
      startBuild,
      stopBuild,
      updateProject,
    ]),
    close() {
      for (const build of state.builds.values()) if (!isComplete(build)) build.over.abort();
    },
  };
}
