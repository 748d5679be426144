import type { CreateEndpointCommandInput, CreateEndpointCommandOutput } from '@aws-sdk/client-sagemaker';
import { defineOperation } from '../operation.ts';
import { beginCreate } from './deployment.ts';
import { nameLimit, tagLimits } from './limits.ts';
import { configNamed, existsAlready, isTaken, onResource, sageMakerArn, taggingAccess } from './resources.ts';
import type { SageMaker } from './state.ts';
import { tagNew } from './tagging.ts';

export const createEndpoint = defineOperation<SageMaker, CreateEndpointCommandInput, Pick<CreateEndpointCommandOutput, 'EndpointArn'>>({
  name: 'CreateEndpoint',
  access: (input, state) => [
    onResource(state, 'CreateEndpoint', 'endpoint', input.EndpointName ?? ''),
    onResource(state, 'CreateEndpoint', 'endpoint-config', input.EndpointConfigName ?? ''),
    ...taggingAccess(state, 'endpoint', input.EndpointName ?? '', 'CreateEndpoint', input.Tags),
  ],
  limits: { EndpointName: nameLimit, EndpointConfigName: nameLimit, ...tagLimits },
  run(input, state) {
    const name = input.EndpointName ?? '';
    if (isTaken(state.endpoints, name)) throw existsAlready('endpoint', sageMakerArn(state.kernel, 'endpoint', name));
    const config = configNamed(state, input.EndpointConfigName ?? '');
    const endpoint = beginCreate(state, name, config, structuredClone(input.DeploymentConfig));
    tagNew(state, endpoint.arn, input.Tags);
    return { EndpointArn: endpoint.arn };
  },
});
