import type { ScalableTarget, ScalingPolicy } from '@aws-sdk/client-application-auto-scaling';
import { AwsError, notEmulated, validationException } from '../aws-error.ts';
import { arnOf, type Kernel } from '../kernel.ts';
import type { Access } from '../operation.ts';

/** What a target is known by: a variant of an endpoint, as `endpoint/<name>/variant/<variant>`. */
export interface TargetKey {
  readonly ServiceNamespace?: string | undefined;
  readonly ResourceId?: string | undefined;
  readonly ScalableDimension?: string | undefined;
}

export interface RegisteredTarget {
  readonly target: ScalableTarget;
  /** By name. */
  readonly policies: Map<string, ScalingPolicy>;
}

export interface AutoScalingState {
  readonly kernel: Kernel;
  /** By resource id. */
  readonly targets: Map<string, RegisteredTarget>;
}

export const variantDimension = 'sagemaker:variant:DesiredInstanceCount';
const resourceGrammar = /^endpoint\/([A-Za-z0-9-]+)\/variant\/([A-Za-z0-9-]+)$/;

/** Endpoint and variant of a resource id, or nothing. */
export function variantOf(resourceId: string): { readonly endpointName: string; readonly variantName: string } | undefined {
  const match = resourceGrammar.exec(resourceId);
  return match ? { endpointName: match[1] ?? '', variantName: match[2] ?? '' } : undefined;
}

/**
 * Holds a key against what the emulator knows: instance counts of SageMaker variants.
 *
 * @throws AwsError `NotEmulated` for other services and dimensions, `ValidationException` for a resource id of no variant
 */
export function assertVariant({ ServiceNamespace, ResourceId, ScalableDimension }: TargetKey): void {
  if (ServiceNamespace !== 'sagemaker') throw notEmulated(`scalable targets of the service namespace "${ServiceNamespace}"`);
  if (ScalableDimension !== undefined && ScalableDimension !== variantDimension) {
    throw notEmulated(`scalable targets of the dimension "${ScalableDimension}"`);
  }
  if (ResourceId !== undefined && !variantOf(ResourceId)) {
    throw validationException('Unsupported service namespace, resource type or scalable dimension');
  }
}

export const describeKey = ({ ServiceNamespace, ResourceId, ScalableDimension }: TargetKey): string =>
  `service namespace: ${ServiceNamespace}, resource ID: ${ResourceId}, scalable dimension: ${ScalableDimension}`;

/** @throws AwsError `ObjectNotFoundException` */
export function targetAt(state: AutoScalingState, key: TargetKey): RegisteredTarget {
  const found = state.targets.get(key.ResourceId ?? '');
  if (!found) throw new AwsError('ObjectNotFoundException', `No scalable target registered for ${describeKey(key)}`);
  return found;
}

/** What a change of a target needs; one that is not there yet has no ARN but the pattern of all. */
export function targetAccess(action: string, key: TargetKey, { kernel, targets }: AutoScalingState): readonly Access[] {
  return [
    {
      action: `application-autoscaling:${action}`,
      resource: targets.get(key.ResourceId ?? '')?.target.ScalableTargetARN ?? arnOf(kernel, 'application-autoscaling', 'scalable-target/*'),
      context: {
        'application-autoscaling:service-namespace': key.ServiceNamespace ?? '',
        'application-autoscaling:scalable-dimension': key.ScalableDimension ?? '',
      },
    },
  ];
}

export const keyLimits = {
  ServiceNamespace: {
    oneOf: [
      'ecs',
      'elasticmapreduce',
      'ec2',
      'appstream',
      'dynamodb',
      'rds',
      'sagemaker',
      'custom-resource',
      'comprehend',
      'lambda',
      'cassandra',
      'kafka',
      'elasticache',
      'neptune',
      'workspaces',
    ],
  },
  ResourceId: { min: 1, max: 1600 },
};

/** A page of a list; the token is where the next begins. */
export function pageOf<Thing>(things: readonly Thing[], token: string | undefined, most: number): { page: Thing[]; next: { NextToken?: string } } {
  const from = token === undefined ? 0 : Number(token);
  if (!Number.isInteger(from) || from < 0) throw new AwsError('InvalidNextTokenException', 'The next token is invalid');
  const to = from + most;
  return { page: things.slice(from, to), next: to < things.length ? { NextToken: String(to) } : {} };
}
