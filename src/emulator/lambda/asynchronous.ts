import { AwsError } from '../aws-error.ts';
import type { Kernel } from '../kernel.ts';
import type { ServiceId } from '../operation.ts';
import type { Functions, FunctionVersion, LambdaFunction } from './function.ts';
import type { FunctionFailure, InvocationFacts } from './instance.ts';
import type { Invoker } from './invoker.ts';

/** An event accepted for later. */
interface Queued {
  readonly functionName: string;
  /** `$LATEST` or a number. */
  readonly version: string;
  readonly facts: InvocationFacts;
  readonly acceptedAtMs: number;
  /** Invocations that ran. */
  attempts: number;
  /** Times in a row no concurrency was left. */
  throttles: number;
}

/** Lambda's internal queue of asynchronous events. */
export interface AsyncQueue {
  /** Accepts an event: it is invoked soon, retried, and in the end delivered to the dead-letter queue or a destination. */
  accept(fn: LambdaFunction, version: FunctionVersion, facts: InvocationFacts): void;
}

const defaultRetries = 2;
const defaultMaxAgeSeconds = 21_600;
/** AWS waits about one minute before the first retry and two before the second. */
const retryWaitSeconds = [60, 120] as const;
const longestThrottleWaitSeconds = 300;

type Condition = 'Success' | 'RetriesExhausted' | 'EventAgeExceeded';

/** `arn:aws:sqs:eu-west-1:1:name` -> service and last part. */
function targetOf(arn: string): { readonly service: string; readonly account: string; readonly rest: string } {
  const [, , service = '', , account = '', ...rest] = arn.split(':');
  return { service, account, rest: rest.join(':') };
}

export function createAsyncQueue(kernel: Kernel, functions: Functions, invoker: Invoker): AsyncQueue {
  const { clock, random } = kernel;

  function later(queued: Queued, seconds: number): void {
    clock.after(seconds * 1000, `asynchronous event of ${queued.functionName}`, () =>
      kernel.background(`asynchronous event of ${queued.functionName}`, () => attempt(queued)),
    );
  }
  async function attempt(queued: Queued): Promise<void> {
    const fn = functions.get(queued.functionName);
    const version = queued.version === '$LATEST' ? fn?.latest : fn?.published.find((one) => one.version === queued.version);
    // A deleted function's events go with it.
    if (!fn || !version) return;
    const config = fn.asyncConfigs.get(queued.version);
    const retries = config?.MaximumRetryAttempts ?? defaultRetries;
    const tooOldAtMs = queued.acceptedAtMs + (config?.MaximumEventAgeInSeconds ?? defaultMaxAgeSeconds) * 1000;
    if (clock.now() >= tooOldAtMs) return await conclude(fn, version, queued, 'EventAgeExceeded', undefined);
    let result: Awaited<ReturnType<Invoker['invoke']>>;
    try {
      result = await invoker.invoke(fn, version, queued.facts);
    } catch (error) {
      if (!(error instanceof AwsError && error.code === 'TooManyRequestsException')) throw error;
      // A throttle costs no attempt: Lambda tries again for as long as the event may wait, each time twice as late.
      const seconds = Math.min(longestThrottleWaitSeconds, 2 ** queued.throttles++);
      return later(queued, Math.min(seconds, (tooOldAtMs - clock.now()) / 1000));
    }
    queued.throttles = 0;
    queued.attempts++;
    if (!result.failure) return await conclude(fn, version, queued, 'Success', result);
    if (queued.attempts > retries) return await conclude(fn, version, queued, 'RetriesExhausted', result);
    const seconds = random.between('lambda/async-retry-factor', 0.95, 1.05) * (retryWaitSeconds[queued.attempts - 1] ?? 120);
    if (clock.now() + seconds * 1000 >= tooOldAtMs) {
      // AWS drops an event whose next try would come too late.
      return await conclude(fn, version, queued, 'EventAgeExceeded', result);
    }
    later(queued, seconds);
  }

  async function conclude(
    fn: LambdaFunction,
    version: FunctionVersion,
    queued: Queued,
    condition: Condition,
    result: { readonly payload: string; readonly failure?: FunctionFailure } | undefined,
  ): Promise<void> {
    const config = fn.asyncConfigs.get(queued.version)?.DestinationConfig;
    const destination = condition === 'Success' ? config?.OnSuccess?.Destination : config?.OnFailure?.Destination;
    if (destination !== undefined && destination !== '') {
      await deliver(fn, version, destination, recordOf(fn, version, queued, condition, result));
    }
    if (condition !== 'Success' && version.settings.deadLetterArn !== undefined) {
      await deadLetter(fn, version, version.settings.deadLetterArn, queued, result?.failure);
    }
  }

  const recordOf = (
    fn: LambdaFunction,
    version: FunctionVersion,
    queued: Queued,
    condition: Condition,
    result: { readonly payload: string; readonly failure?: FunctionFailure } | undefined,
  ) => ({
    version: '1.0',
    timestamp: new Date(clock.now()).toISOString(),
    requestContext: {
      requestId: queued.facts.requestId,
      functionArn: `${fn.arn}:${version.version}`,
      condition,
      approximateInvokeCount: queued.attempts,
    },
    requestPayload: queued.facts.payload === '' ? {} : (JSON.parse(queued.facts.payload) as unknown),
    ...(result && {
      responseContext: { statusCode: 200, executedVersion: version.version, ...(result.failure && { functionError: 'Unhandled' }) },
      responsePayload: JSON.parse(result.payload) as unknown,
    }),
  });

  /** Sends as the function's role; what that role may not do is lost, as on AWS, and traced. */
  async function send(fn: LambdaFunction, version: FunctionVersion, service: ServiceId, operation: string, input: object): Promise<void> {
    try {
      await kernel.cloud.call(service, operation, input, kernel.cloud.assume(version.settings.roleArn));
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      kernel.trace.write('lambda', {
        phase: 'undelivered',
        function: fn.name,
        to: `${service}:${operation}`,
        error: error.code,
        message: error.message,
      });
    }
  }
  const queueUrlOf = (account: string, name: string) => `https://sqs.${kernel.region}.amazonaws.com/${account}/${name}`;

  async function deliver(fn: LambdaFunction, version: FunctionVersion, arn: string, record: ReturnType<typeof recordOf>): Promise<void> {
    const text = JSON.stringify(record);
    const { service, account, rest } = targetOf(arn);
    switch (service) {
      case 'sqs':
        return await send(fn, version, 'sqs', 'SendMessage', { QueueUrl: queueUrlOf(account, rest), MessageBody: text });
      case 'sns':
        return await send(fn, version, 'sns', 'Publish', { TopicArn: arn, Message: text });
      case 'lambda':
        return await send(fn, version, 'lambda', 'Invoke', { FunctionName: arn, InvocationType: 'Event', Payload: Buffer.from(text) });
      case 'events':
        return await send(fn, version, 'events', 'PutEvents', {
          Entries: [
            {
              Source: 'lambda',
              DetailType: `Lambda Function Invocation Result - ${record.requestContext.condition === 'Success' ? 'Success' : 'Failure'}`,
              Resources: [arn, record.requestContext.functionArn],
              Detail: text,
              EventBusName: arn,
            },
          ],
        });
      default:
        throw new TypeError(`Cannot deliver to "${arn}": the configuration should have been refused`);
    }
  }

  async function deadLetter(fn: LambdaFunction, version: FunctionVersion, arn: string, queued: Queued, failure?: FunctionFailure): Promise<void> {
    const { service, account, rest } = targetOf(arn);
    const body = queued.facts.payload === '' ? '{}' : queued.facts.payload;
    const attribute = (DataType: string, StringValue: string) => ({ DataType, StringValue });
    const MessageAttributes = {
      RequestID: attribute('String', queued.facts.requestId),
      ErrorCode: attribute('Number', '200'),
      ErrorMessage: attribute('String', (failure?.errorMessage ?? 'EventAgeExceeded').slice(0, 1024) || ' '),
    };
    if (service === 'sqs') {
      await send(fn, version, 'sqs', 'SendMessage', { QueueUrl: queueUrlOf(account, rest), MessageBody: body, MessageAttributes });
    } else {
      await send(fn, version, 'sns', 'Publish', { TopicArn: arn, Message: body, MessageAttributes });
    }
  }

  return {
    accept(fn, version, facts) {
      later({ functionName: fn.name, version: version.version, facts, acceptedAtMs: clock.now(), attempts: 0, throttles: 0 }, 0);
    },
  };
}

/** A destination the emulator can deliver to, or `undefined` for another ARN. */
export const isDestination = (arn: string): boolean => ['sqs', 'sns', 'lambda', 'events'].includes(targetOf(arn).service);

/** A trace header for one invocation: not sampled, because nothing collects traces here. */
export function traceHeader(kernel: Kernel): string {
  const seconds = Math.floor(kernel.clock.now() / 1000).toString(16);
  const id = kernel.random.hex('lambda/trace-id', 20);
  return `Root=1-${seconds}-${id.slice(0, 24)};Parent=${id.slice(24)};Sampled=0`;
}
