import type { DeleteEndpointCommandInput } from '@aws-sdk/client-sagemaker';
import { defineOperation } from '../operation.ts';
import { beginDelete } from './deployment.ts';
import { busyError } from './endpoint-status.ts';
import { nameLimit } from './limits.ts';
import { endpointNamed, onResource } from './resources.ts';
import type { SageMaker } from './state.ts';

/** Refused with the words of an update while anything is under way; from `Failed` it is the one call that works. */
export const deleteEndpoint = defineOperation<SageMaker, DeleteEndpointCommandInput, Record<string, never>>({
  name: 'DeleteEndpoint',
  access: (input, state) => [onResource(state, 'DeleteEndpoint', 'endpoint', input.EndpointName ?? '')],
  limits: { EndpointName: nameLimit },
  run(input, state) {
    const endpoint = endpointNamed(state, input.EndpointName ?? '');
    const busy = busyError(endpoint);
    if (busy) throw busy;
    beginDelete(state, endpoint);
    return {};
  },
});
