import type { PutScalingPolicyCommandInput, PutScalingPolicyResponse } from '@aws-sdk/client-application-auto-scaling';
import { notEmulated, validationException } from '../aws-error.ts';
import { arnOf } from '../kernel.ts';
import { defineOperation } from '../operation.ts';
import { type AutoScalingState, assertVariant, keyLimits, targetAccess, targetAt, variantDimension } from './state.ts';

/** Keeps a policy and never acts on it: no alarms are made, no instance count is changed. */
export const putScalingPolicy = defineOperation<AutoScalingState, PutScalingPolicyCommandInput, PutScalingPolicyResponse>({
  name: 'PutScalingPolicy',
  access: (input, state) => targetAccess('PutScalingPolicy', input, state),
  limits: {
    ...keyLimits,
    PolicyName: { min: 1, max: 256 },
    PolicyType: { oneOf: ['StepScaling', 'TargetTrackingScaling', 'PredictiveScaling'] },
  },
  run(input, state) {
    assertVariant(input);
    const { policies } = targetAt(state, input);
    const name = input.PolicyName ?? '';
    const type = input.PolicyType ?? 'StepScaling';
    const { StepScalingPolicyConfiguration: steps, TargetTrackingScalingPolicyConfiguration: tracking } = input;
    if (type === 'PredictiveScaling' || input.PredictiveScalingPolicyConfiguration) throw notEmulated('predictive scaling policies');
    if (type === 'TargetTrackingScaling' ? !tracking || steps : !steps || tracking) {
      throw validationException(`The policy type ${type} needs ${type}PolicyConfiguration and no other`);
    }
    const arn =
      policies.get(name)?.PolicyARN ??
      arnOf(
        state.kernel,
        'autoscaling',
        `scalingPolicy:${state.kernel.random.uuid('autoscaling/policy-id')}:resource/sagemaker/${input.ResourceId}:policyName/${name}`,
      );
    policies.set(name, {
      PolicyARN: arn,
      PolicyName: name,
      ServiceNamespace: 'sagemaker',
      ResourceId: input.ResourceId,
      ScalableDimension: variantDimension,
      PolicyType: type,
      ...(steps && { StepScalingPolicyConfiguration: structuredClone(steps) }),
      ...(tracking && { TargetTrackingScalingPolicyConfiguration: structuredClone(tracking) }),
      Alarms: [],
      CreationTime: policies.get(name)?.CreationTime ?? new Date(state.kernel.clock.now()),
    });
    return { PolicyARN: arn, Alarms: [] };
  },
});
