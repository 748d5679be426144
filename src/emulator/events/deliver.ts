import { AwsError } from '../aws-error.ts';
import type { Caller } from '../iam/caller.ts';
import type { Kernel } from '../kernel.ts';
import type { AwsEvent } from './envelope.ts';
import { inputFor } from './input.ts';
import { busNameOf, type EventsState, notFound, type Rule, type RuleTarget } from './state.ts';
import { targetKind } from './targets.ts';

interface Errand {
  readonly rule: Rule;
  readonly target: RuleTarget;
  readonly event: AwsEvent;
  readonly receivedAtMs: number;
  readonly cameFromBus: boolean;
}

/** Why a target did not get an event: a code of those AWS puts into `ERROR_CODE`. */
interface Failure {
  readonly code: string;
  readonly message: string;
  readonly retried: boolean;
}

/** AWS's defaults: 24 hours, 185 retries. */
const defaultRetries = 185;
const defaultAgeSeconds = 86_400;

/**
 * Brings an event to one target: again with growing pauses where that may help, then to the target's dead-letter queue.
 *
 * Missing permission and a target that is gone are not retried, as AWS documents.
 */
export async function deliverToTarget(state: EventsState, errand: Errand): Promise<void> {
  const { kernel } = state;
  const { rule, target, event } = errand;
  if (errand.cameFromBus && targetKind(kernel, target.Arn) === 'events') {
    kernel.trace.write('event', { notSent: event.id, rule: rule.name, target: target.Arn, why: 'an event another bus sent goes to no third bus' });
    return;
  }
  const input = inputFor(target, event, { ruleArn: rule.arn, ruleName: rule.name, receivedAtMs: errand.receivedAtMs });
  if (input === undefined) {
    const failure = { code: 'INVALID_JSON', message: 'The input template made no valid JSON of this event', retried: false };
    return deadLetter(state, errand, failure, 0, undefined);
  }
  const mostRetries = target.RetryPolicy?.MaximumRetryAttempts ?? defaultRetries;
  const endsAtMs = errand.receivedAtMs + (target.RetryPolicy?.MaximumEventAgeInSeconds ?? defaultAgeSeconds) * 1000;
  for (let retries = 0; ; retries++) {
    const failure = await attempt(state, errand, input);
    if (failure === undefined) return;
    kernel.trace.write('event', {
      notDelivered: event.id,
      rule: rule.name,
      target: target.Arn,
      retries,
      code: failure.code,
      message: failure.message,
    });
    if (!failure.retried) return deadLetter(state, errand, failure, retries, undefined);
    if (retries >= mostRetries) return deadLetter(state, errand, failure, retries, 'MaximumRetryAttempts');
    const pauseMs = pauseBefore(kernel, retries);
    if (kernel.clock.now() + pauseMs > endsAtMs) return deadLetter(state, errand, failure, retries, 'MaximumEventAgeInSeconds');
    await kernel.clock.sleep(pauseMs, `retry of event ${event.id}`);
  }
}

/** 1 s, 2 s, 4 s ... up to 8 min, a quarter more or less: 185 of them fill AWS's 24 hours, whose own steps it does not publish. */
function pauseBefore(kernel: Kernel, retries: number): number {
  const seconds = Math.min(2 ** retries, 480);
  return Math.round(seconds * 1000 * kernel.random.between('events/retry-jitter', 0.75, 1.25));
}

async function attempt(state: EventsState, errand: Errand, input: string): Promise<Failure | undefined> {
  try {
    await hand(state, errand, input);
    return undefined;
  } catch (error) {
    if (error instanceof AwsError) return failureOf(error);
    throw error;
  }
}

/** EventBridge itself, judged by the resource policy of what it calls. */
const asEventBridge = (rule: Rule): Caller => ({
  kind: 'service',
  service: 'events.amazonaws.com',
  arn: 'events.amazonaws.com',
  sourceArn: rule.arn,
});

async function hand(state: EventsState, { rule, target, event }: Errand, input: string): Promise<void> {
  const { kernel } = state;
  const kind = targetKind(kernel, target.Arn);
  switch (kind) {
    case 'lambda':
      await kernel.cloud.call(
        'lambda',
        'Invoke',
        { FunctionName: target.Arn, InvocationType: 'Event', Payload: new TextEncoder().encode(input) },
        asEventBridge(rule),
      );
      return;
    case 'sqs':
      await kernel.cloud.call(
        'sqs',
        'SendMessage',
        {
          QueueUrl: queueUrl(target.Arn),
          MessageBody: input,
          ...(target.SqsParameters?.MessageGroupId !== undefined && { MessageGroupId: target.SqsParameters.MessageGroupId }),
        },
        asEventBridge(rule),
      );
      return;
    case 'sns':
      await kernel.cloud.call('sns', 'Publish', { TopicArn: target.Arn, Message: input }, asEventBridge(rule));
      return;
    case 'states':
      // No name: AWS documents none. A redelivered event therefore starts a second execution.
      await kernel.cloud.call('sfn', 'StartExecution', { stateMachineArn: target.Arn, input }, roleOf(kernel, target));
      return;
    case 'events': {
      const busName = busNameOf(kernel, target.Arn);
      if (!state.buses.has(busName)) throw notFound(`Event bus ${busName} does not exist.`);
      const entry = {
        EventBusName: target.Arn,
        Source: event.source,
        DetailType: event['detail-type'],
        Detail: JSON.stringify(event.detail),
        Resources: event.resources,
      };
      state.forwarded.set(entry, event);
      await kernel.cloud.call('events', 'PutEvents', { Entries: [entry] }, roleOf(kernel, target));
      return;
    }
  }
}

/** The code roleOf gives a role that is gone since PutTargets took it; it never leaves this file. */
const roleGone = 'RoleGone';

function roleOf(kernel: Kernel, target: RuleTarget): Caller {
  try {
    // PutTargets refuses state machines and buses without a role.
    return kernel.cloud.assume(target.RoleArn ?? '');
  } catch (cause) {
    if (!(cause instanceof AwsError)) throw cause;
    throw new AwsError(roleGone, cause.message, { cause });
  }
}

function queueUrl(arn: string): string {
  const [, , , region, account, name] = arn.split(':');
  return `https://sqs.${region}.amazonaws.com/${account}/${name}`;
}

const gone = /^(ResourceNotFoundException|StateMachineDoesNotExist|NotFound|NotFoundException|QueueDoesNotExist|.*NonExistentQueue)$/;
const throttled = /Throttl|TooManyRequests|RequestLimitExceeded/;
const denied = /AccessDenied|UnauthorizedOperation|AuthorizationError|NotAuthorized/;

function failureOf(error: AwsError): Failure {
  const failure = (code: string, retried: boolean): Failure => ({ code, message: error.message, retried });
  if (denied.test(error.code)) return failure('NO_PERMISSIONS', false);
  if (error.code === roleGone) return failure('FAILED_TO_ASSUME_ROLE', false);
  if (gone.test(error.code)) return failure('NO_RESOURCE', false);
  if (error.code === 'ExecutionAlreadyExists') return failure('RESOURCE_ALREADY_EXISTS', false);
  if (throttled.test(error.code)) return failure('THROTTLING', true);
  if (error.code === 'NotEmulated') return failure('SDK_CLIENT_ERROR', false);
  if (error.status >= 500) return failure('ERROR_FROM_TARGET', true);
  if (error.code === 'ValidationException' || error.code.startsWith('Invalid')) return failure('INVALID_PARAMETER', false);
  return failure('SDK_CLIENT_ERROR', false);
}

type ExhaustedCondition = 'MaximumRetryAttempts' | 'MaximumEventAgeInSeconds';

/** Sends the event, untransformed, to the target's dead-letter queue; without one, or where the queue refuses, the event is gone. */
async function deadLetter(state: EventsState, errand: Errand, failure: Failure, retries: number, exhausted: ExhaustedCondition | undefined) {
  const { kernel } = state;
  const { rule, target, event } = errand;
  const queueArn = target.DeadLetterConfig?.Arn;
  const given = { gaveUp: event.id, rule: rule.name, target: target.Arn, code: failure.code, retries, ...(exhausted !== undefined && { exhausted }) };
  if (queueArn === undefined) {
    kernel.trace.write('event', given);
    return;
  }
  const attributes: readonly (readonly [name: string, value: string])[] = [
    ['RULE_ARN', rule.arn],
    ['TARGET_ARN', target.Arn],
    ['ERROR_CODE', failure.code],
    ['ERROR_MESSAGE', failure.message],
    ...(exhausted === undefined ? [] : ([['EXHAUSTED_RETRY_CONDITION', exhausted]] as const)),
    ['RETRY_ATTEMPTS', String(retries)],
  ];
  try {
    await kernel.cloud.call(
      'sqs',
      'SendMessage',
      {
        QueueUrl: queueUrl(queueArn),
        MessageBody: JSON.stringify(event),
        MessageAttributes: Object.fromEntries(attributes.map(([name, value]) => [name, { DataType: 'String', StringValue: value }])),
      },
      asEventBridge(rule),
    );
    kernel.trace.write('event', { ...given, deadLetter: queueArn });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    kernel.trace.write('event', { ...given, deadLetter: queueArn, deadLetterRefused: `${error.code}: ${error.message}` });
  }
}
