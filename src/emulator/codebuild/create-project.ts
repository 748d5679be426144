import type { CreateProjectCommandOutput, CreateProjectInput } from '@aws-sdk/client-codebuild';
import { AwsError } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { describeProject } from './project-view.ts';
import { refuseSettings } from './settings.ts';
import { type CodeBuildState, invalidInput, onProject, type Project, projectArn, projectLimits } from './state.ts';

/** Handing a role to CodeBuild needs iam:PassRole on it. */
export const passRole = (roleArn: string | undefined) =>
  roleArn ? [{ action: 'iam:PassRole', resource: roleArn, context: { 'iam:PassedToService': 'codebuild.amazonaws.com' } }] : [];

/** @throws AwsError `InvalidInputException` where CodeBuild may not take the role on */
export function checkRole({ kernel }: CodeBuildState, roleArn: string, sourceArn: string): void {
  try {
    kernel.cloud.assume(roleArn, 'codebuild.amazonaws.com', sourceArn);
  } catch (cause) {
    if (!(cause instanceof AwsError)) throw cause;
    throw invalidInput(`CodeBuild is not authorized to perform: sts:AssumeRole on ${roleArn}`);
  }
}

export const createProject = defineOperation<CodeBuildState, CreateProjectInput, Omit<CreateProjectCommandOutput, '$metadata'>>({
  name: 'CreateProject',
  access: (input, state) => [onProject(state, 'CreateProject', input.name ?? ''), ...passRole(input.serviceRole)],
  limits: projectLimits,
  run(input, state) {
    const { kernel, projects } = state;
    const { name = '', tags = [], ...settings } = input;
    const arn = projectArn(kernel, name);
    if (projects.has(name)) throw new AwsError('ResourceAlreadyExistsException', `Project already exists: ${arn}`);
    refuseSettings(settings);
    checkRole(state, input.serviceRole ?? '', arn);
    const project: Project = {
      name,
      arn,
      createdAtMs: kernel.clock.now(),
      modifiedAtMs: kernel.clock.now(),
      settings: structuredClone(settings),
      tags,
      buildCount: 0,
    };
    projects.set(name, project);
    return { project: describeProject(project) };
  },
});
