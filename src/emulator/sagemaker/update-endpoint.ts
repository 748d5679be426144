import type { UpdateEndpointCommandInput, UpdateEndpointCommandOutput } from '@aws-sdk/client-sagemaker';
import { notEmulated, validationException } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { beginUpdate } from './deployment.ts';
import { refuseUnlessUpdatable } from './endpoint-status.ts';
import type { Retained } from './fleet.ts';
import { nameLimit } from './limits.ts';
import { configNamed, endpointNamed, onResource } from './resources.ts';
import type { Endpoint, SageMaker } from './state.ts';

/** What variants whose name stays bring along. */
function retainedFrom(endpoint: Endpoint, input: UpdateEndpointCommandInput): ReadonlyMap<string, Retained> {
  if (!input.RetainAllVariantProperties) return new Map();
  const excluded = (input.ExcludeRetainedVariantProperties ?? []).map((property) => property.VariantPropertyType);
  return new Map(
    endpoint.fleet.variants.map((variant) => [
      variant.name,
      {
        weight: excluded.includes('DesiredWeight') ? undefined : variant.desiredWeight,
        instances: excluded.includes('DesiredInstanceCount') ? undefined : variant.desiredInstances,
      },
    ]),
  );
}

export const updateEndpoint = defineOperation<SageMaker, UpdateEndpointCommandInput, Pick<UpdateEndpointCommandOutput, 'EndpointArn'>>({
  name: 'UpdateEndpoint',
  access: (input, state) => [
    onResource(state, 'UpdateEndpoint', 'endpoint', input.EndpointName ?? ''),
    onResource(state, 'UpdateEndpoint', 'endpoint-config', input.EndpointConfigName ?? ''),
  ],
  limits: {
    EndpointName: nameLimit,
    EndpointConfigName: nameLimit,
    ExcludeRetainedVariantProperties: { min: 0, max: 3 },
    'ExcludeRetainedVariantProperties[].VariantPropertyType': { oneOf: ['DesiredInstanceCount', 'DesiredWeight', 'DataCaptureConfig'] },
  },
  run(input, state) {
    const endpoint = endpointNamed(state, input.EndpointName ?? '');
    const config = configNamed(state, input.EndpointConfigName ?? '');
    refuseUnlessUpdatable(endpoint);
    // AWS reads the configuration in force to tell what changes: one that was deleted cannot be updated away from.
    configNamed(state, endpoint.fleet.config.name);
    if (input.DeploymentConfig) throw notEmulated('deployment guardrails (UpdateEndpoint with DeploymentConfig)');
    if (input.RetainDeploymentConfig && endpoint.lastDeploymentConfig) throw notEmulated('deployment guardrails (RetainDeploymentConfig)');
    const before = endpoint.fleet.config.input.AsyncInferenceConfig;
    const after = config.input.AsyncInferenceConfig;
    if (before && !after) throw validationException('The AsyncInferenceConfig parameter cannot be removed from this endpoint.');
    if (after && !before) throw validationException('The AsyncInferenceConfig parameter cannot be added to this endpoint.');
    beginUpdate(state, endpoint, config, retainedFrom(endpoint, input));
    return { EndpointArn: endpoint.arn };
  },
});
