import type { ListTagsCommandInput, ListTagsCommandOutput } from '@aws-sdk/client-sagemaker';
import { defineOperation } from '../operation.ts';
import type { SageMaker } from './state.ts';
import { taggedArn } from './tagging.ts';

/** A resource has at most 50 tags, which is also the least a page may hold: there is never a second page. */
export const listTags = defineOperation<SageMaker, ListTagsCommandInput, Pick<ListTagsCommandOutput, 'Tags'>>({
  name: 'ListTags',
  access: (input) => [{ action: 'sagemaker:ListTags', resource: input.ResourceArn ?? '' }],
  limits: { ResourceArn: { max: 256 }, MaxResults: { min: 50 } },
  run: (input, state) => ({ Tags: [...(state.tags.get(taggedArn(state, input.ResourceArn ?? '')) ?? [])] }),
});
