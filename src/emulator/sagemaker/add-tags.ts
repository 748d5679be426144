import type { AddTagsCommandInput, AddTagsCommandOutput } from '@aws-sdk/client-sagemaker';
import { defineOperation } from '../operation.ts';
import { tagLimits } from './limits.ts';
import type { SageMaker } from './state.ts';
import { mergedTags, taggedArn } from './tagging.ts';

export const addTags = defineOperation<SageMaker, AddTagsCommandInput, Pick<AddTagsCommandOutput, 'Tags'>>({
  name: 'AddTags',
  access: (input) => [{ action: 'sagemaker:AddTags', resource: input.ResourceArn ?? '' }],
  limits: { ResourceArn: { max: 256 }, ...tagLimits },
  run(input, state) {
    const arn = taggedArn(state, input.ResourceArn ?? '');
    const tags = mergedTags(state.tags.get(arn) ?? [], input.Tags ?? []);
    state.tags.set(arn, tags);
    return { Tags: [...tags] };
  },
});
