import type { UpdateEndpointWeightsAndCapacitiesCommandInput, UpdateEndpointWeightsAndCapacitiesCommandOutput } from '@aws-sdk/client-sagemaker';
import { notEmulated, validationException } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { refuseUnlessUpdatable } from './endpoint-status.ts';
import { nameLimit } from './limits.ts';
import { endpointNamed, onResource } from './resources.ts';
import type { SageMaker } from './state.ts';
import { beginWeightsAndCapacities } from './weights.ts';

export const updateEndpointWeightsAndCapacities = defineOperation<
  SageMaker,
  UpdateEndpointWeightsAndCapacitiesCommandInput,
  Pick<UpdateEndpointWeightsAndCapacitiesCommandOutput, 'EndpointArn'>
>({
  name: 'UpdateEndpointWeightsAndCapacities',
  access: (input, state) => [onResource(state, 'UpdateEndpointWeightsAndCapacities', 'endpoint', input.EndpointName ?? '')],
  limits: {
    EndpointName: nameLimit,
    DesiredWeightsAndCapacities: { min: 1 },
    'DesiredWeightsAndCapacities[].VariantName': nameLimit,
    'DesiredWeightsAndCapacities[].DesiredWeight': { min: 0 },
    'DesiredWeightsAndCapacities[].DesiredInstanceCount': { min: 0 },
  },
  run(input, state) {
    const endpoint = endpointNamed(state, input.EndpointName ?? '');
    refuseUnlessUpdatable(endpoint);
    const desired = input.DesiredWeightsAndCapacities ?? [];
    const names = desired.map((entry) => entry.VariantName ?? '');
    const unknown = names.filter((name) => !endpoint.fleet.variants.some((variant) => variant.name === name));
    if (unknown.length > 0) {
      throw validationException(
        `The variant name(s) "${unknown.join(', ')}" is/are not present within endpoint configuration "${endpoint.fleet.config.name}".`,
      );
    }
    const repeated = names.find((name, index) => names.indexOf(name) !== index);
    if (repeated !== undefined) throw validationException(`The variant name "${repeated}" was non-unique within the request.`);
    if (desired.some((entry) => entry.ServerlessUpdateConfig)) throw notEmulated('capacity changes of serverless variants (ServerlessUpdateConfig)');
    beginWeightsAndCapacities(state, endpoint, structuredClone(desired));
    return { EndpointArn: endpoint.arn };
  },
});
