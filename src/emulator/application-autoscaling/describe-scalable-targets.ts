import type { DescribeScalableTargetsCommandInput, DescribeScalableTargetsResponse } from '@aws-sdk/client-application-auto-scaling';
import { defineOperation } from '../operation.ts';
import { type AutoScalingState, keyLimits, pageOf } from './state.ts';

export const describeScalableTargets = defineOperation<AutoScalingState, DescribeScalableTargetsCommandInput, DescribeScalableTargetsResponse>({
  name: 'DescribeScalableTargets',
  access: () => [{ action: 'application-autoscaling:DescribeScalableTargets', resource: '*' }],
  limits: { ServiceNamespace: keyLimits.ServiceNamespace, 'ResourceIds[]': keyLimits.ResourceId, MaxResults: { min: 1, max: 50 } },
  run(input, { targets }) {
    const found = [...targets.values()]
      .map(({ target }) => target)
      .filter(
        (target) =>
          target.ServiceNamespace === input.ServiceNamespace &&
          (input.ScalableDimension === undefined || target.ScalableDimension === input.ScalableDimension) &&
          (input.ResourceIds === undefined || input.ResourceIds.includes(target.ResourceId ?? '')),
      );
    const { page, next } = pageOf(found, input.NextToken, input.MaxResults ?? 50);
    return { ScalableTargets: structuredClone(page), ...next };
  },
});
