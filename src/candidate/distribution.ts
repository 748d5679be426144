import { assertNever } from '../rollout/errors.ts';
import { type Fleet, hostsOf } from './distribution-hosts.ts';
import type { DistributionSpec } from './distribution-spec.ts';
import type { HyperparameterValue } from './hyperparameters-spec.ts';

type Values = Readonly<Record<string, HyperparameterValue>>;

/**
 * What tells the image's training toolkit how to start the program, in the names the SageMaker Python SDK writes.
 *
 * @returns values as `writeHyperparameters` takes them; where the job has instance groups, `sagemaker_distribution_instance_groups` says which take part
 * @throws BadRequest where the distribution can't run on this fleet, with the reason
 * @example distributionHyperparameters({ type: 'torchDistributed' }, { instanceType: 'ml.g5.12xlarge', instanceCount: 2 })
 *   // { sagemaker_torch_distributed_enabled: true, sagemaker_instance_type: 'ml.g5.12xlarge' }
 */
export function distributionHyperparameters(spec: DistributionSpec, fleet: Fleet): Values {
  const { instanceType, groups } = hostsOf(spec, fleet);
  return { ...launcher(spec, instanceType), ...(groups && { sagemaker_distribution_instance_groups: [...groups] }) };
}

function launcher(spec: DistributionSpec, instanceType: string): Values {
  switch (spec.type) {
    case 'parameterServer':
      return { sagemaker_parameter_server_enabled: true };
    case 'multiWorkerMirrored':
      return { sagemaker_multi_worker_mirrored_strategy_enabled: true };
    case 'mpi':
      return mpi(spec);
    case 'torchDistributed':
      return { sagemaker_torch_distributed_enabled: true, sagemaker_instance_type: instanceType };
    case 'smdistributedDataParallel':
      return {
        sagemaker_distributed_dataparallel_enabled: true,
        sagemaker_distributed_dataparallel_custom_mpi_options: spec.customMpiOptions,
        sagemaker_instance_type: instanceType,
      };
    case 'smdistributedModelParallel':
      return { mp_parameters: { ...spec.parameters, partitions: spec.partitions }, ...mpi(spec) };
    case 'pytorchDdp':
      return { sagemaker_pytorch_ddp_enabled: true };
    case 'pytorchXla':
      return { sagemaker_pytorch_xla_multi_worker_enabled: true };
    default:
      return assertNever(spec, 'distribution');
  }
}

/** Without a number of processes the toolkit starts one a GPU, else one a Neuron core, else one. */
const mpi = (spec: { readonly processesPerHost?: number | undefined; readonly customMpiOptions: string }): Values => ({
  sagemaker_mpi_enabled: true,
  ...(spec.processesPerHost !== undefined && { sagemaker_mpi_num_of_processes_per_host: spec.processesPerHost }),
  sagemaker_mpi_custom_mpi_options: spec.customMpiOptions,
});
