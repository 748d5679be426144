import { beforeEach, describe, expect, test } from 'vitest';
import { lineTrace } from '../../../src/emulator/trace.ts';
import { testKernel } from '../kernel.ts';
import { type SqsClient, sqsClient } from './client.ts';

let client: SqsClient;
const QueueUrl = 'http://sqs.eu-west-1.localhost/000000000000/work';
beforeEach(async () => {
  client = sqsClient();
  await client.call('CreateQueue', { QueueName: 'work', Attributes: { VisibilityTimeout: '30' } });
});
const send = (MessageBody: string, more: object = {}) => client.call('SendMessage', { QueueUrl, MessageBody, ...more });
const receive = async (more: object = {}) => (await client.call('ReceiveMessage', { QueueUrl, ...more })).Messages ?? [];
const bodies = async (more: object = {}) => (await receive(more)).map(({ Body }) => Body);

describe('SendMessage and ReceiveMessage', () => {
  // Digests recorded from SQS, for this body and these attributes.
  const attributes = {
    General: { DataType: 'String', StringValue: 'Kenobi' },
    Hello: { DataType: 'String', StringValue: 'There' },
    'Help.Me': { DataType: 'String', StringValue: 'Me' },
  };
  test('digest body and attributes as SQS does', async () => {
    expect(await send('msg', { MessageAttributes: attributes })).toMatchObject({
      MD5OfMessageBody: '6e2baaf3b97dbeef01c0043275f9a0e7',
      MD5OfMessageAttributes: '4c360f3fdafd970e05fae2f149d997f5',
    });
    const binary = {
      attr1: { DataType: 'Binary', BinaryValue: Buffer.from('traceparent\x1e00-774062d6c37081a5a0b9b5b88e30627c-2d2482211f6489da-01') },
    };
    expect(await send('test', { MessageAttributes: binary })).toMatchObject({ MD5OfMessageAttributes: '8cbe4db156db8a94db8b801b7addb984' });
  });

  test.each([
    [[], undefined, []],
    [['All'], '4c360f3fdafd970e05fae2f149d997f5', ['General', 'Hello', 'Help.Me']],
    [['.*'], '4c360f3fdafd970e05fae2f149d997f5', ['General', 'Hello', 'Help.Me']],
    [['Hello', 'General'], 'fca026605781cb4126a1e9044df24232', ['General', 'Hello']],
    [['Hello', 'Foo'], 'a311262e065454b75da111d535b8dacd', ['Hello']],
    [['Hel.*'], '83fee93c1bcd8b9a5a923ffacdc636c7', ['Hello', 'Help.Me']],
    [['Foo'], undefined, []],
  ])('attributes asked for as %j', async (MessageAttributeNames, digest, names) => {
    await send('msg', { MessageAttributes: attributes });
    const [message] = await receive({ MessageAttributeNames });
    expect(message?.MD5OfMessageAttributes).toBe(digest);
    expect(Object.keys(message?.MessageAttributes ?? {})).toEqual(names);
  });

  test('a message received is hidden for its visibility time-out, then comes again', async () => {
    await send('one');
    const [first] = await receive({ AttributeNames: ['All'] });
    expect(first?.Attributes).toMatchObject({ ApproximateReceiveCount: '1', SentTimestamp: String(Date.parse('2026-11-22T10:00:00Z')) });
    await client.kernel.clock.advance(29_999);
    expect(await receive()).toEqual([]);
    await client.kernel.clock.advance(1);
    const [again] = await receive({ AttributeNames: ['ApproximateReceiveCount'] });
    expect(again).toMatchObject({ MessageId: first?.MessageId, Attributes: { ApproximateReceiveCount: '2' } });
    // The older handle no longer deletes.
    await client.call('DeleteMessage', { QueueUrl, ReceiptHandle: first?.ReceiptHandle });
    expect(client.sqs.messages('work')).toHaveLength(1);
    await client.call('DeleteMessage', { QueueUrl, ReceiptHandle: again?.ReceiptHandle });
    await client.call('DeleteMessage', { QueueUrl, ReceiptHandle: again?.ReceiptHandle });
    expect(client.sqs.messages('work')).toEqual([]);
  });

  test('a long poll ends with the first message, or empty after its time', async () => {
    const { clock } = client.kernel;
    const startMs = clock.now();
    const answered: [number, unknown][] = [];
    const poll = async () => {
      const messages = await bodies({ WaitTimeSeconds: 20 });
      answered.push([clock.now() - startMs, messages]);
    };
    const polls = [poll(), poll()];
    clock.after(5000, 'send', () => void send('late'));
    await clock.advance(60_000);
    await Promise.all(polls);
    expect(answered).toEqual([
      [5000, ['late']],
      [20_000, []],
    ]);
  });

  test('a long poll sees a delayed message and one that becomes visible again', async () => {
    const { clock } = client.kernel;
    const startMs = clock.now();
    await send('delayed', { DelaySeconds: 7 });
    const first = bodies({ WaitTimeSeconds: 20, VisibilityTimeout: 4 }).then((found) => [clock.now() - startMs, found]);
    await clock.advance(8000);
    expect(await first).toEqual([7000, ['delayed']]);
    const second = bodies({ WaitTimeSeconds: 20 }).then((found) => [clock.now() - startMs, found]);
    await clock.advance(20_000);
    expect(await second).toEqual([11_000, ['delayed']]);
  });

  test('ChangeMessageVisibility hides longer, or shows at once', async () => {
    await send('one');
    const [message] = await receive();
    const change = (VisibilityTimeout: number) => ({ QueueUrl, ReceiptHandle: message?.ReceiptHandle, VisibilityTimeout });
    await client.call('ChangeMessageVisibility', change(100));
    await client.kernel.clock.advance(99_999);
    expect(await receive()).toEqual([]);
    await client.call('ChangeMessageVisibility', change(0));
    expect(await bodies()).toEqual(['one']);
  });

  test('gives up to ten at a time, in the order they came', async () => {
    for (let n = 0; n < 12; n++) await send(String(n));
    expect(await bodies({ MaxNumberOfMessages: 10 })).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
    expect(await bodies({ MaxNumberOfMessages: 10 })).toEqual(['10', '11']);
  });

  test('keeps a message for its retention and no longer', async () => {
    await client.call('SetQueueAttributes', { QueueUrl, Attributes: { MessageRetentionPeriod: '60' } });
    await send('old');
    await client.kernel.clock.advance(59_999);
    expect(client.sqs.messages('work')).toHaveLength(1);
    await client.kernel.clock.advance(1);
    expect(client.sqs.messages('work')).toEqual([]);
  });

  test('counts what is visible, hidden and delayed', async () => {
    await send('a');
    await send('b');
    await send('c', { DelaySeconds: 10 });
    await receive();
    expect(await client.call('GetQueueAttributes', { QueueUrl, AttributeNames: ['All'] })).toMatchObject({
      Attributes: {
        ApproximateNumberOfMessages: '1',
        ApproximateNumberOfMessagesNotVisible: '1',
        ApproximateNumberOfMessagesDelayed: '1',
      },
    });
  });
});

describe('a dead-letter queue', () => {
  test('takes a message that was received as often as its policy allows', async () => {
    const lines: string[] = [];
    const kernel = testKernel({
      trace: {
        write: (kind, data) =>
          lineTrace(
            () => 0,
            (line) => lines.push(line),
          ).write(kind, data),
      },
    });
    client = sqsClient({}, kernel);
    await client.call('CreateQueue', { QueueName: 'dead' });
    await client.call('CreateQueue', {
      QueueName: 'work',
      Attributes: {
        VisibilityTimeout: '1',
        RedrivePolicy: JSON.stringify({ deadLetterTargetArn: 'arn:aws:sqs:eu-west-1:000000000000:dead', maxReceiveCount: 2 }),
      },
    });
    const { MessageId } = await send('poison', { MessageAttributes: { why: { DataType: 'String', StringValue: 'test' } } });
    for (let n = 0; n < 2; n++) {
      expect(await bodies()).toEqual(['poison']);
      await kernel.clock.advance(1000);
    }
    expect(await bodies()).toEqual([]);
    expect(client.sqs.messages('work')).toEqual([]);
    expect(client.sqs.messages('dead')).toMatchObject([{ id: MessageId, body: 'poison', attributes: { why: { StringValue: 'test' } } }]);
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ kind: 'state', service: 'sqs', queue: 'work', deadLetterQueue: 'dead', receiveCount: 2 });
  });
});

describe('what SQS refuses', () => {
  test.each<[string, object, string, string]>([
    [
      'SendMessage',
      { MessageBody: 'x'.repeat(1_048_577) },
      'InvalidParameterValue',
      'One or more parameters are invalid. Reason: Message must be shorter than 1048576 bytes.',
    ],
    ['SendMessage', { MessageBody: 'a\u0001' }, 'InvalidMessageContents', 'Invalid characters found.'],
    [
      'ReceiveMessage',
      { MaxNumberOfMessages: 11 },
      'InvalidParameterValue',
      'Value 11 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.',
    ],
    ['DeleteMessage', { ReceiptHandle: 'nonsense' }, 'ReceiptHandleIsInvalid', 'The input receipt handle "nonsense" is not a valid receipt handle.'],
    ['SendMessageBatch', { Entries: [] }, 'AWS.SimpleQueueService.EmptyBatchRequest', 'There should be at least one entry in the request.'],
    [
      'SendMessageBatch',
      { Entries: Array.from({ length: 20 }, (_, n) => ({ Id: String(n), MessageBody: 'x' })) },
      'AWS.SimpleQueueService.TooManyEntriesInBatchRequest',
      'Maximum number of entries per request are 10. You have sent 20.',
    ],
    [
      'DeleteMessageBatch',
      { Entries: [{ Id: 'invalid:id', ReceiptHandle: 'x' }] },
      'AWS.SimpleQueueService.InvalidBatchEntryId',
      'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.',
    ],
    ['SendMessage', { MessageBody: 'x', MessageGroupId: 'g' }, 'NotEmulated', 'MessageGroupId'],
  ])('%s', async (operation, input, code, message) => {
    const error = await client.refusal(operation, { QueueUrl, ...input });
    expect(error.queryCode ?? error.code).toBe(code);
    expect(error.message).toContain(message);
  });

  test('a queue that is not there', async () => {
    expect(await client.refusal('SendMessage', { QueueUrl: 'http://any/000000000000/nothing', MessageBody: 'x' })).toMatchObject({
      code: 'QueueDoesNotExist',
      queryCode: 'AWS.SimpleQueueService.NonExistentQueue',
      message: 'The specified queue does not exist.',
    });
  });

  test('an entry of a batch alone', async () => {
    const Entries = [
      { Id: 'good', MessageBody: 'x' },
      { Id: 'bad', MessageBody: '\u0001' },
    ];
    expect(await client.call('SendMessageBatch', { QueueUrl, Entries })).toMatchObject({
      Successful: [{ Id: 'good', MD5OfMessageBody: '9dd4e461268c8034f5c8564e155c67a6' }],
      Failed: [{ Id: 'bad', Code: 'InvalidMessageContents', SenderFault: true }],
    });
  });
});
