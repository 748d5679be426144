import type { DescribeScalingPoliciesCommandInput, DescribeScalingPoliciesResponse } from '@aws-sdk/client-application-auto-scaling';
import { defineOperation } from '../operation.ts';
import { type AutoScalingState, keyLimits, pageOf } from './state.ts';

export const describeScalingPolicies = defineOperation<AutoScalingState, DescribeScalingPoliciesCommandInput, DescribeScalingPoliciesResponse>({
  name: 'DescribeScalingPolicies',
  access: () => [{ action: 'application-autoscaling:DescribeScalingPolicies', resource: '*' }],
  limits: { ...keyLimits, MaxResults: { min: 1, max: 50 } },
  run(input, { targets }) {
    const found = [...targets.values()]
      .flatMap(({ policies }) => [...policies.values()])
      .filter(
        (policy) =>
          policy.ServiceNamespace === input.ServiceNamespace &&
          (input.ResourceId === undefined || policy.ResourceId === input.ResourceId) &&
          (input.ScalableDimension === undefined || policy.ScalableDimension === input.ScalableDimension) &&
          (input.PolicyNames === undefined || input.PolicyNames.includes(policy.PolicyName ?? '')),
      );
    const { page, next } = pageOf(found, input.NextToken, input.MaxResults ?? 50);
    return { ScalingPolicies: structuredClone(page), ...next };
  },
});
