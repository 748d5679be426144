import { ApplicationAutoScalingClient, DescribeScalableTargetsCommand } from '@aws-sdk/client-application-auto-scaling';
import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  type CreateEndpointConfigCommandInput,
  DeleteEndpointCommand,
  DeleteEndpointConfigCommand,
  DescribeEndpointCommand,
  type DescribeEndpointCommandOutput,
  DescribeEndpointConfigCommand,
  SageMakerClient,
  UpdateEndpointCommand,
  type UpdateEndpointCommandInput,
  UpdateEndpointWeightsAndCapacitiesCommand,
} from '@aws-sdk/client-sagemaker';
import type { EndpointConfig, EndpointDescription, EndpointStatus, Endpoints } from '../ports/endpoints.ts';
import { alreadyExists, attempt, attemptToFind, translated } from './errors.ts';
import { tagList } from './tags.ts';

/** SageMaker endpoints through the SDK. */
export function sageMakerEndpoints(
  client: SageMakerClient = new SageMakerClient(),
  scaling: ApplicationAutoScalingClient = new ApplicationAutoScalingClient(),
): Endpoints {
  return {
    async describe(EndpointName) {
      const answer = await attemptToFind(`Cannot describe endpoint "${EndpointName}"`, () =>
        client.send(new DescribeEndpointCommand({ EndpointName })),
      );
      return answer && descriptionOf(answer);
    },

    async describeConfig(EndpointConfigName) {
      const answer = await attemptToFind(`Cannot describe endpoint configuration "${EndpointConfigName}"`, () =>
        client.send(new DescribeEndpointConfigCommand({ EndpointConfigName })),
      );
      if (!answer) return undefined;
      const { EndpointConfigName: _name, EndpointConfigArn: _arn, CreationTime: _time, $metadata: _metadata, ...config } = answer;
      return withoutUndefined(config) as EndpointConfig; // SageMaker requires ProductionVariants of every configuration.
    },

    async createConfig(EndpointConfigName, config, tags) {
      // The fields came out of DescribeEndpointConfig or are ours: the request takes the same shapes.
      const request = { ...config, EndpointConfigName, Tags: tagList(tags) } as unknown as CreateEndpointConfigCommandInput;
      await client.send(new CreateEndpointConfigCommand(request)).catch((error: unknown) => {
        if (!alreadyExists(error)) throw translated(error, `Cannot create endpoint configuration "${EndpointConfigName}"`);
      });
    },

    async deleteConfig(EndpointConfigName) {
      await attemptToFind(`Cannot delete endpoint configuration "${EndpointConfigName}"`, () =>
        client.send(new DeleteEndpointConfigCommand({ EndpointConfigName })),
      );
    },

    async create(EndpointName, EndpointConfigName, tags) {
      await client.send(new CreateEndpointCommand({ EndpointName, EndpointConfigName, Tags: tagList(tags) })).catch((error: unknown) => {
        if (!alreadyExists(error)) throw translated(error, `Cannot create endpoint "${EndpointName}"`);
      });
    },

    update: (EndpointName, EndpointConfigName) =>
      attempt(`Cannot update endpoint "${EndpointName}" to configuration "${EndpointConfigName}"`, async () => {
        await client.send(new UpdateEndpointCommand({ EndpointName, EndpointConfigName, ...retainWeights }));
      }),

    setWeights: (EndpointName, weights) =>
      attempt(`Cannot set weights on endpoint "${EndpointName}"`, async () => {
        await client.send(new UpdateEndpointWeightsAndCapacitiesCommand({ EndpointName, DesiredWeightsAndCapacities: [...weights] }));
      }),

    setCapacity: (EndpointName, VariantName, DesiredInstanceCount) =>
      attempt(`Cannot set the instance count of variant "${VariantName}" of endpoint "${EndpointName}"`, async () => {
        await client.send(
          new UpdateEndpointWeightsAndCapacitiesCommand({ EndpointName, DesiredWeightsAndCapacities: [{ VariantName, DesiredInstanceCount }] }),
        );
      }),

    async delete(EndpointName) {
      await attemptToFind(`Cannot delete endpoint "${EndpointName}"`, () => client.send(new DeleteEndpointCommand({ EndpointName })));
    },

    async scaledVariants(endpointName, variantNames) {
      const answer = await attempt(`Cannot ask for scalable targets of endpoint "${endpointName}"`, () =>
        scaling.send(
          new DescribeScalableTargetsCommand({
            ServiceNamespace: 'sagemaker',
            ScalableDimension: 'sagemaker:variant:DesiredInstanceCount',
            ResourceIds: variantNames.map((variantName) => `endpoint/${endpointName}/variant/${variantName}`),
          }),
        ),
      );
      return (answer.ScalableTargets ?? []).flatMap((target) => target.ResourceId?.split('/')[3] ?? []);
    },
  };
}

/**
 * Running weights are kept. Counts come from the configuration, which has them from the running endpoint: kept, a canary
 * would inherit the one instance of the variant that rested under its name.
 */
const retainWeights = {
  RetainAllVariantProperties: true,
  ExcludeRetainedVariantProperties: [{ VariantPropertyType: 'DesiredInstanceCount' }],
} satisfies Partial<UpdateEndpointCommandInput>;

function descriptionOf(answer: DescribeEndpointCommandOutput): EndpointDescription {
  return {
    EndpointName: answer.EndpointName ?? '',
    EndpointArn: answer.EndpointArn ?? '',
    EndpointStatus: answer.EndpointStatus as EndpointStatus, // A status AWS adds later matches no case and counts as not at rest.
    EndpointConfigName: answer.EndpointConfigName ?? '',
    ProductionVariants: (answer.ProductionVariants ?? []).map((variant) => ({
      VariantName: variant.VariantName ?? '',
      CurrentWeight: variant.CurrentWeight ?? 0,
      DesiredWeight: variant.DesiredWeight ?? variant.CurrentWeight ?? 0,
      CurrentInstanceCount: variant.CurrentInstanceCount ?? 0,
      DesiredInstanceCount: variant.DesiredInstanceCount ?? variant.CurrentInstanceCount ?? 0,
      ResolvedImages: (variant.DeployedImages ?? []).flatMap((image) => image.ResolvedImage ?? []),
    })),
    ShadowVariantNames: (answer.ShadowProductionVariants ?? []).flatMap((variant) => variant.VariantName ?? []),
    LastModifiedTimeMs: answer.LastModifiedTime?.getTime() ?? 0,
    ...(answer.PendingDeploymentSummary?.EndpointConfigName !== undefined && {
      PendingConfigName: answer.PendingDeploymentSummary.EndpointConfigName,
    }),
    ...(answer.FailureReason !== undefined && { FailureReason: answer.FailureReason }),
  };
}

/** Drops members that are undefined, at every depth, so that equal configurations have equal JSON. */
function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (value === null || typeof value !== 'object' || value instanceof Date) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([key, member]) => [key, withoutUndefined(member)]),
  );
}
