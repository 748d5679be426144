import type { ListEndpointsCommandInput, ListEndpointsCommandOutput } from '@aws-sdk/client-sagemaker';
import { defineOperation } from '../operation.ts';
import { listLimits } from './limits.ts';
import { page } from './listing.ts';
import type { SageMaker } from './state.ts';

export const listEndpoints = defineOperation<SageMaker, ListEndpointsCommandInput, Omit<ListEndpointsCommandOutput, '$metadata'>>({
  name: 'ListEndpoints',
  access: () => [{ action: 'sagemaker:ListEndpoints', resource: '*' }],
  limits: { ...listLimits, SortBy: { oneOf: ['Name', 'CreationTime', 'Status'] } },
  run(input, state) {
    const fitting = [...state.endpoints.values()].filter((endpoint) => input.StatusEquals === undefined || endpoint.status === input.StatusEquals);
    const { items, nextToken } = page(fitting, input, 'Descending');
    return {
      Endpoints: items.map((endpoint) => ({
        EndpointName: endpoint.name,
        EndpointArn: endpoint.arn,
        CreationTime: new Date(endpoint.createdAtMs),
        LastModifiedTime: new Date(endpoint.modifiedAtMs),
        EndpointStatus: endpoint.status,
      })),
      ...nextToken,
    };
  },
});
