import type { Kernel } from '../kernel.ts';
import type { Endpoint, EndpointConfig, Model, ModelPackage, TrainingJob } from './state.ts';

// Shapes as EventBridge delivers them: endpoint statuses in upper snake case (unlike the API and unlike training jobs),
// times as epoch milliseconds, tags as an empty object.

const source = 'aws.sagemaker';

/** `InService` -> `IN_SERVICE`. */
const upperSnake = (status: string) => status.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase();

export function publishEndpointState(kernel: Kernel, endpoint: Endpoint): void {
  kernel.cloud.publish({
    source,
    detailType: 'SageMaker Endpoint State Change',
    resources: [endpoint.arn],
    detail: {
      EndpointName: endpoint.name,
      EndpointArn: endpoint.arn,
      EndpointConfigName: endpoint.fleet.config.name,
      ProductionVariants: endpoint.fleet.variants.map((variant) => ({
        VariantName: variant.name,
        CurrentWeight: variant.currentWeight,
        DesiredWeight: variant.desiredWeight,
        CurrentInstanceCount: variant.currentInstances,
        DesiredInstanceCount: variant.desiredInstances,
      })),
      EndpointStatus: upperSnake(endpoint.status),
      CreationTime: endpoint.createdAtMs,
      LastModifiedTime: endpoint.modifiedAtMs,
      Tags: {},
    },
  });
}

/** Sent when a configuration is made and when it is deleted; nothing in it says which. */
export function publishEndpointConfigState(kernel: Kernel, config: EndpointConfig): void {
  kernel.cloud.publish({
    source,
    detailType: 'SageMaker Endpoint Config State Change',
    resources: [config.arn],
    detail: {
      EndpointConfigName: config.name,
      EndpointConfigArn: config.arn,
      ProductionVariants: (config.input.ProductionVariants ?? []).map((variant) => structuredClone(variant)),
      CreationTime: config.createdAtMs,
      Tags: {},
    },
  });
}

/** Sent when a model is made and when it is deleted; nothing in it says which. */
export function publishModelState(kernel: Kernel, model: Model): void {
  const { PrimaryContainer: primary, Containers: several, ExecutionRoleArn: role } = model.input;
  kernel.cloud.publish({
    source,
    detailType: 'SageMaker Model State Change',
    resources: [model.arn],
    detail: {
      ModelName: model.name,
      ModelArn: model.arn,
      ...(primary && { PrimaryContainer: { ContainerHostname: 'container_1', ...structuredClone(primary) } }),
      ...(several && {
        Containers: several.map((container, index) => ({ ContainerHostname: `container_${index + 1}`, ...structuredClone(container) })),
      }),
      ...(role !== undefined && { ExecutionRoleArn: role }),
      CreationTime: model.createdAtMs,
      Tags: {},
    },
  });
}

/** Fields of a model package as an event's `UpdatedModelPackageFields` spells them. */
export const updatableFields = {
  ModelApprovalStatus: 'ModelApprovalStatus',
  ApprovalDescription: 'ApprovalDescription',
  SourceUri: 'sourceUri',
  CustomerMetadataProperties: 'CustomerMetadataProperties',
  InferenceSpecification: 'InferenceSpecification',
  ModelLifeCycle: 'ModelLifeCycle',
} as const;
type UpdatedField = (typeof updatableFields)[keyof typeof updatableFields];

/**
 * Sent when a version is made and at every update, also of one that was approved already; only `updated` tells them apart.
 * Unlike the others, this event's times are ISO text in whole seconds.
 */
export function publishModelPackageState(kernel: Kernel, made: ModelPackage, updated: readonly UpdatedField[] = []): void {
  const { input, version } = made;
  const iso = (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
  kernel.cloud.publish({
    source,
    detailType: 'SageMaker Model Package State Change',
    resources: [made.arn],
    detail: structuredClone({
      ...(version ? { ModelPackageGroupName: version.group.name, ModelPackageVersion: version.number } : { ModelPackageName: made.name }),
      ModelPackageArn: made.arn,
      ...(input.ModelPackageDescription !== undefined && { ModelPackageDescription: input.ModelPackageDescription }),
      CreationTime: iso(made.createdAtMs),
      ...(input.InferenceSpecification && { InferenceSpecification: input.InferenceSpecification }),
      ModelPackageStatus: 'Completed',
      ModelPackageStatusDetails: { ValidationStatuses: [], ImageScanStatuses: [] },
      CertifyForMarketplace: input.CertifyForMarketplace ?? false,
      ...(made.approval !== undefined && { ModelApprovalStatus: made.approval }),
      ...(input.MetadataProperties && { MetadataProperties: input.MetadataProperties }),
      ...(input.ModelMetrics && { ModelMetrics: input.ModelMetrics }),
      ...(input.CustomerMetadataProperties && { CustomerMetadataProperties: input.CustomerMetadataProperties }),
      ...(input.ModelLifeCycle && { ModelLifeCycle: input.ModelLifeCycle }),
      LastModifiedTime: iso(made.modifiedAtMs),
      ...(updated.length > 0 && { UpdatedModelPackageFields: updated }),
    }),
  });
}

export function publishTrainingJobState(kernel: Kernel, job: TrainingJob): void {
  const { input } = job;
  kernel.cloud.publish({
    source,
    detailType: 'SageMaker Training Job State Change',
    resources: [job.arn],
    detail: structuredClone({
      TrainingJobName: job.name,
      TrainingJobArn: job.arn,
      TrainingJobStatus: job.status,
      SecondaryStatus: job.secondaryStatus,
      HyperParameters: input.HyperParameters ?? {},
      AlgorithmSpecification: input.AlgorithmSpecification,
      RoleArn: input.RoleArn,
      ...(input.InputDataConfig && { InputDataConfig: input.InputDataConfig }),
      OutputDataConfig: input.OutputDataConfig,
      ResourceConfig: input.ResourceConfig,
      StoppingCondition: input.StoppingCondition,
      CreationTime: job.createdAtMs,
      LastModifiedTime: job.modifiedAtMs,
      SecondaryStatusTransitions: job.transitions.map((transition) => ({
        Status: transition.Status,
        StartTime: transition.StartTime?.getTime(),
        ...(transition.EndTime && { EndTime: transition.EndTime.getTime() }),
        StatusMessage: transition.StatusMessage,
      })),
      Tags: {},
      ...(job.trainingStartedAtMs !== undefined && { TrainingStartTime: job.trainingStartedAtMs }),
      ...(job.trainingEndedAtMs !== undefined && { TrainingEndTime: job.trainingEndedAtMs }),
      ...(job.failureReason !== undefined && { FailureReason: job.failureReason }),
      ...(job.modelArtifacts !== undefined && { ModelArtifacts: { S3ModelArtifacts: job.modelArtifacts } }),
    }),
  });
}
