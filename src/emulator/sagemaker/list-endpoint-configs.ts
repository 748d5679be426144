import type { ListEndpointConfigsCommandInput, ListEndpointConfigsCommandOutput } from '@aws-sdk/client-sagemaker';
import { defineOperation } from '../operation.ts';
import { listLimits } from './limits.ts';
import { page } from './listing.ts';
import type { SageMaker } from './state.ts';

export const listEndpointConfigs = defineOperation<SageMaker, ListEndpointConfigsCommandInput, Omit<ListEndpointConfigsCommandOutput, '$metadata'>>({
  name: 'ListEndpointConfigs',
  access: () => [{ action: 'sagemaker:ListEndpointConfigs', resource: '*' }],
  limits: { ...listLimits, SortBy: { oneOf: ['Name', 'CreationTime'] } },
  run(input, state) {
    const { items, nextToken } = page(state.configs.values(), input, 'Descending');
    return {
      EndpointConfigs: items.map((config) => ({
        EndpointConfigName: config.name,
        EndpointConfigArn: config.arn,
        CreationTime: new Date(config.createdAtMs),
      })),
      ...nextToken,
    };
  },
});
