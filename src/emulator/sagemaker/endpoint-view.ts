import type { DescribeEndpointCommandOutput, PendingProductionVariantSummary, ProductionVariantSummary } from '@aws-sdk/client-sagemaker';
import type { Endpoint, Fleet, FleetVariant } from './state.ts';

type Described = Omit<DescribeEndpointCommandOutput, '$metadata'>;

/** Members of AWS's answers are left out, not undefined. */
const given = <T extends object>(members: T): T => Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as T; // Only undefined members go; T's optional ones are those.

function variantSummary(variant: FleetVariant): ProductionVariantSummary {
  const { config } = variant;
  const serverless = config.ServerlessConfig;
  return given<ProductionVariantSummary>({
    VariantName: variant.name,
    DeployedImages: variant.deployedImages.length > 0 ? [...variant.deployedImages] : undefined,
    // A variant of inference components has no weight of its own.
    CurrentWeight: variant.currentWeight,
    DesiredWeight: variant.desiredWeight,
    CurrentInstanceCount: serverless ? 0 : variant.currentInstances,
    DesiredInstanceCount: serverless ? undefined : variant.desiredInstances,
    VariantStatus: variant.status.length > 0 ? [...variant.status] : undefined,
    CurrentServerlessConfig: serverless,
    DesiredServerlessConfig: serverless,
    ManagedInstanceScaling: config.ManagedInstanceScaling,
    RoutingConfig: config.RoutingConfig,
  });
}

const pendingSummary = (variant: FleetVariant): PendingProductionVariantSummary =>
  given<PendingProductionVariantSummary>({
    ...variantSummary(variant),
    InstanceType: variant.config.InstanceType,
    AcceleratorType: variant.config.AcceleratorType,
  });

function pendingDeployment(fleet: Fleet): Described['PendingDeploymentSummary'] {
  return given({
    EndpointConfigName: fleet.config.name,
    ProductionVariants: fleet.variants.map(pendingSummary),
    StartTime: new Date(fleet.startedAtMs),
    ShadowProductionVariants: fleet.shadows.length > 0 ? fleet.shadows.map(pendingSummary) : undefined,
  });
}

/** DescribeEndpoint's answer: the configuration in force, and beside it what is pending. */
export function describedEndpoint(endpoint: Endpoint): Described {
  const { fleet } = endpoint;
  const { input } = fleet.config;
  const capture = input.DataCaptureConfig;
  const pending = endpoint.pending ?? (endpoint.status === 'Creating' ? fleet : undefined);
  return structuredClone(
    given<Described>({
      EndpointName: endpoint.name,
      EndpointArn: endpoint.arn,
      EndpointConfigName: fleet.config.name,
      ProductionVariants: fleet.variants.map(variantSummary),
      DataCaptureConfig: capture && {
        EnableCapture: capture.EnableCapture ?? false,
        CaptureStatus: capture.EnableCapture ? 'Started' : 'Stopped',
        CurrentSamplingPercentage: capture.InitialSamplingPercentage,
        DestinationS3Uri: capture.DestinationS3Uri,
        KmsKeyId: capture.KmsKeyId ?? '',
      },
      EndpointStatus: endpoint.status,
      FailureReason: endpoint.failureReason,
      CreationTime: new Date(endpoint.createdAtMs),
      LastModifiedTime: new Date(endpoint.modifiedAtMs),
      LastDeploymentConfig: endpoint.lastDeploymentConfig,
      AsyncInferenceConfig: input.AsyncInferenceConfig,
      PendingDeploymentSummary: pending && pendingDeployment(pending),
      ExplainerConfig: input.ExplainerConfig,
      ShadowProductionVariants: fleet.shadows.length > 0 ? fleet.shadows.map(variantSummary) : undefined,
      MetricsConfig: input.MetricsConfig,
    }),
  );
}
