import { AwsError } from './aws-error.ts';
import type { Delivery } from './events/service.ts';
import type { Caller } from './iam/caller.ts';
import type { ServiceEvent } from './kernel.ts';
import type { Crash } from './lambda/service.ts';
import type { ServiceId } from './operation.ts';
import type { Random } from './random.ts';
import type { TrainingFault, UpdateKind, UpdateOutcome } from './sagemaker/service.ts';
import type { Trace } from './trace.ts';

/** What may go wrong on purpose, and what each rate is a rate of. */
export const faultNames = [
  /** A call by a role: refused for its rate, without effect. */
  'throttle',
  /** A call by a role: the connection breaks, or 503; nothing happened. */
  'timeout-before',
  /** A call by a role: it takes effect, and its answer is lost. */
  'timeout-after',
  /** An event of a best-effort source: never delivered. */
  'event-lost',
  /** An event of any source: delivered twice. */
  'event-duplicate',
  /** An event of a best-effort source: delivered up to ten minutes late. */
  'event-late',
  /** An invocation: it dies between two of its calls, just before or just after the effect of one. */
  'lambda-crash',
  /** A change of an endpoint: it fails, says why and goes back. */
  'update-failed',
  /** A change of an endpoint: it goes back without a word. */
  'update-reverted',
  /** A change of an endpoint that needs instances: there are none. */
  'no-capacity',
  /** A minute of a metric alarm that is OK: it goes ALARM, and back, without cause. */
  'alarm-flap',
  /** A minute of a variant's metrics: never published. */
  'metrics-missing',
  /** An execution: somebody stops it. */
  'execution-stopped',
  /** A build: it fails though nothing is wrong with what it builds. */
  'build-failed',
  /** A time an endpoint comes into service: AWS's own maintenance follows. */
  'system-updating',
  /** An attempt of a training job on managed spot: its instances are taken away. */
  'spot-interrupted',
] as const;
export type FaultName = (typeof faultNames)[number];

/** Name -> 0-1; a fault that isn't named never happens. */
export type FaultRates = Readonly<Partial<Record<FaultName, number>>>;

/** Rates at which things go wrong often and still mostly work. */
export const typicalRates: Readonly<Record<FaultName, number>> = {
  throttle: 0.05,
  'timeout-before': 0.02,
  'timeout-after': 0.02,
  'event-lost': 0.1,
  'event-duplicate': 0.1,
  'event-late': 0.1,
  'lambda-crash': 0.01,
  'update-failed': 0.1,
  'update-reverted': 0.1,
  'no-capacity': 0.05,
  'alarm-flap': 0.005,
  'metrics-missing': 0.05,
  'execution-stopped': 0.05,
  'build-failed': 0.1,
  'system-updating': 0.1,
  'spot-interrupted': 0.3,
};

const isFaultName = (name: string): name is FaultName => (faultNames as readonly string[]).includes(name);

function checkedRate(name: string, rate: number): number {
  if (!(rate >= 0 && rate <= 1)) throw new RangeError(`The rate of fault "${name}" is ${rate}, expected a number of 0 to 1`);
  return rate;
}

/**
 * Reads fault rates as a person writes them: `all` (typical rates), `none`, or `throttle=0.1,event-lost=0.5`.
 *
 * @throws RangeError for an unknown fault, one named twice, or a rate that is no number of 0 to 1
 */
export function parseFaults(text: string): FaultRates {
  if (text === 'all') return typicalRates;
  if (text === 'none') return {};
  const rates: Partial<Record<FaultName, number>> = {};
  for (const part of text.split(',')) {
    const [name = '', rate, ...more] = part.split('=').map((word) => word.trim());
    if (rate === undefined || rate === '' || more.length > 0) {
      throw new RangeError(`Cannot read the fault "${part}": write all, none, or name=rate,name=rate, such as throttle=0.1,event-lost=0.5`);
    }
    if (!isFaultName(name)) throw new RangeError(`There is no fault "${name}": known are ${faultNames.join(', ')}`);
    if (name in rates) throw new RangeError(`The fault "${name}" is given twice`);
    const value = Number(rate);
    if (Number.isNaN(value)) throw new RangeError(`The rate of fault "${name}" is "${rate}", expected a number of 0 to 1`);
    rates[name] = checkedRate(name, value);
  }
  return rates;
}

/** What a fault does to one call. */
export type CallFault = Extract<FaultName, 'throttle' | 'timeout-before' | 'timeout-after'>;

/** Faults on purpose: drawn from the seed by name, switchable while the emulator runs, traced and counted when they fire. */
export interface Faults {
  rate(name: FaultName): number;
  /** @throws RangeError outside 0-1 */
  set(name: FaultName, rate: number): void;
  /** Nothing goes wrong on purpose from now on. What is under way already, such as a late event, still happens. */
  heal(): void;
  /** How often each has fired; only those that have. In the order of `faultNames`. */
  counts(): Readonly<Partial<Record<FaultName, number>>>;
  /** Whether it happens this time. Nothing is drawn while its rate is 0. */
  draws(name: FaultName): boolean;
  /** It has happened: traced and counted. */
  fired(name: FaultName, about: Readonly<Record<string, unknown>>): void;
  /** What happens to a call. Only a role's calls are faulted: the administrator's and AWS's own are not. */
  readonly ofCall: (service: ServiceId, operation: string, caller: Caller) => CallFault | undefined;
  readonly ofEvent: (event: ServiceEvent) => Delivery;
  readonly ofUpdate: (endpointName: string, kind: UpdateKind) => UpdateOutcome;
  /** How a build ends. */
  readonly ofBuild: (projectName: string) => 'ok' | 'failed';
  /** Whether a variant's metrics of a minute are never published. */
  readonly ofMetrics: (endpointName: string, variantName: string, minuteMs: number) => boolean;
  /** What happens to an attempt of a training job. */
  readonly ofTraining: (jobName: string, attempt: number, spot: boolean) => TrainingFault | undefined;
  /** Whether and how an invocation dies. */
  readonly ofInvocation: (functionName: string, requestId: string) => Crash | undefined;
}

/** Sources whose events AWS guarantees to deliver; all others are best effort. */
const isGuaranteed = (event: ServiceEvent) => event.source === 'aws.cloudwatch';

/** An invocation makes a handful of calls; which of them a crash meets, counted from 1. */
const mostCalls = 10;

/** @param rates what happens from the start; default nothing */
export function createFaults(random: Random, trace: Trace, rates: FaultRates = {}): Faults {
  const current = new Map<FaultName, number>();
  const counted = new Map<FaultName, number>();
  for (const name of faultNames) current.set(name, checkedRate(name, rates[name] ?? 0));

  const rate = (name: FaultName) => current.get(name) ?? 0;
  const draws = (name: FaultName) => rate(name) > 0 && random.chance(`faults/${name}`, rate(name));
  function fired(name: FaultName, about: Readonly<Record<string, unknown>>): void {
    counted.set(name, (counted.get(name) ?? 0) + 1);
    trace.write('fault', { fault: name, ...about });
  }
  function fires(name: FaultName, about: Readonly<Record<string, unknown>>): boolean {
    const does = draws(name);
    if (does) fired(name, about);
    return does;
  }

  return {
    rate,
    set: (name, value) => void current.set(name, checkedRate(name, value)),
    heal() {
      for (const name of faultNames) current.set(name, 0);
    },
    counts: () => Object.fromEntries(faultNames.flatMap((name) => (counted.has(name) ? [[name, counted.get(name)] as const] : []))),
    draws,
    fired,
    ofCall(service, operation, caller) {
      if (caller.kind !== 'role') return undefined;
      const about = { service, operation, caller: caller.roleName };
      if (fires('throttle', about)) return 'throttle';
      if (fires('timeout-before', about)) return 'timeout-before';
      return fires('timeout-after', about) ? 'timeout-after' : undefined;
    },
    ofEvent(event) {
      const about = { source: event.source, detailType: event.detailType, resources: event.resources };
      const bestEffort = !isGuaranteed(event);
      if (bestEffort && fires('event-lost', about)) return { drop: true };
      const duplicate = fires('event-duplicate', about);
      const late = bestEffort && fires('event-late', about);
      return {
        ...(duplicate && { duplicate }),
        // Mostly seconds, sometimes minutes.
        ...(late && { delayMs: Math.round(1000 * 600 ** random.uniform('faults/event-late-by')) }),
      };
    },
    ofUpdate(endpointName, kind) {
      const about = { endpoint: endpointName, change: kind };
      if (kind !== 'weights' && fires('no-capacity', about)) return 'no-capacity';
      if (fires('update-failed', about)) return 'silent-revert';
      // What was never there has nothing to go back to.
      return kind !== 'create' && fires('update-reverted', about) ? 'unexplained-revert' : 'ok';
    },
    ofBuild: (project) => (fires('build-failed', { project }) ? 'failed' : 'ok'),
    ofMetrics: (endpointName, variantName, minuteMs) =>
      fires('metrics-missing', { endpoint: endpointName, variant: variantName, minute: new Date(minuteMs).toISOString() }),
    ofTraining(jobName, attempt, spot) {
      if (!spot || !draws('spot-interrupted')) return undefined;
      return {
        kind: 'interrupted',
        // Mostly within minutes, at the latest after an hour: an attempt that ends before is spared.
        afterSeconds: 3600 ** random.uniform('faults/spot-interrupted-after'),
        happens: () => fired('spot-interrupted', { job: jobName, attempt }),
      };
    },
    ofInvocation(functionName, requestId) {
      if (!draws('lambda-crash')) return undefined;
      const call = 1 + Math.floor(mostCalls * random.uniform('faults/lambda-crash-at-call'));
      const effect = random.chance('faults/lambda-crash-after-effect', 0.5) ? 'after' : 'before';
      return {
        at: (made) => (made === call ? effect : undefined),
        happens: (path) => fired('lambda-crash', { function: functionName, requestId, call, effect, path }),
      };
    },
  };
}

/** What the caller of a dropped connection gets: no answer at all. Named as Node names it, for who looks. */
export class ConnectionDropped extends Error {
  override name = 'ConnectionDropped';
  readonly code = 'ECONNRESET';
}

const rateExceeded = (code: string, status = 400, message = 'Rate exceeded') => new AwsError(code, message, { status });

/** A service's own words when it is asked too often. */
export function throttleOf(service: ServiceId): AwsError {
  switch (service) {
    case 'lambda':
      return new AwsError('TooManyRequestsException', 'Rate Exceeded.', { status: 429, fields: { Reason: 'CallerRateLimitExceeded', Type: 'User' } });
    case 's3':
      return rateExceeded('SlowDown', 503, 'Please reduce your request rate.');
    case 'sqs':
      return rateExceeded('RequestThrottled', 400, 'Request is throttled.');
    case 'sns':
      return rateExceeded('Throttled', 429);
    default:
      return rateExceeded('ThrottlingException');
  }
}

/** What a service, or the way to it, says when it can't tell more. */
export const unavailable = (service: ServiceId): AwsError =>
  service === 'lambda'
    ? new AwsError('ServiceException', 'An error occurred and the request cannot be processed.', { status: 500, fields: { Type: 'Service' } })
    : new AwsError('ServiceUnavailable', 'The request has failed due to a temporary failure of the server.', { status: 503 });
