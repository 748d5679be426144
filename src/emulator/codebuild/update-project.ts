import type { UpdateProjectCommandOutput, UpdateProjectInput } from '@aws-sdk/client-codebuild';
import { defineOperation } from '../operation.ts';
import { checkRole, passRole } from './create-project.ts';
import { describeProject } from './project-view.ts';
import { refuseSettings } from './settings.ts';
import { type CodeBuildState, onProject, projectLimits, projectNamed } from './state.ts';

/** Replaces what is named, whole; builds that run go on with what they began with. */
export const updateProject = defineOperation<CodeBuildState, UpdateProjectInput, Omit<UpdateProjectCommandOutput, '$metadata'>>({
  name: 'UpdateProject',
  access: (input, state) => [onProject(state, 'UpdateProject', input.name ?? ''), ...passRole(input.serviceRole)],
  limits: projectLimits,
  run(input, state) {
    const { name = '', tags, ...named } = input;
    const project = projectNamed(state, name);
    const changes = Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined)) as Partial<typeof project.settings>; // What is absent stays.
    refuseSettings(changes);
    if (changes.serviceRole !== undefined) checkRole(state, changes.serviceRole, project.arn);
    project.settings = { ...project.settings, ...structuredClone(changes) };
    project.tags = tags ?? project.tags;
    project.modifiedAtMs = state.kernel.clock.now();
    return { project: describeProject(project) };
  },
});
