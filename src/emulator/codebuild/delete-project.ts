import type { DeleteProjectInput, DeleteProjectOutput } from '@aws-sdk/client-codebuild';
import { defineOperation } from '../operation.ts';
import { type CodeBuildState, onProject, projectNameLimit } from './state.ts';

/** Removes a project; one that isn't there is no error. Its builds can still be read by id. */
export const deleteProject = defineOperation<CodeBuildState, DeleteProjectInput, DeleteProjectOutput>({
  name: 'DeleteProject',
  access: (input, state) => [onProject(state, 'DeleteProject', input.name ?? '')],
  limits: { name: projectNameLimit },
  run(input, { projects }) {
    projects.delete(input.name ?? '');
    return {};
  },
});
