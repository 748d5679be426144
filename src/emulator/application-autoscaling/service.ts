import type { Kernel } from '../kernel.ts';
import { bindService, type Service } from '../operation.ts';
import { deleteScalingPolicy } from './delete-scaling-policy.ts';
import { deregisterScalableTarget } from './deregister-scalable-target.ts';
import { describeScalableTargets } from './describe-scalable-targets.ts';
import { describeScalingPolicies } from './describe-scaling-policies.ts';
import { putScalingPolicy } from './put-scaling-policy.ts';
import { registerScalableTarget } from './register-scalable-target.ts';
import { type AutoScalingState, variantOf } from './state.ts';

export interface ApplicationAutoScalingService {
  readonly service: Service;
  /** Variants of an endpoint that are scalable targets, for services that refuse to take such a variant away. */
  readonly scalableVariants: (endpointName: string) => string[];
}

/** Application Auto Scaling: targets and policies of SageMaker variants as records; nothing is ever scaled. */
export function createApplicationAutoScalingService(kernel: Kernel): ApplicationAutoScalingService {
  const state: AutoScalingState = { kernel, targets: new Map() };
  return {
    service: bindService('application-autoscaling', state, [
      registerScalableTarget,
      describeScalableTargets,
      deregisterScalableTarget,
      putScalingPolicy,
      describeScalingPolicies,
      deleteScalingPolicy,
    ]),
    scalableVariants: (endpointName) =>
      [...state.targets.keys()].flatMap((resourceId) => {
        const variant = variantOf(resourceId);
        return variant?.endpointName === endpointName ? [variant.variantName] : [];
      }),
  };
}
