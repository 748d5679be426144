import * as z from 'zod/mini';
import { inconclusive, successful } from '../rollout/verdict.ts';
import { common, defineGate } from './gate.ts';
import { resolutionOf } from './resolution.ts';

const namespace = 'AWS/SageMaker';

const Spec = z.strictObject({
  type: z.literal('minimum-requests'),
  ...common,
  requests: z.int().check(z.minimum(1)),
});

/** Holds a step until the canary has served enough requests for the other gates to mean something. It never fails. */
export const minimumRequests = defineGate({
  type: 'minimum-requests',
  spec: Spec,
  measure: async (_spec, { metrics }, context) => {
    const { canary } = context;
    const { window, periodSeconds } = resolutionOf(namespace, context);
    if (window.endMs <= window.startMs) return 0;
    const [points = []] = await metrics.read(
      [
        {
          namespace,
          metricName: 'Invocations',
          dimensions: { EndpointName: canary.endpointName, VariantName: canary.variantName, EndpointConfigName: canary.endpointConfigName },
          statistic: 'Sum',
          periodSeconds,
        },
      ],
      window,
    );
    return points.reduce((sum, point) => sum + point.value, 0);
  },
  judge(requests, spec) {
    if (requests >= spec.requests) return successful('enough-requests', { requests, minimum: spec.requests });
    return inconclusive('too-few-requests', { requests, minimum: spec.requests, requestsNeeded: spec.requests - requests });
  },
});
