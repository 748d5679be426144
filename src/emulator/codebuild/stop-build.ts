import type { StopBuildCommandOutput, StopBuildInput } from '@aws-sdk/client-codebuild';
import { AwsError } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { describeBuild } from './build-view.ts';
import { endBuild } from './phases.ts';
import { buildArn, type CodeBuildState, idOf, onProject, projectOf } from './state.ts';

/** Ends a build where it stands; one that is over stays as it is. */
export const stopBuild = defineOperation<CodeBuildState, StopBuildInput, Omit<StopBuildCommandOutput, '$metadata'>>({
  name: 'StopBuild',
  access: (input, state) => [onProject(state, 'StopBuild', projectOf(input.id ?? ''))],
  limits: { id: { min: 1 } },
  run(input, state) {
    const id = idOf(input.id ?? '');
    const build = state.builds.get(id);
    if (!build) throw new AwsError('ResourceNotFoundException', `Build cannot be found: ${buildArn(state.kernel, id)}`);
    endBuild(state.kernel, build, 'STOPPED');
    return { build: describeBuild(state.kernel, build) };
  },
});
