import type { Kernel } from '../kernel.ts';
import { bindService, type Service } from '../operation.ts';
import { invokeEndpoint } from '../sagemaker-runtime/invoke-endpoint.ts';
import { addTags } from './add-tags.ts';
import { createEndpoint } from './create-endpoint.ts';
import { createEndpointConfig } from './create-endpoint-config.ts';
import { createModelPackageGroup } from './create-model-package-group.ts';
import { createModelPackage } from './create-model-package.ts';
import { createModel } from './create-model.ts';
import { createTrainingJob } from './create-training-job.ts';
import { deleteEndpoint } from './delete-endpoint.ts';
import { deleteEndpointConfig } from './delete-endpoint-config.ts';
import { deleteModelPackageGroup } from './delete-model-package-group.ts';
import { deleteModelPackage } from './delete-model-package.ts';
import { deleteModel } from './delete-model.ts';
import { deleteTags } from './delete-tags.ts';
import { beginSystemUpdate } from './deployment.ts';
import { describeEndpoint } from './describe-endpoint.ts';
import { describeEndpointConfig } from './describe-endpoint-config.ts';
import { describeModelPackageGroup } from './describe-model-package-group.ts';
import { describeModelPackage } from './describe-model-package.ts';
import { describeModel } from './describe-model.ts';
import { describeTrainingJob } from './describe-training-job.ts';
import { refuseUnlessUpdatable } from './endpoint-status.ts';
import { listEndpointConfigs } from './list-endpoint-configs.ts';
import { listEndpoints } from './list-endpoints.ts';
import { listModelPackageGroups } from './list-model-package-groups.ts';
import { listModelPackages } from './list-model-packages.ts';
import { listModels } from './list-models.ts';
import { listTags } from './list-tags.ts';
import { listTrainingJobs } from './list-training-jobs.ts';
import { invocationMetrics, type Served } from './metrics.ts';
import { endpointNamed, sageMakerArn } from './resources.ts';
import type { Endpoint, EndpointConfig, Model, SageMaker, SageMakerOptions, TrainingJob } from './state.ts';
import { stopTrainingJob } from './stop-training-job.ts';
import { statisticalTraffic } from './traffic.ts';
import { updateEndpoint } from './update-endpoint.ts';
import { updateEndpointWeightsAndCapacities } from './update-endpoint-weights-and-capacities.ts';
import { updateModelPackage } from './update-model-package.ts';

export type { Served } from './metrics.ts';
export type { SageMakerOptions, TrainingFault, UpdateKind, UpdateOutcome } from './state.ts';

export interface SageMakerService {
  readonly control: Service;
  readonly runtime: Service;
  /** The emulator's own truth, to look at. In the order they were made. */
  endpoints(): readonly Endpoint[];
  configs(): readonly EndpointConfig[];
  models(): readonly Model[];
  trainingJobs(): readonly TrainingJob[];
  /** What each variant of an endpoint served so far, per configuration; also after the endpoint is gone. */
  served(endpointName: string): readonly Served[];
  /** Requests a second that are counted, not made, where variants are statistical models; 0 ends it. The endpoint need not exist yet. */
  setTraffic(endpointName: string, requestsPerSecond: number): void;
  /** AWS's own maintenance of an endpoint, for so many seconds of emulator time. Throws as UpdateEndpoint would while it is busy. */
  systemUpdate(endpointName: string, seconds: number): void;
  /** Ends every container. The clock should stand still by then. */
  close(): Promise<void>;
}

/** SageMaker: control plane and runtime over one state. */
export function createSageMakerService(kernel: Kernel, options: SageMakerOptions): SageMakerService {
  const metrics = invocationMetrics(kernel, options.faults?.metricsMissing);
  const state: SageMaker = {
    kernel,
    options,
    models: new Map(),
    modelPackageGroups: new Map(),
    modelPackages: new Map(),
    packageTokens: new Map(),
    configs: new Map(),
    endpoints: new Map(),
    trainingJobs: new Map(),
    tags: new Map(),
    metrics,
    traffic: statisticalTraffic(kernel, metrics),
    closed: false,
  };
  return {
    control: bindService('sagemaker', state, [
      addTags,
      createEndpoint,
      createEndpointConfig,
      createModel,
      createModelPackage,
      createModelPackageGroup,
      createTrainingJob,
      deleteEndpoint,
      deleteEndpointConfig,
      deleteModel,
      deleteModelPackage,
      deleteModelPackageGroup,
      deleteTags,
      describeEndpoint,
      describeEndpointConfig,
      describeModel,
      describeModelPackage,
      describeModelPackageGroup,
      describeTrainingJob,
      listEndpointConfigs,
      listEndpoints,
      listModelPackageGroups,
      listModelPackages,
      listModels,
      listTags,
      listTrainingJobs,
      stopTrainingJob,
      updateEndpoint,
      updateEndpointWeightsAndCapacities,
      updateModelPackage,
    ]),
    runtime: bindService('sagemaker-runtime', state, [invokeEndpoint]),
    endpoints: () => [...state.endpoints.values()],
    configs: () => [...state.configs.values()],
    models: () => [...state.models.values()],
    trainingJobs: () => [...state.trainingJobs.values()],
    served: (endpointName) => metrics.served(sageMakerArn(kernel, 'endpoint', endpointName)),
    setTraffic: (endpointName, requestsPerSecond) =>
      state.traffic.set(endpointName, requestsPerSecond, state.endpoints.get(endpointName.toLowerCase())),
    systemUpdate(endpointName, seconds) {
      const endpoint = endpointNamed(state, endpointName);
      refuseUnlessUpdatable(endpoint);
      beginSystemUpdate(state, endpoint, seconds);
    },
    async close() {
      if (state.closed) return;
      state.closed = true;
      await options.workloads.close();
    },
  };
}
