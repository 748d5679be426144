import * as z from 'zod/mini';
import type { Verdict } from '../rollout/verdict.ts';
import type { BakingPorts, GateContext } from './gate.ts';
import { metricThreshold } from './metric-threshold.ts';

export const Percentile = z.string().check(z.regex(/^p\d{1,2}(\.\d{1,2})?$/, 'Expected a percentile such as p99'));

interface Form {
  readonly observe: boolean;
  readonly thresholdsMs: readonly number[];
  readonly percentile?: string | undefined;
  readonly maxMs?: number | undefined;
  readonly minimumRequests?: number | undefined;
}

/** What is wrong with a gate's choice of a form: thresholds to compare at, or a percentile to hold to a limit. */
export function flawsOfForm({ thresholdsMs, percentile, maxMs, minimumRequests }: Form): { readonly path: string[]; readonly message: string }[] {
  if (thresholdsMs.length === 0 && percentile === undefined)
    return [{ path: ['thresholdsMs'], message: 'Expected one to five thresholds to compare with stable at, or percentile and maxMs' }];
  if (percentile !== undefined && thresholdsMs.length > 0)
    return [{ path: ['percentile'], message: 'Expected either thresholdsMs or percentile: one gate each for both' }];
  if (percentile !== undefined && maxMs === undefined) return [{ path: ['maxMs'], message: 'Expected how many milliseconds the percentile may be' }];
  return percentile !== undefined
    ? []
    : Object.entries({ maxMs, minimumRequests }).flatMap(([field, value]) =>
        value === undefined ? [] : [{ path: [field], message: 'Expected percentile with it' }],
      );
}

/** The same question as `metric-threshold` asks. ModelLatency is in microseconds. */
const asThreshold = ({ observe, percentile = 'p99', maxMs = 0, minimumRequests = 20 }: Form) => ({
  type: 'metric-threshold' as const,
  observe,
  metric: { namespace: 'AWS/SageMaker', name: 'ModelLatency' },
  statistic: percentile,
  max: maxMs * 1000,
  minimumSamples: minimumRequests,
});

export const measurePercentile = (spec: Form, ports: BakingPorts, context: GateContext) => metricThreshold.measure(asThreshold(spec), ports, context);

/** Whether the canary's percentile over the step is within the limit; where stable's is not either nobody is to blame. No bound on errors holds. */
export function judgePercentile(reading: Awaited<ReturnType<typeof measurePercentile>>, spec: Form, context: GateContext): Verdict {
  const { result, reason, evidence } = metricThreshold.judge(reading, asThreshold(spec), context);
  const { metric: _metric, max: _max, statistic, canary: _canary, stable: _stable, samplesNeeded, ...rest } = evidence;
  const ms = (side: typeof reading.stable) => side && { requests: side.samples, ...(side.value !== undefined && { ms: side.value / 1000 }) };
  return {
    result,
    reason: reason === 'too-few-samples' ? 'too-few-requests' : reason,
    evidence: {
      percentile: statistic,
      maxMs: spec.maxMs,
      canary: ms(reading.canary),
      ...(reading.stable && { stable: ms(reading.stable) }),
      ...(samplesNeeded !== undefined && { requestsNeeded: samplesNeeded }),
      ...rest,
    },
  };
}
