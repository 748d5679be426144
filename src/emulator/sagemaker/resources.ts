import type { CreateModelCommandInput } from '@aws-sdk/client-sagemaker';
import { AwsError, validationException } from '../aws-error.ts';
import { arnOf, type Kernel } from '../kernel.ts';
import type { Access } from '../operation.ts';
import type { Endpoint, EndpointConfig, Model, SageMaker, TrainingJob } from './state.ts';

/** The kinds of resource kept here, as their ARNs spell them, with the words AWS's errors use. */
const resourceWords = {
  model: 'model',
  'endpoint-config': 'endpoint configuration',
  endpoint: 'endpoint',
  'training-job': 'training job',
  'model-package': 'model package',
  'model-package-group': 'model package group',
} as const;
export type ResourceKind = keyof typeof resourceWords;

/** SageMaker's ARNs carry the name in lower case, whatever case it was given in. */
export const sageMakerArn = (kernel: Pick<Kernel, 'account' | 'region'>, kind: ResourceKind, name: string): string =>
  arnOf(kernel, 'sagemaker', `${kind}/${name.toLowerCase()}`);

const keyOf = (name: string) => name.toLowerCase();

/** AWS says "not found" with a 400 ValidationException. */
const couldNotFind = (state: SageMaker, kind: ResourceKind, name: string) =>
  validationException(`Could not find ${resourceWords[kind]} "${sageMakerArn(state.kernel, kind, name)}".`);

export const existsAlready = (kind: ResourceKind, arn: string): AwsError =>
  validationException(`Cannot create already existing ${resourceWords[kind]} "${arn}".`);

export function modelNamed(state: SageMaker, name: string): Model {
  const model = state.models.get(keyOf(name));
  if (!model) throw couldNotFind(state, 'model', name);
  return model;
}

export function configNamed(state: SageMaker, name: string): EndpointConfig {
  const config = state.configs.get(keyOf(name));
  if (!config) throw couldNotFind(state, 'endpoint-config', name);
  return config;
}

export function endpointNamed(state: SageMaker, name: string): Endpoint {
  const endpoint = state.endpoints.get(keyOf(name));
  if (!endpoint) throw couldNotFind(state, 'endpoint', name);
  return endpoint;
}

/** @throws AwsError `ResourceNotFound`, which the service model declares for training jobs alone */
export function trainingJobNamed(state: SageMaker, name: string): TrainingJob {
  const job = state.trainingJobs.get(keyOf(name));
  if (!job) throw new AwsError('ResourceNotFound', 'Requested resource not found.');
  return job;
}

/** Keeps a resource under its name. */
export function keep<T extends { readonly name: string }>(resources: Map<string, T>, resource: T): void {
  resources.set(keyOf(resource.name), resource);
}

export function forget<T extends { readonly name: string; readonly arn: string }>(state: SageMaker, resources: Map<string, T>, resource: T): void {
  resources.delete(keyOf(resource.name));
  state.tags.delete(resource.arn);
}

export const isTaken = (resources: ReadonlyMap<string, unknown>, name: string): boolean => resources.has(keyOf(name));

/** Permission for one call on one named resource. */
export const onResource = (state: SageMaker, action: string, kind: ResourceKind, name: string): Access => ({
  action: `sagemaker:${action}`,
  resource: sageMakerArn(state.kernel, kind, name),
});

/** A create call with tags needs AddTags on what it creates, too. */
export const taggingAccess = (
  state: SageMaker,
  kind: ResourceKind,
  name: string,
  creates: string,
  tags: readonly unknown[] | undefined,
): readonly Access[] =>
  tags && tags.length > 0
    ? [{ action: 'sagemaker:AddTags', resource: sageMakerArn(state.kernel, kind, name), context: { 'sagemaker:TaggingAction': creates } }]
    : [];

/** Handing a role to SageMaker needs iam:PassRole on it. */
export const passRoleAccess = (roleArn: string | undefined): readonly Access[] =>
  roleArn ? [{ action: 'iam:PassRole', resource: roleArn, context: { 'iam:PassedToService': 'sagemaker.amazonaws.com' } }] : [];

/** Condition keys about the network a job or a model may reach. */
export const networkContext = ({
  VpcConfig: vpc,
  EnableNetworkIsolation: isolated,
}: Pick<CreateModelCommandInput, 'VpcConfig' | 'EnableNetworkIsolation'>) => ({
  'sagemaker:NetworkIsolation': String(isolated ?? false),
  ...(vpc?.Subnets && { 'sagemaker:VpcSubnets': vpc.Subnets }),
  ...(vpc?.SecurityGroupIds && { 'sagemaker:VpcSecurityGroupIds': vpc.SecurityGroupIds }),
});
