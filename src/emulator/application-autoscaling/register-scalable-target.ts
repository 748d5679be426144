import type { RegisterScalableTargetCommandInput, RegisterScalableTargetResponse, ScalingPolicy } from '@aws-sdk/client-application-auto-scaling';
import { validationException } from '../aws-error.ts';
import { arnOf } from '../kernel.ts';
import { defineOperation } from '../operation.ts';
import { type AutoScalingState, assertVariant, keyLimits, targetAccess, variantDimension } from './state.ts';

/** Registers a variant, or changes what is registered: what is not said again stays. Whether the endpoint exists is not asked. */
export const registerScalableTarget = defineOperation<AutoScalingState, RegisterScalableTargetCommandInput, RegisterScalableTargetResponse>({
  name: 'RegisterScalableTarget',
  access: (input, state) => [
    ...targetAccess('RegisterScalableTarget', input, state),
    ...(input.Tags ? targetAccess('TagResource', input, state) : []),
  ],
  limits: keyLimits,
  run(input, { kernel, targets }) {
    assertVariant(input);
    const resourceId = input.ResourceId ?? '';
    const known = targets.get(resourceId);
    const min = input.MinCapacity ?? known?.target.MinCapacity;
    const max = input.MaxCapacity ?? known?.target.MaxCapacity;
    if (min === undefined || max === undefined) {
      throw validationException('Minimum and maximum capacity are required to register a new scalable target');
    }
    if (max < min) throw validationException('Maximum capacity cannot be less than minimum capacity');
    const suspended = input.SuspendedState ?? {};
    const arn =
      known?.target.ScalableTargetARN ??
      arnOf(kernel, 'application-autoscaling', `scalable-target/${kernel.random.hex('autoscaling/target-id', 18)}`);
    targets.set(resourceId, {
      target: {
        ServiceNamespace: 'sagemaker',
        ResourceId: resourceId,
        ScalableDimension: variantDimension,
        MinCapacity: min,
        MaxCapacity: max,
        RoleARN: `arn:aws:iam::${kernel.account}:role/aws-service-role/sagemaker.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint`,
        CreationTime: known?.target.CreationTime ?? new Date(kernel.clock.now()),
        SuspendedState: {
          DynamicScalingInSuspended: false,
          DynamicScalingOutSuspended: false,
          ScheduledScalingSuspended: false,
          ...known?.target.SuspendedState,
          ...suspended,
        },
        ScalableTargetARN: arn,
      },
      policies: known?.policies ?? new Map<string, ScalingPolicy>(),
    });
    return { ScalableTargetARN: arn };
  },
});
