import type { Kernel } from '../kernel.ts';
import { instanceIdsOf } from './instances.ts';
import { hasInstanceMetrics, type Metrics, metricPeriodMs, type Outcomes } from './metrics.ts';
import type { Endpoint, FleetVariant } from './state.ts';
import { latenciesOf } from './workloads/latency.ts';

/**
 * Requests that are counted, not made: a rate an endpoint, split over its variants by the weights in effect. Each span
 * between changes (of weights, fleet, health, or a metric period's end) costs a handful of draws, however many requests it holds.
 */
export interface Traffic {
  /** Requests a second from now on, >= 0; 0 ends it. The endpoint need not exist yet. */
  set(endpointName: string, requestsPerSecond: number, endpoint: Endpoint | undefined): void;
  /** Counts what came until now, under what was true until now: call it before anything changes. */
  settle(endpoint: Endpoint): void;
  /** The endpoint's fleet has begun to serve. */
  resume(endpoint: Endpoint): void;
  forget(endpoint: Endpoint): void;
}

interface Flow {
  readonly requestsPerSecond: number;
  /** Undefined while the endpoint serves nobody. */
  sinceMs: number | undefined;
  /** The part of a request left over from the last span. */
  remainder: number;
  timer: { cancel(): void } | undefined;
}

/** SageMaker's own share of a request's time, as measured on AWS in the low milliseconds. */
const overheadMedianUs = 3_000;
const overheadSigma = 0.3;

export function statisticalTraffic(kernel: Kernel, metrics: Metrics): Traffic {
  const { clock, random } = kernel;
  const flows = new Map<string, Flow>();
  const keyOf = (name: string) => name.toLowerCase();

  function outcomesOf(endpoint: Endpoint, variant: FleetVariant, requests: number): Outcomes {
    const name = (what: string) => `sagemaker/traffic/${endpoint.name}/${variant.name}/${what}`;
    const none = new Map<number, number>();
    const { host } = variant;
    if (!host?.isUp) return { requests, clientErrors: 0, serverErrors: requests, broken: 0, modelLatencyUs: none, overheadLatencyUs: none };
    const { behaviour } = host;
    if (!behaviour)
      throw new Error(`Traffic of endpoint "${endpoint.name}" cannot be counted: variant "${variant.name}" is a real container, send it requests`);
    const some = (what: string, of: number, rate: number) => (rate > 0 ? random.binomial(name(what), of, Math.min(1, rate)) : 0);
    const serverErrors = some('5xx', requests, behaviour.errorRate);
    // Of those that did not fail that way: together they make the rate asked for.
    const clientErrors = some('4xx', requests - serverErrors, behaviour.errorRate < 1 ? behaviour.errorRate4xx / (1 - behaviour.errorRate) : 0);
    // The middle of `requests` latencies strays as the mean of so many would.
    const stray = Math.exp((behaviour.latencySigma / Math.sqrt(requests)) * random.normal(name('latency')));
    return {
      requests,
      clientErrors,
      serverErrors,
      broken: 0,
      modelLatencyUs: latenciesOf(1000 * behaviour.latencyMs * stray, behaviour.latencySigma, requests, random.uniform(name('latency-slice'))),
      overheadLatencyUs: latenciesOf(overheadMedianUs, overheadSigma, requests, random.uniform(name('overhead-slice'))),
    };
  }

  /** Which variant gets how many: each takes its share of what the earlier ones left. */
  function split(endpoint: Endpoint, requests: number): readonly (readonly [FleetVariant, number])[] {
    const weighted = endpoint.fleet.variants.filter((variant) => variant.currentWeight > 0);
    let weightLeft = weighted.reduce((sum, variant) => sum + variant.currentWeight, 0);
    let left = requests;
    return weighted.map((variant, index) => {
      const last = index === weighted.length - 1;
      const share = last ? left : random.binomial(`sagemaker/traffic/${endpoint.name}/split`, left, variant.currentWeight / weightLeft);
      weightLeft -= variant.currentWeight;
      left -= share;
      return [variant, share] as const;
    });
  }

  /** Counts what one variant got, split over its instances where those have metrics of their own. */
  function count(endpoint: Endpoint, variant: FleetVariant, requests: number, atMs: number): void {
    const ids = hasInstanceMetrics(endpoint.fleet.config) ? instanceIdsOf(kernel, variant) : [];
    let left = requests;
    for (const [index, instanceId] of ids.entries()) {
      const others = ids.length - index - 1;
      const share = others === 0 ? left : random.binomial(`sagemaker/traffic/${endpoint.name}/${variant.name}/instances`, left, 1 / (others + 1));
      left -= share;
      if (share > 0) metrics.record(endpoint, endpoint.fleet, variant, outcomesOf(endpoint, variant, share), atMs, instanceId);
    }
    if (left > 0) metrics.record(endpoint, endpoint.fleet, variant, outcomesOf(endpoint, variant, left), atMs);
  }

  function settle(endpoint: Endpoint): void {
    const flow = flows.get(keyOf(endpoint.name));
    if (flow?.sinceMs === undefined) return;
    const nowMs = clock.now();
    const expected = (flow.requestsPerSecond * (nowMs - flow.sinceMs)) / 1000 + flow.remainder;
    flow.sinceMs = nowMs;
    const requests = Math.floor(expected);
    flow.remainder = expected - requests;
    if (requests === 0 || !endpoint.fleet.serving) return;
    // The span ends now; what it counted belongs to the period before.
    for (const [variant, share] of split(endpoint, requests)) if (share > 0) count(endpoint, variant, share, nowMs - 1);
  }

  function arm(endpoint: Endpoint, flow: Flow): void {
    flow.timer?.cancel();
    const periodMs = metricPeriodMs(endpoint.fleet.config);
    flow.timer = clock.after(periodMs - (clock.now() % periodMs), `traffic of ${endpoint.name}`, () => {
      settle(endpoint);
      if (endpoint.fleet.serving) arm(endpoint, flow);
      else flow.sinceMs = undefined;
    });
  }

  function resume(endpoint: Endpoint): void {
    const flow = flows.get(keyOf(endpoint.name));
    if (!flow || !endpoint.fleet.serving) return;
    flow.sinceMs ??= clock.now();
    arm(endpoint, flow);
  }

  return {
    set(endpointName, requestsPerSecond, endpoint) {
      if (!(requestsPerSecond >= 0 && Number.isFinite(requestsPerSecond))) {
        throw new RangeError(
          `Cannot set the traffic of endpoint "${endpointName}" to ${requestsPerSecond} requests a second: expected a number >= 0`,
        );
      }
      if (endpoint) settle(endpoint);
      flows.get(keyOf(endpointName))?.timer?.cancel();
      flows.delete(keyOf(endpointName));
      if (requestsPerSecond === 0) return;
      flows.set(keyOf(endpointName), { requestsPerSecond, sinceMs: undefined, remainder: 0, timer: undefined });
      if (endpoint) resume(endpoint);
    },
    settle,
    resume,
    forget(endpoint) {
      flows.get(keyOf(endpoint.name))?.timer?.cancel();
      flows.delete(keyOf(endpoint.name));
    },
  };
}
