import type { DeleteTagsCommandInput } from '@aws-sdk/client-sagemaker';
import { defineOperation } from '../operation.ts';
import type { SageMaker } from './state.ts';
import { taggedArn } from './tagging.ts';

export const deleteTags = defineOperation<SageMaker, DeleteTagsCommandInput, Record<string, never>>({
  name: 'DeleteTags',
  access: (input) => [{ action: 'sagemaker:DeleteTags', resource: input.ResourceArn ?? '' }],
  limits: { ResourceArn: { max: 256 }, TagKeys: { min: 1, max: 50 } },
  run(input, state) {
    const arn = taggedArn(state, input.ResourceArn ?? '');
    const gone = input.TagKeys ?? [];
    const left = (state.tags.get(arn) ?? []).filter((tag) => !gone.includes(tag.Key));
    if (left.length > 0) state.tags.set(arn, left);
    else state.tags.delete(arn);
    return {};
  },
});
