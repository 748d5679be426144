import type { ListModelsCommandInput, ListModelsCommandOutput } from '@aws-sdk/client-sagemaker';
import { defineOperation } from '../operation.ts';
import { listLimits } from './limits.ts';
import { page } from './listing.ts';
import type { SageMaker } from './state.ts';

export const listModels = defineOperation<SageMaker, ListModelsCommandInput, Omit<ListModelsCommandOutput, '$metadata'>>({
  name: 'ListModels',
  access: () => [{ action: 'sagemaker:ListModels', resource: '*' }],
  limits: { ...listLimits, SortBy: { oneOf: ['Name', 'CreationTime'] } },
  run(input, state) {
    const { items, nextToken } = page(state.models.values(), input, 'Descending');
    return {
      Models: items.map((model) => ({ ModelName: model.name, ModelArn: model.arn, CreationTime: new Date(model.createdAtMs) })),
      ...nextToken,
    };
  },
});
