import type { BatchGetProjectsCommandOutput, BatchGetProjectsInput } from '@aws-sdk/client-codebuild';
import { defineOperation } from '../operation.ts';
import { describeProject } from './project-view.ts';
import { type CodeBuildState, idOf, onProject } from './state.ts';

export const batchGetProjects = defineOperation<CodeBuildState, BatchGetProjectsInput, Omit<BatchGetProjectsCommandOutput, '$metadata'>>({
  name: 'BatchGetProjects',
  access: (input, state) => (input.names ?? []).map((name) => onProject(state, 'BatchGetProjects', idOf(name))),
  limits: { names: { min: 1, max: 100 } },
  run(input, { projects }) {
    const names = input.names ?? [];
    return {
      projects: names.flatMap((name) => {
        const project = projects.get(idOf(name));
        return project ? [describeProject(project)] : [];
      }),
      projectsNotFound: names.filter((name) => !projects.has(idOf(name))),
    };
  },
});
