import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import type { JsonSchema } from '../../scripts/schema.ts';
import { distributionHyperparameters } from '../../src/candidate/distribution.ts';
import type { Fleet } from '../../src/candidate/distribution-hosts.ts';
import { DistributionSpec, isSmdistributed } from '../../src/candidate/distribution-spec.ts';

type Written = z.input<typeof DistributionSpec>;
const two: Fleet = { instanceType: 'ml.g5.12xlarge', instanceCount: 2 };
const one: Fleet = { ...two, instanceCount: 1 };
const mixed: Fleet = {
  instanceGroups: [
    { name: 'data', instanceType: 'ml.c5.9xlarge', instanceCount: 2 },
    { name: 'gpus', instanceType: 'ml.p4d.24xlarge', instanceCount: 2 },
  ],
};
const hyperparameters = (written: Written, fleet: Fleet = two) => distributionHyperparameters(z.parse(DistributionSpec, written), fleet);

/** The SDK's settings and the hyperparameters it makes of them. */
const table: readonly (readonly [Written, object])[] = [
  [{ type: 'parameterServer' }, { sagemaker_parameter_server_enabled: true }],
  [{ type: 'multiWorkerMirrored' }, { sagemaker_multi_worker_mirrored_strategy_enabled: true }],
  [{ type: 'mpi' }, { sagemaker_mpi_enabled: true, sagemaker_mpi_custom_mpi_options: '' }],
  [
    { type: 'mpi', processesPerHost: 4, customMpiOptions: '-x NCCL_DEBUG=INFO' },
    { sagemaker_mpi_enabled: true, sagemaker_mpi_num_of_processes_per_host: 4, sagemaker_mpi_custom_mpi_options: '-x NCCL_DEBUG=INFO' },
  ],
  [{ type: 'torchDistributed' }, { sagemaker_torch_distributed_enabled: true, sagemaker_instance_type: 'ml.g5.12xlarge' }],
  [
    { type: 'smdistributedDataParallel' },
    {
      sagemaker_distributed_dataparallel_enabled: true,
      sagemaker_distributed_dataparallel_custom_mpi_options: '',
      sagemaker_instance_type: 'ml.g5.12xlarge',
    },
  ],
  [
    { type: 'smdistributedModelParallel', partitions: 2, parameters: { microbatches: 4, pipeline: 'interleaved' }, processesPerHost: 4 },
    {
      mp_parameters: { partitions: 2, microbatches: 4, pipeline: 'interleaved' },
      sagemaker_mpi_enabled: true,
      sagemaker_mpi_num_of_processes_per_host: 4,
      sagemaker_mpi_custom_mpi_options: '',
    },
  ],
  [{ type: 'pytorchDdp' }, { sagemaker_pytorch_ddp_enabled: true }],
  [{ type: 'pytorchXla' }, { sagemaker_pytorch_xla_multi_worker_enabled: true }],
];

describe('distributionHyperparameters()', () => {
  test('is held for every kind there is', () => {
    const { oneOf = [] } = z.toJSONSchema(DistributionSpec) as JsonSchema; // zod writes draft 2020-12.
    expect(new Set<unknown>(table.map(([{ type }]) => type))).toEqual(new Set(oneOf.map(({ properties }) => properties?.['type']?.const)));
  });

  test.each(table)('%j', (written, expected) => expect(hyperparameters(written)).toEqual(expected));

  test.each(table)('of %j says which groups take part, where the job has groups', (written) => {
    expect(hyperparameters({ ...written, instanceGroups: ['gpus'] }, mixed)).toHaveProperty('sagemaker_distribution_instance_groups', ['gpus']);
  });

  test('has all groups take part unless some are named', () =>
    expect(hyperparameters({ type: 'mpi' }, mixed)).toHaveProperty('sagemaker_distribution_instance_groups', ['data', 'gpus']));

  test('names the instance type of the groups that take part', () =>
    expect(hyperparameters({ type: 'torchDistributed', instanceGroups: ['gpus'] }, mixed)).toMatchObject({
      sagemaker_instance_type: 'ml.p4d.24xlarge',
    }));

  test.each<[Written, Fleet, string]>([
    [{ type: 'parameterServer' }, one, 'by parameterServer: it spreads the work over hosts, and one takes part'],
    [{ type: 'multiWorkerMirrored' }, one, 'it spreads the work over hosts, and one takes part'],
    [{ type: 'smdistributedDataParallel' }, { instanceType: 'ml.m5.large', instanceCount: 2 }, 'ml.m5.large has no GPU'],
    [{ type: 'smdistributedModelParallel', partitions: 2 }, { instanceType: 'ml.trn1.32xlarge', instanceCount: 2 }, 'ml.trn1.32xlarge has no GPU'],
    [{ type: 'smdistributedModelParallel', partitions: 2 }, mixed, 'ml.c5.9xlarge has no GPU'],
    [
      { type: 'torchDistributed' },
      mixed,
      'it is told one instance type, and these take part: ml.c5.9xlarge, ml.p4d.24xlarge; name groups of one type',
    ],
    [{ type: 'smdistributedModelParallel', partitions: 9, processesPerHost: 4 }, two, 'each of 9 partitions needs a process, and there are 8'],
    [{ type: 'mpi', instanceGroups: ['gpu'] }, mixed, 'there is no instance group "gpu"; known are data, gpus; nearest is gpus'],
    [{ type: 'mpi', instanceGroups: ['gpus'] }, two, 'it names the instance groups gpus, and the job has no groups'],
    [{ type: 'mpi' }, { instanceGroups: [] }, 'no instance takes part'],
  ])('refuses %j on %j', (written, fleet, reason) => {
    expect(() => hyperparameters(written, fleet)).toThrow(reason);
    expect(() => hyperparameters(written, fleet)).toThrow(expect.objectContaining({ name: 'BadRequest' }));
  });

  test('takes one host where processes share it', () => {
    for (const type of ['mpi', 'torchDistributed', 'smdistributedDataParallel'] as const) expect(() => hyperparameters({ type }, one)).not.toThrow();
    expect(() => hyperparameters({ type: 'smdistributedModelParallel', partitions: 4, processesPerHost: 4 }, one)).not.toThrow();
  });
});

describe('DistributionSpec', () => {
  test.each([
    [{ type: 'horovod' }, 'type'],
    [{ type: 'mpi', processesPerHost: 0 }, 'processesPerHost'],
    [{ type: 'torchDistributed', processesPerHost: 4 }, ''],
    [{ type: 'smdistributedModelParallel' }, 'partitions'],
    [{ type: 'smdistributedModelParallel', partitions: 2, parameters: { partitions: 4 } }, 'parameters'],
    [{ type: 'mpi', instanceGroups: [] }, 'instanceGroups'],
  ])('refuses %j', (value, path) => expect(z.safeParse(DistributionSpec, value).error?.issues.map((issue) => issue.path.join('.'))).toEqual([path]));

  test('knows which kinds are SageMaker’s own libraries', () => {
    const own = table.map(([written]) => z.parse(DistributionSpec, written)).filter(isSmdistributed);
    expect(own.map(({ type }) => type)).toEqual(['smdistributedDataParallel', 'smdistributedModelParallel']);
  });
});
