import { validationException } from '../aws-error.ts';
import type { ModelPackageGroup, SageMaker, Tag } from './state.ts';

interface GivenTag {
  readonly Key: string | undefined;
  readonly Value: string | undefined;
}

const maxTags = 50;

/** The tags after adding `given`: same keys are replaced. */
export function mergedTags(before: readonly Tag[], given: readonly GivenTag[]): readonly Tag[] {
  const tags = new Map(before.map((tag) => [tag.Key, tag]));
  for (const { Key = '', Value = '' } of given) tags.set(Key, { Key, Value });
  if (tags.size > maxTags) throw validationException(`The number of tags exceeds the limit of ${maxTags} tags per resource.`);
  return [...tags.values()];
}

/** Keeps what a Create call was given. */
export function tagNew(state: SageMaker, arn: string, given: readonly GivenTag[] | undefined): void {
  if (given && given.length > 0) state.tags.set(arn, mergedTags([], given));
}

/** A version's tags are its group's: it has none of its own to ask for. */
export const ofItsGroup = (what: string, group: ModelPackageGroup) =>
  validationException(`Tags are not supported on "${what}": a model package version uses the tags of its group "${group.arn}".`);

/** The ARN as kept, found without case; refuses one that names nothing here. */
export function taggedArn(state: SageMaker, arn: string): string {
  const wanted = arn.toLowerCase();
  for (const resources of [state.models, state.modelPackageGroups, state.modelPackages, state.configs, state.endpoints, state.trainingJobs]) {
    for (const resource of resources.values()) {
      if (resource.arn.toLowerCase() !== wanted) continue;
      if ('version' in resource && resource.version) throw ofItsGroup(resource.arn, resource.version.group);
      return resource.arn;
    }
  }
  throw validationException(`Could not find resource "${arn}".`);
}
