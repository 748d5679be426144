import * as z from 'zod/mini';

/** Which groups of instances take part. Unset: all. */
const instanceGroups = z.optional(z.array(z.string().check(z.minLength(1), z.maxLength(64))).check(z.minLength(1)));
const processesPerHost = z.optional(z.int().check(z.minimum(1)));
const customMpiOptions = z._default(z.string().check(z.maxLength(2000)), '');

/** How a training job spreads over processes and hosts, in the words of the SageMaker Python SDK's `distribution`. */
export const DistributionSpec = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('parameterServer'), instanceGroups }),
  z.strictObject({ type: z.literal('multiWorkerMirrored'), instanceGroups }),
  /** `processesPerHost` unset: one a GPU, else one a Neuron core, else one. */
  z.strictObject({ type: z.literal('mpi'), processesPerHost, customMpiOptions, instanceGroups }),
  z.strictObject({ type: z.literal('torchDistributed'), instanceGroups }),
  z.strictObject({ type: z.literal('smdistributedDataParallel'), customMpiOptions, instanceGroups }),
  z.strictObject({
    type: z.literal('smdistributedModelParallel'),
    /** Parts the model is split into. */
    partitions: z.int().check(z.minimum(1)),
    /** Further settings of the library, handed on as they are. */
    parameters: z._default(
      z
        .record(z.string(), z.unknown())
        .check(z.refine((parameters) => !Object.hasOwn(parameters, 'partitions'), 'Expected no partitions here: they have a field of their own')),
      {},
    ),
    processesPerHost,
    customMpiOptions,
    instanceGroups,
  }),
  z.strictObject({ type: z.literal('pytorchDdp'), instanceGroups }),
  z.strictObject({ type: z.literal('pytorchXla'), instanceGroups }),
]);
export type DistributionSpec = z.output<typeof DistributionSpec>;

/** Whether it is one of SageMaker's own libraries: some old versions of a framework have an image of their own for them. */
export const isSmdistributed = ({ type }: DistributionSpec): boolean => type === 'smdistributedDataParallel' || type === 'smdistributedModelParallel';
