import { describe, expect, it } from 'vitest';
import { AwsError } from '../../../src/emulator/aws-error.ts';
import type { Delivery } from '../../../src/emulator/events/service.ts';
import type { Caller } from '../../../src/emulator/iam/caller.ts';
import { lineTrace } from '../../../src/emulator/trace.ts';
import { administrator } from '../kernel.ts';
import { arns, type TestEvents, testEvents } from './fixture.ts';

const pushed = { source: 'aws.ecr', detailType: 'ECR Image Action', resources: [], detail: { 'action-type': 'PUSH' } };
const fromEcr = { source: ['aws.ecr'] };

interface SentMessage {
  readonly QueueUrl: string;
  readonly MessageBody: string;
  readonly MessageAttributes: Record<string, { DataType: string; StringValue: string }>;
}

/** Events whose targets refuse with `refuse(attempt)`; the dead-letter queue takes everything. */
function withRefusingTarget(refuse: (attempt: number) => AwsError | undefined) {
  const attemptsAtMs: number[] = [];
  const deadLetters: SentMessage[] = [];
  const events: TestEvents = testEvents({
    cloud: {
      async call(service, _operation, input) {
        if (service === 'sqs') {
          deadLetters.push(input as SentMessage); // What this service sends to SQS.
          return {};
        }
        attemptsAtMs.push(events.kernel.clock.now());
        const error = refuse(attemptsAtMs.length);
        if (error) throw error;
        return {};
      },
    },
  });
  return { events, attemptsAtMs, deadLetters };
}

describe('an event', () => {
  it('reaches a Lambda function asynchronously, as EventBridge acting for the rule', async () => {
    const events = testEvents();
    const RuleArn = await events.rule('on-push', fromEcr, [{ Id: 'fn', Arn: arns.lambda }]);
    events.publish(pushed);
    expect(events.kernel.calls).toEqual([]);
    await events.kernel.clock.advance(1000);
    const payload = new TextEncoder().encode(JSON.stringify(events.events()[0]?.event));
    expect(events.kernel.calls).toEqual([
      {
        service: 'lambda',
        operation: 'Invoke',
        input: { FunctionName: arns.lambda, InvocationType: 'Event', Payload: payload },
        caller: { kind: 'service', service: 'events.amazonaws.com', arn: 'events.amazonaws.com', sourceArn: RuleArn },
      },
    ]);
  });

  it('starts an execution with the target’s role, and reaches queue and topic', async () => {
    const events = testEvents();
    await events.rule('r', fromEcr, [
      { Id: 'machine', Arn: arns.machine, RoleArn: arns.role },
      { Id: 'queue', Arn: arns.queue, InputPath: '$.detail' },
      { Id: 'topic', Arn: arns.topic, Input: '"hello"' },
    ]);
    events.publish(pushed);
    await events.kernel.clock.advance(1000);
    const byService = new Map(events.kernel.calls.map((call) => [call.service, call]));
    expect(byService.get('sfn')).toMatchObject({
      operation: 'StartExecution',
      input: { stateMachineArn: arns.machine, input: JSON.stringify(events.events()[0]?.event) },
      caller: { kind: 'role', arn: arns.role },
    });
    expect(byService.get('sqs')).toMatchObject({
      operation: 'SendMessage',
      input: { QueueUrl: 'https://sqs.eu-west-1.amazonaws.com/000000000000/work', MessageBody: '{"action-type":"PUSH"}' },
    });
    expect(byService.get('sns')).toMatchObject({ operation: 'Publish', input: { TopicArn: arns.topic, Message: '"hello"' } });
  });

  it('passes disabled rules and rules it does not match by', async () => {
    const events = testEvents();
    await events.rule('off', fromEcr, [{ Id: 'fn', Arn: arns.lambda }]);
    await events.call('DisableRule', { Name: 'off' });
    await events.rule('other', { source: ['aws.s3'] }, [{ Id: 'fn', Arn: arns.lambda }]);
    events.publish(pushed);
    await events.kernel.clock.advance(1000);
    expect(events.kernel.calls).toEqual([]);
    expect(events.events()).toMatchObject([{ rules: [], fate: 'routed' }]);
    await events.call('EnableRule', { Name: 'off' });
    events.publish(pushed);
    await events.kernel.clock.advance(1000);
    expect(events.kernel.calls).toHaveLength(1);
  });

  it('is traced with the rules it matched', async () => {
    const lines: string[] = [];
    const events = testEvents({
      trace: lineTrace(
        () => 0,
        (line) => lines.push(line),
      ),
    });
    await events.rule('first', fromEcr);
    await events.rule('second', fromEcr);
    events.publish(pushed);
    expect(lines.map((line): unknown => JSON.parse(line))).toEqual([
      expect.objectContaining({ kind: 'event', bus: 'default', rules: ['first', 'second'], event: events.events()[0]?.event }),
    ]);
  });

  it('travels to another bus as it is, and to no third', async () => {
    const events: TestEvents = testEvents({
      cloud: {
        call: async (service, operation, input, caller: Caller) => {
          calls.push([service, operation, caller.arn]);
          return events.service.operations.get(operation)?.run(input, { caller: administrator, requestId: 'test' });
        },
      },
    });
    const calls: string[][] = [];
    for (const Name of ['second', 'third']) await events.call('CreateEventBus', { Name });
    await events.rule('on', fromEcr, [{ Id: 'bus', Arn: arns.bus('second'), RoleArn: arns.role }]);
    await events.call('PutRule', { Name: 'on', EventBusName: 'second', EventPattern: JSON.stringify(fromEcr) });
    await events.call('PutTargets', { Rule: 'on', EventBusName: 'second', Targets: [{ Id: 'bus', Arn: arns.bus('third'), RoleArn: arns.role }] });
    events.publish(pushed);
    await events.kernel.clock.advance(5000);
    expect(calls).toEqual([['events', 'PutEvents', arns.role]]);
    expect(events.events().map(({ bus }) => bus)).toEqual(['default', 'second']);
    expect(events.events()[1]?.event).toEqual(events.events()[0]?.event);
  });
});

describe('a target that refuses', () => {
  const gone = new AwsError('ResourceNotFoundException', 'Function not found', { status: 404 });
  const busy = new AwsError('TooManyRequestsException', 'Rate Exceeded.', { status: 429 });
  const broken = new AwsError('ServiceException', 'Internal error', { status: 500 });

  it('is tried again with growing pauses until it takes the event', async () => {
    const { events, attemptsAtMs, deadLetters } = withRefusingTarget((attempt) => (attempt <= 4 ? busy : undefined));
    await events.rule('r', fromEcr, [{ Id: 'fn', Arn: arns.lambda, DeadLetterConfig: { Arn: arns.deadLetters } }]);
    events.publish(pushed);
    await events.kernel.clock.advance(120_000);
    const pauses = attemptsAtMs.slice(1).map((atMs, index) => atMs - (attemptsAtMs[index] ?? 0));
    expect(pauses).toHaveLength(4);
    expect(pauses.every((pause, index) => index === 0 || pause > (pauses[index - 1] ?? 0))).toBe(true);
    expect(deadLetters).toEqual([]);
  });

  it('is given up after MaximumRetryAttempts, to the dead-letter queue with AWS’s attributes', async () => {
    const { events, attemptsAtMs, deadLetters } = withRefusingTarget(() => broken);
    const RuleArn = await events.rule('r', fromEcr, [
      { Id: 'fn', Arn: arns.lambda, InputPath: '$.detail', RetryPolicy: { MaximumRetryAttempts: 2 }, DeadLetterConfig: { Arn: arns.deadLetters } },
    ]);
    events.publish(pushed);
    await events.kernel.clock.advance(60_000);
    expect(attemptsAtMs).toHaveLength(3);
    const text = (StringValue: string) => ({ DataType: 'String', StringValue });
    expect(deadLetters).toEqual([
      {
        QueueUrl: 'https://sqs.eu-west-1.amazonaws.com/000000000000/dead-letters',
        MessageBody: JSON.stringify(events.events()[0]?.event),
        MessageAttributes: {
          RULE_ARN: text(RuleArn),
          TARGET_ARN: text(arns.lambda),
          ERROR_CODE: text('ERROR_FROM_TARGET'),
          ERROR_MESSAGE: text('Internal error'),
          EXHAUSTED_RETRY_CONDITION: text('MaximumRetryAttempts'),
          RETRY_ATTEMPTS: text('2'),
        },
      },
    ]);
  });

  it('is given up when the event is older than MaximumEventAgeInSeconds', async () => {
    const { events, attemptsAtMs, deadLetters } = withRefusingTarget(() => busy);
    await events.rule('r', fromEcr, [
      { Id: 'fn', Arn: arns.lambda, RetryPolicy: { MaximumEventAgeInSeconds: 60 }, DeadLetterConfig: { Arn: arns.deadLetters } },
    ]);
    const publishedAtMs = events.kernel.clock.now();
    events.publish(pushed);
    await events.kernel.clock.advance(600_000);
    expect(Math.max(...attemptsAtMs) - publishedAtMs).toBeLessThanOrEqual(60_000);
    expect(deadLetters.map((letter) => letter.MessageAttributes['EXHAUSTED_RETRY_CONDITION']?.StringValue)).toEqual(['MaximumEventAgeInSeconds']);
  });

  it('keeps AWS’s defaults: within 24 hours and 185 retries', async () => {
    const { events, attemptsAtMs, deadLetters } = withRefusingTarget(() => busy);
    await events.rule('r', fromEcr, [{ Id: 'fn', Arn: arns.lambda, DeadLetterConfig: { Arn: arns.deadLetters } }]);
    const publishedAtMs = events.kernel.clock.now();
    events.publish(pushed);
    await events.kernel.clock.advance(2 * 86_400_000);
    expect(attemptsAtMs.length).toBeLessThanOrEqual(186);
    expect(attemptsAtMs.length).toBeGreaterThan(150);
    expect(Math.max(...attemptsAtMs) - publishedAtMs).toBeLessThanOrEqual(86_400_000);
    expect(deadLetters).toHaveLength(1);
  });

  it.each([
    ['is gone', gone, 'NO_RESOURCE'],
    ['denies', new AwsError('AccessDeniedException', 'no', { status: 403 }), 'NO_PERMISSIONS'],
    ['finds the input bad', new AwsError('InvalidExecutionInput', 'no'), 'INVALID_PARAMETER'],
  ])('is not tried again when it %s', async (_what, error, code) => {
    const { events, attemptsAtMs, deadLetters } = withRefusingTarget(() => error);
    await events.rule('r', fromEcr, [{ Id: 'fn', Arn: arns.lambda, DeadLetterConfig: { Arn: arns.deadLetters } }]);
    events.publish(pushed);
    await events.kernel.clock.advance(3_600_000);
    expect(attemptsAtMs).toHaveLength(1);
    expect(deadLetters).toHaveLength(1);
    expect(deadLetters[0]?.MessageAttributes).toMatchObject({ ERROR_CODE: { StringValue: code }, RETRY_ATTEMPTS: { StringValue: '0' } });
    expect(deadLetters[0]?.MessageAttributes).not.toHaveProperty('EXHAUSTED_RETRY_CONDITION');
  });

  it('is the emulator’s bug when it throws no AWS error', async () => {
    const events = testEvents({ cloud: { call: () => Promise.reject(new TypeError('not a function')) } });
    await events.rule('r', fromEcr, [{ Id: 'fn', Arn: arns.lambda }]);
    events.publish(pushed);
    await events.kernel.clock.advance(1000);
    expect(events.kernel.crashes).toMatchObject([{ message: 'not a function' }]);
  });
});

describe('a service’s event', () => {
  const publishing = async (delivery: Delivery, event: typeof pushed, seed = 1) => {
    const events = testEvents({ seed }, { delivery: () => delivery });
    await events.rule('r', { source: [event.source] }, [{ Id: 'fn', Arn: arns.lambda }]);
    events.publish(event);
    await events.kernel.clock.advance(60_000);
    return events;
  };

  it('can be lost, unless AWS guarantees it', async () => {
    const lost = await publishing({ drop: true }, pushed);
    expect(lost.kernel.calls).toEqual([]);
    expect(lost.events()).toMatchObject([{ fate: 'lost' }]);
    const alarm = { ...pushed, source: 'aws.cloudwatch', detailType: 'CloudWatch Alarm State Change' };
    expect((await publishing({ drop: true }, alarm)).kernel.calls).toHaveLength(1);
  });

  it('can arrive late', async () => {
    const events = await publishing({ delayMs: 30_000 }, pushed);
    const [arrived] = events.events();
    expect((arrived?.atMs ?? 0) - Date.parse(arrived?.event.time ?? '')).toBe(30_000);
  });

  it('can arrive twice, with one id or with two', async () => {
    const ids = new Set<number>();
    for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
      const events = await publishing({ duplicate: true }, pushed, seed);
      expect(events.kernel.calls).toHaveLength(2);
      ids.add(new Set(events.events().map(({ event }) => event.id)).size);
    }
    expect(ids).toEqual(new Set([1, 2]));
  });

  it('is a copy: what the service changes later does not change it', () => {
    const detail = { 'action-type': 'PUSH' };
    const events = testEvents();
    events.publish({ ...pushed, detail });
    detail['action-type'] = 'DELETE';
    expect(events.events()[0]?.event.detail).toEqual({ 'action-type': 'PUSH' });
  });
});

describe('a scheduled rule', () => {
  it('sends AWS’s Scheduled Event to its own targets alone, until it is disabled', async () => {
    const events = testEvents({ startsAtMs: Date.parse('2026-11-22T05:58:30Z') });
    await events.call('PutRule', { Name: 'nightly', ScheduleExpression: 'cron(0 6 * * ? *)' });
    await events.call('PutTargets', { Rule: 'nightly', Targets: [{ Id: 'fn', Arn: arns.lambda }] });
    await events.rule('everything', { source: [{ prefix: '' }] }, [{ Id: 'queue', Arn: arns.queue }]);
    await events.kernel.clock.advance(2 * 86_400_000);
    expect(events.events().map(({ event }) => event.time)).toEqual(['2026-11-22T06:00:00Z', '2026-11-23T06:00:00Z']);
    expect(events.events()[0]).toMatchObject({
      rules: ['nightly'],
      event: {
        'detail-type': 'Scheduled Event',
        source: 'aws.events',
        resources: ['arn:aws:events:eu-west-1:000000000000:rule/nightly'],
        detail: {},
      },
    });
    expect(events.kernel.calls.map(({ service }) => service)).toEqual(['lambda', 'lambda']);
    await events.call('DisableRule', { Name: 'nightly' });
    await events.kernel.clock.advance(2 * 86_400_000);
    expect(events.events()).toHaveLength(2);
  });

  it('counts a rate from when the rule is made, and on through a change of something else', async () => {
    const events = testEvents();
    const startedAtMs = events.kernel.clock.now();
    await events.call('PutRule', { Name: 'r', ScheduleExpression: 'rate(5 minutes)' });
    await events.kernel.clock.advance(240_000);
    await events.call('PutRule', { Name: 'r', ScheduleExpression: 'rate(5 minutes)', Description: 'changed' });
    await events.kernel.clock.advance(400_000);
    expect(events.events().map(({ atMs }) => atMs - startedAtMs)).toEqual([300_000, 600_000]);
  });
});
