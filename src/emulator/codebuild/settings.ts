import type { CreateProjectInput, EnvironmentVariable, ProjectSource } from '@aws-sdk/client-codebuild';
import { notEmulated } from '../aws-error.ts';
import { invalidInput } from './state.ts';

type Settings = Partial<Omit<CreateProjectInput, 'name'>>;

/** Members that would change what a build does, and aren't emulated. */
const unknown = [
  'secondarySources',
  'secondarySourceVersions',
  'secondaryArtifacts',
  'vpcConfig',
  'fileSystemLocations',
  'buildBatchConfig',
  'autoRetryLimit',
] as const satisfies (keyof Settings)[];

const isSet = (value: unknown) => value !== undefined && value !== null && value !== 0 && !(Array.isArray(value) && value.length === 0);

/** @throws AwsError `NotEmulated` naming the source */
export function refuseSource({ type, sourceIdentifier, buildspec }: ProjectSource): void {
  if (type !== 'S3' && type !== 'NO_SOURCE') throw notEmulated(`CodeBuild sources of type ${type}: only S3`);
  if (buildspec?.startsWith('arn:')) throw notEmulated('buildspecs in S3, outside the source');
  if (sourceIdentifier !== undefined) throw notEmulated('CodeBuild source identifiers');
}

/** @throws AwsError `NotEmulated` naming the type */
export function refuseEnvironmentType(type: string | undefined): void {
  if (type === 'LINUX_CONTAINER' || type === 'ARM_CONTAINER') return;
  throw notEmulated(`CodeBuild environments of type ${type}: only LINUX_CONTAINER and ARM_CONTAINER`);
}

/** @throws AwsError `NotEmulated` naming the variable */
export function refuseVariables(variables: readonly EnvironmentVariable[] | undefined): void {
  const other = variables?.find(({ type = 'PLAINTEXT' }) => type !== 'PLAINTEXT');
  if (other) throw notEmulated(`environment variables of type ${other.type} ("${other.name}")`);
}

/**
 * What a project asks for that isn't emulated, or that AWS refuses.
 *
 * @throws AwsError `NotEmulated`, `InvalidInputException`
 */
export function refuseSettings(settings: Settings): void {
  for (const name of unknown) if (isSet(settings[name])) throw notEmulated(`the setting ${name} of CodeBuild projects`);
  const { source, artifacts, environment, logsConfig } = settings;
  if (source) {
    refuseSource(source);
    if (source.type === 'NO_SOURCE' && !source.buildspec) throw invalidInput('Buildspec is required for projects with no source');
    if (source.type === 'S3' && !source.location?.includes('/')) throw invalidInput('Invalid project source: location must be a valid S3 source');
  }
  if (artifacts && artifacts.type !== 'NO_ARTIFACTS') throw notEmulated(`CodeBuild artifacts of type ${artifacts.type}: only NO_ARTIFACTS`);
  if (environment) {
    refuseEnvironmentType(environment.type);
    if (environment.fleet) throw notEmulated('CodeBuild fleets');
    if (environment.dockerServer) throw notEmulated('CodeBuild Docker servers');
    refuseVariables(environment.environmentVariables);
  }
  if (logsConfig?.s3Logs?.status === 'ENABLED') throw notEmulated('CodeBuild logs in S3');
}
