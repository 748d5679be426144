import type { DeleteScalingPolicyCommandInput } from '@aws-sdk/client-application-auto-scaling';
import { AwsError } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { type AutoScalingState, assertVariant, describeKey, keyLimits, targetAccess } from './state.ts';

export const deleteScalingPolicy = defineOperation<AutoScalingState, DeleteScalingPolicyCommandInput, object>({
  name: 'DeleteScalingPolicy',
  access: (input, state) => targetAccess('DeleteScalingPolicy', input, state),
  limits: keyLimits,
  run(input, { targets }) {
    assertVariant(input);
    const name = input.PolicyName ?? '';
    if (!targets.get(input.ResourceId ?? '')?.policies.delete(name)) {
      throw new AwsError('ObjectNotFoundException', `No scaling policy found for ${describeKey(input)}, policy name: ${name}`);
    }
    return {};
  },
});
