import { validationException } from '../aws-error.ts';
import type { SageMaker, Tag } from './state.ts';

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

/** The ARN as kept, found without case; refuses one that names nothing here. */
export function taggedArn(state: SageMaker, arn: string): string {
  const wanted = arn.toLowerCase();
  for (const resources of [state.models, state.configs, state.endpoints, state.trainingJobs]) {
    for (const resource of resources.values()) if (resource.arn.toLowerCase() === wanted) return resource.arn;
  }
  throw validationException(`Could not find resource "${arn}".`);
}
