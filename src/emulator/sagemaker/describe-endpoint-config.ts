import type { DescribeEndpointConfigCommandInput, DescribeEndpointConfigCommandOutput } from '@aws-sdk/client-sagemaker';
import { defineOperation } from '../operation.ts';
import { nameLimit } from './limits.ts';
import { configNamed, onResource } from './resources.ts';
import type { SageMaker } from './state.ts';

export const describeEndpointConfig = defineOperation<
  SageMaker,
  DescribeEndpointConfigCommandInput,
  Omit<DescribeEndpointConfigCommandOutput, '$metadata'>
>({
  name: 'DescribeEndpointConfig',
  access: (input, state) => [onResource(state, 'DescribeEndpointConfig', 'endpoint-config', input.EndpointConfigName ?? '')],
  limits: { EndpointConfigName: nameLimit },
  run(input, state) {
    const config = configNamed(state, input.EndpointConfigName ?? '');
    const kept = structuredClone(config.input);
    return {
      ...kept,
      // A weight that was not given is described as the default it has.
      ProductionVariants: kept.ProductionVariants?.map((variant) => ({ InitialVariantWeight: 1, ...variant })),
      EnableNetworkIsolation: kept.EnableNetworkIsolation ?? false,
      EndpointConfigName: config.name,
      EndpointConfigArn: config.arn,
      CreationTime: new Date(config.createdAtMs),
    };
  },
});
