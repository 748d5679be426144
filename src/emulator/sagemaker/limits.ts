import type { Limit, Limits } from '../operation.ts';

// Lengths, patterns and value sets as AWS's service model states them.

/** Endpoints, configurations, variants, training jobs. */
export const nameLimit: Limit = { max: 63, pattern: /^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/ };
export const modelNameLimit: Limit = { max: 63, pattern: /^[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?$/ };
export const roleArnLimit: Limit = { min: 20, max: 2048, pattern: /^arn:aws[a-z-]*:iam::\d{12}:role\/?[a-zA-Z_0-9+=,.@\-_/]+$/ };

export const tagLimits: Limits = {
  Tags: { min: 0, max: 50 },
  'Tags[].Key': { min: 1, max: 128 },
  'Tags[].Value': { min: 0, max: 256 },
};

/** Paging, names and order of the List calls. */
export const listLimits: Limits = {
  MaxResults: { min: 1, max: 100 },
  NextToken: { max: 8192 },
  NameContains: { max: 63 },
  SortOrder: { oneOf: ['Ascending', 'Descending'] },
};

/** The instance types number in the hundreds and grow; their shape is what is held here. */
const instanceTypeLimit: Limit = { pattern: /^ml\.[a-z0-9-]+\.[a-z0-9-]+$/ };
export const trainingInstanceTypeLimit = instanceTypeLimit;

/** A variant's members below `path`, such as `ProductionVariants[]`. */
export const variantLimits = (path: string): Limits => ({
  [`${path}.VariantName`]: nameLimit,
  [`${path}.ModelName`]: modelNameLimit,
  [`${path}.InstanceType`]: instanceTypeLimit,
  [`${path}.InitialInstanceCount`]: { min: 1 },
  [`${path}.InitialVariantWeight`]: { min: 0 },
  [`${path}.VolumeSizeInGB`]: { min: 1, max: 512 },
  [`${path}.ModelDataDownloadTimeoutInSeconds`]: { min: 60, max: 3600 },
  [`${path}.ContainerStartupHealthCheckTimeoutInSeconds`]: { min: 60, max: 3600 },
  [`${path}.VariantInstanceProvisionTimeoutInSeconds`]: { min: 300, max: 3600 },
  [`${path}.InstancePools`]: { min: 1, max: 5 },
  [`${path}.RoutingConfig.RoutingStrategy`]: { oneOf: ['LEAST_OUTSTANDING_REQUESTS', 'RANDOM', 'PREFIX_AWARE'] },
  [`${path}.ServerlessConfig.MemorySizeInMB`]: { min: 1024, max: 6144 },
  [`${path}.ServerlessConfig.MaxConcurrency`]: { min: 1, max: 200 },
  [`${path}.ServerlessConfig.ProvisionedConcurrency`]: { min: 1, max: 200 },
});

/** A version is named by its ARN, or by the end of it: `<group>/<version>`. */
export const packageNameOrArnLimit: Limit = {
  min: 1,
  max: 176,
  pattern: /(arn:aws[a-z-]*:sagemaker:[a-z0-9-]*:[0-9]{12}:[a-z-]*\/)?([a-zA-Z0-9]([a-zA-Z0-9-]){0,62})(?<!-)(\/[0-9]{1,5})?/,
};

/** A container definition's members below `path`. */
export const containerLimits = (path: string): Limits => ({
  [`${path}.ContainerHostname`]: { max: 63, pattern: /^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/ },
  [`${path}.Image`]: { max: 255, pattern: /^\S+$/ },
  [`${path}.Mode`]: { oneOf: ['SingleModel', 'MultiModel'] },
  [`${path}.ModelDataUrl`]: { max: 1024, pattern: /^(https|s3):\/\/([^/]+)\/?(.*)$/ },
  [`${path}.ImageConfig.RepositoryAccessMode`]: { oneOf: ['Platform', 'Vpc'] },
  [`${path}.Environment`]: { max: 100 },
  [`${path}.AdditionalModelDataSources`]: { max: 5 },
  [`${path}.ModelPackageName`]: packageNameOrArnLimit,
  [`${path}.ModelDataSource.S3DataSource.S3DataType`]: { oneOf: ['S3Prefix', 'S3Object'] },
  [`${path}.ModelDataSource.S3DataSource.CompressionType`]: { oneOf: ['None', 'Gzip'] },
  [`${path}.ContainerMetricsConfig.MetricsEndpoints`]: { max: 1 },
});

/** Where a model or a job is attached to a network of the account's. */
export const vpcLimits: Limits = {
  'VpcConfig.SecurityGroupIds': { min: 1, max: 5 },
  'VpcConfig.SecurityGroupIds[]': { max: 32, pattern: /[-0-9a-zA-Z]+/ },
  'VpcConfig.Subnets': { min: 1, max: 16 },
  'VpcConfig.Subnets[]': { max: 32, pattern: /[-0-9a-zA-Z]+/ },
};
