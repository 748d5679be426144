import { beforeEach, describe, expect, test } from 'vitest';
import { AwsError } from '../../../src/emulator/aws-error.ts';
import { testKernel } from '../kernel.ts';
import { functionArn, queueArn, type SnsClient, snsClient, topicArn } from './client.ts';

let client: SnsClient;
beforeEach(async () => {
  client = snsClient();
  await client.call('CreateTopic', { Name: 'rollouts' });
});
const subscribe = (Protocol: string, Endpoint: string, Attributes: object = {}) =>
  client.call('Subscribe', { TopicArn: topicArn, Protocol, Endpoint, Attributes });
const publish = async (more: object = {}) => {
  const answer = await client.call('Publish', { TopicArn: topicArn, Message: 'Hello world.', ...more });
  await client.kernel.clock.settle();
  return answer;
};
const sent = () => client.kernel.calls.map(({ service, operation, input }) => ({ service, operation, input: input as Record<string, unknown> }));
const attribute = { colour: { DataType: 'String', StringValue: 'blue' }, attr1: { DataType: 'Number', StringValue: '99.12' } };

describe('Publish', () => {
  test('brings a queue the notification SNS writes, members in its order', async () => {
    const { SubscriptionArn } = await subscribe('sqs', queueArn);
    const { MessageId } = await publish({ Subject: 'test-subject', MessageAttributes: { attr1: attribute.attr1 } });
    expect(client.kernel.calls).toHaveLength(1);
    expect(client.kernel.calls[0]?.caller).toEqual({
      kind: 'service',
      service: 'sns.amazonaws.com',
      arn: 'sns.amazonaws.com',
      sourceArn: topicArn,
    });
    const [call] = sent();
    expect(call).toMatchObject({ service: 'sqs', operation: 'SendMessage' });
    expect(call?.input.QueueUrl).toMatch(/\/inbox$/);
    const body = JSON.parse(String(call?.input.MessageBody)) as Record<string, unknown>;
    expect(body).toMatchObject({
      Type: 'Notification',
      MessageId,
      TopicArn: topicArn,
      Subject: 'test-subject',
      Message: 'Hello world.',
      Timestamp: '2026-11-22T10:00:00.000Z',
      MessageAttributes: { attr1: { Type: 'Number', Value: '99.12' } },
    });
    expect(body.UnsubscribeURL).toContain(SubscriptionArn);
    // The order in a recorded notification.
    expect(Object.keys(body)).toEqual([
      'Type',
      'MessageId',
      'TopicArn',
      'Subject',
      'Message',
      'Timestamp',
      'SignatureVersion',
      'Signature',
      'SigningCertURL',
      'UnsubscribeURL',
      'MessageAttributes',
    ]);
  });

  test('brings a queue the bare message where raw delivery is on', async () => {
    await subscribe('sqs', queueArn, { RawMessageDelivery: 'true' });
    await publish({ MessageAttributes: attribute });
    expect(sent()[0]?.input).toMatchObject({ MessageBody: 'Hello world.', MessageAttributes: attribute });
  });

  test('invokes a function asynchronously with the event SNS makes', async () => {
    const { SubscriptionArn } = await subscribe('lambda', functionArn);
    await publish();
    const [call] = sent();
    expect(call).toMatchObject({ service: 'lambda', operation: 'Invoke', input: { FunctionName: functionArn, InvocationType: 'Event' } });
    const event = JSON.parse(new TextDecoder().decode(call?.input.Payload as Uint8Array)) as { Records: Record<string, unknown>[] };
    expect(event.Records).toMatchObject([
      {
        EventSource: 'aws:sns',
        EventVersion: '1.0',
        EventSubscriptionArn: SubscriptionArn,
        Sns: { Type: 'Notification', Message: 'Hello world.', Subject: null, MessageAttributes: {}, TopicArn: topicArn },
      },
    ]);
  });

  test('keeps what was published, for a mailbox that nobody confirms too', async () => {
    expect(await subscribe('email', 'team@example.com')).toEqual({ SubscriptionArn: 'pending confirmation' });
    const { MessageId } = await publish({ Subject: 'Rolled back' });
    expect(client.kernel.calls).toEqual([]);
    expect(client.sns.messages(topicArn)).toEqual([
      { messageId: MessageId, subject: 'Rolled back', message: 'Hello world.', attributes: {}, publishedAtMs: client.kernel.clock.now() },
    ]);
  });

  test('a JSON message has a part for each protocol', async () => {
    await subscribe('sqs', queueArn, { RawMessageDelivery: 'true' });
    await subscribe('lambda', functionArn);
    await publish({ MessageStructure: 'json', Message: JSON.stringify({ default: 'for all', sqs: 'for queues' }) });
    expect(sent()[0]?.input.MessageBody).toBe('for queues');
    expect(new TextDecoder().decode(sent()[1]?.input.Payload as Uint8Array)).toContain('"Message":"for all"');
  });

  test.each<[object, boolean]>([
    [{ colour: ['blue', 'green'] }, true],
    [{ colour: ['green'] }, false],
    [{ colour: [{ prefix: 'bl' }] }, true],
    [{ colour: [{ 'anything-but': ['blue'] }] }, false],
    [{ colour: [{ 'anything-but': 'green' }] }, true],
    [{ attr1: [99.12] }, true],
    [{ colour: ['blue'], attr1: [1] }, false],
    [{ shape: [{ exists: false }] }, true],
    [{ shape: ['round'] }, false],
  ])('a filter policy %j decides %s', async (policy, passes) => {
    await subscribe('sqs', queueArn, { FilterPolicy: JSON.stringify(policy) });
    await publish({ MessageAttributes: attribute });
    expect(client.kernel.calls).toHaveLength(passes ? 1 : 0);
  });

  // SNS's own words, recorded from it.
  test.each<[object, string]>([
    [{ Message: '' }, 'Invalid parameter: Empty message'],
    [{ Subject: '' }, 'Invalid parameter: Subject'],
    [{ Subject: 'x'.repeat(101) }, 'Invalid parameter: Subject'],
    [{ Subject: 'zurück' }, 'Invalid parameter: Subject'],
    [{ Subject: 'two\nlines' }, 'Invalid parameter: Subject'],
    [{ Message: 'x'.repeat(262_145) }, 'Invalid parameter: Message too long'],
    [{ MessageStructure: 'json', Message: '{"sqs": "x"}' }, 'Invalid parameter: Message Structure - No default entry in JSON message body'],
    [{ MessageStructure: 'json', Message: 'invalid' }, 'Invalid parameter: Message Structure - JSON message body failed to parse'],
    [{ TopicArn: 'randomtopic' }, 'Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 1'],
  ])('refuses %j', async (more, message) => {
    const error = await client.refusal('Publish', { TopicArn: topicArn, Message: 'x', ...more });
    expect(error).toMatchObject({ code: 'InvalidParameter', status: 400, message });
    expect(client.sns.messages(topicArn)).toEqual([]);
  });

  test('refuses a topic that is not there', async () => {
    const error = await client.refusal('Publish', { TopicArn: `${topicArn}-none`, Message: 'x' });
    expect(error).toMatchObject({ code: 'NotFound', status: 404, message: 'Topic does not exist' });
  });
});

describe('delivery', () => {
  test('is tried again after a fault of the target, at once and then with pauses', async () => {
    const attempts: number[] = [];
    const kernel = testKernel({
      cloud: {
        async call() {
          attempts.push(kernel.clock.now());
          if (attempts.length < 8) throw new AwsError('ServiceUnavailable', 'later', { status: 503 });
          return {};
        },
      },
    });
    client = snsClient(kernel);
    await client.call('CreateTopic', { Name: 'rollouts' });
    await subscribe('sqs', queueArn);
    const startMs = kernel.clock.now();
    await publish();
    await kernel.clock.advance(3_600_000);
    // Three retries at once, two a second apart, then 1, 2, 4 ... up to 20 s.
    expect(attempts.map((atMs) => (atMs - startMs) / 1000)).toEqual([0, 0, 0, 0, 1, 2, 3, 5]);
    expect(kernel.crashes).toEqual([]);
  });

  test('goes to the dead-letter queue where the target keeps SNS out, without another try', async () => {
    const calls: { QueueUrl?: string; MessageBody?: string }[] = [];
    const kernel = testKernel({
      cloud: {
        async call(_service, _operation, input) {
          calls.push(input as { QueueUrl?: string });
          if (calls.length === 1) throw new AwsError('AccessDeniedException', 'no', { status: 403 });
          return {};
        },
      },
    });
    client = snsClient(kernel);
    await client.call('CreateTopic', { Name: 'rollouts' });
    await subscribe('sqs', queueArn, { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: 'arn:aws:sqs:eu-west-1:000000000000:dead' }) });
    await publish();
    await kernel.clock.advance(3_600_000);
    expect(calls.map(({ QueueUrl }) => QueueUrl?.split('/').at(-1))).toEqual(['inbox', 'dead']);
    expect(JSON.parse(calls[1]?.MessageBody ?? '')).toMatchObject({ Type: 'Notification', Message: 'Hello world.' });
  });
});
