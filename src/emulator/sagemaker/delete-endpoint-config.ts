import type { DeleteEndpointConfigCommandInput } from '@aws-sdk/client-sagemaker';
import { defineOperation } from '../operation.ts';
import { publishEndpointConfigState } from './events.ts';
import { nameLimit } from './limits.ts';
import { configNamed, forget, onResource } from './resources.ts';
import type { SageMaker } from './state.ts';

/** Not refused while in use, as on AWS: the next UpdateEndpoint of an endpoint that uses it then fails. */
export const deleteEndpointConfig = defineOperation<SageMaker, DeleteEndpointConfigCommandInput, Record<string, never>>({
  name: 'DeleteEndpointConfig',
  access: (input, state) => [onResource(state, 'DeleteEndpointConfig', 'endpoint-config', input.EndpointConfigName ?? '')],
  limits: { EndpointConfigName: nameLimit },
  run(input, state) {
    const config = configNamed(state, input.EndpointConfigName ?? '');
    forget(state, state.configs, config);
    publishEndpointConfigState(state.kernel, config);
    return {};
  },
});
