import type { DeregisterScalableTargetCommandInput } from '@aws-sdk/client-application-auto-scaling';
import { defineOperation } from '../operation.ts';
import { type AutoScalingState, assertVariant, keyLimits, targetAccess, targetAt } from './state.ts';

/** The target's policies go with it. */
export const deregisterScalableTarget = defineOperation<AutoScalingState, DeregisterScalableTargetCommandInput, object>({
  name: 'DeregisterScalableTarget',
  access: (input, state) => targetAccess('DeregisterScalableTarget', input, state),
  limits: keyLimits,
  run(input, state) {
    assertVariant(input);
    targetAt(state, input);
    state.targets.delete(input.ResourceId ?? '');
    return {};
  },
});
