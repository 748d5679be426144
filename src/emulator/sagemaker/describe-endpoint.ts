import type { DescribeEndpointCommandInput, DescribeEndpointCommandOutput } from '@aws-sdk/client-sagemaker';
import { defineOperation } from '../operation.ts';
import { describedEndpoint } from './endpoint-view.ts';
import { nameLimit } from './limits.ts';
import { endpointNamed, onResource } from './resources.ts';
import type { SageMaker } from './state.ts';

export const describeEndpoint = defineOperation<SageMaker, DescribeEndpointCommandInput, Omit<DescribeEndpointCommandOutput, '$metadata'>>({
  name: 'DescribeEndpoint',
  access: (input, state) => [onResource(state, 'DescribeEndpoint', 'endpoint', input.EndpointName ?? '')],
  limits: { EndpointName: nameLimit },
  run: (input, state) => describedEndpoint(endpointNamed(state, input.EndpointName ?? '')),
});
