import { describe, expect, test } from 'vitest';
import type { ResourceStatement } from '../../../src/emulator/iam/identities.ts';
import { sqsClient } from './client.ts';

const url = (name: string) => `http://sqs.eu-west-1.localhost/000000000000/${name}`;

describe('queues', () => {
  test('are created once, found, listed and deleted', async () => {
    const { call, refusal } = sqsClient();
    expect(await call('CreateQueue', { QueueName: 'work', Attributes: { DelaySeconds: '1' } })).toEqual({ QueueUrl: url('work') });
    expect(await call('CreateQueue', { QueueName: 'work', Attributes: { DelaySeconds: '1' } })).toEqual({ QueueUrl: url('work') });
    expect(await refusal('CreateQueue', { QueueName: 'work', Attributes: { DelaySeconds: '2' } })).toMatchObject({
      code: 'QueueNameExists',
      queryCode: 'QueueAlreadyExists',
      message: 'A queue already exists with the same name and a different value for attribute DelaySeconds',
    });
    expect(await call('GetQueueUrl', { QueueName: 'work' })).toEqual({ QueueUrl: url('work') });
    await call('CreateQueue', { QueueName: 'other' });
    expect(await call('ListQueues', { QueueNamePrefix: 'w' })).toEqual({ QueueUrls: [url('work')] });
    const page = await call('ListQueues', { MaxResults: 1 });
    expect(page).toMatchObject({ QueueUrls: [url('other')] });
    expect(await call('ListQueues', { MaxResults: 1, NextToken: page.NextToken })).toEqual({ QueueUrls: [url('work')] });
    await call('DeleteQueue', { QueueUrl: 'https://sqs.eu-west-1.amazonaws.com/000000000000/work' });
    expect((await refusal('GetQueueUrl', { QueueName: 'work' })).code).toBe('QueueDoesNotExist');
  });

  test('tell their attributes, defaults included', async () => {
    const { call, refusal } = sqsClient();
    await call('CreateQueue', { QueueName: 'work', Attributes: { VisibilityTimeout: '69' } });
    expect((await call('GetQueueAttributes', { QueueUrl: url('work'), AttributeNames: ['All'] })).Attributes).toEqual({
      QueueArn: 'arn:aws:sqs:eu-west-1:000000000000:work',
      ApproximateNumberOfMessages: '0',
      ApproximateNumberOfMessagesNotVisible: '0',
      ApproximateNumberOfMessagesDelayed: '0',
      CreatedTimestamp: String(Date.parse('2026-11-22T10:00:00Z') / 1000),
      LastModifiedTimestamp: String(Date.parse('2026-11-22T10:00:00Z') / 1000),
      VisibilityTimeout: '69',
      MaximumMessageSize: '1048576',
      MessageRetentionPeriod: '345600',
      DelaySeconds: '0',
      ReceiveMessageWaitTimeSeconds: '0',
      SqsManagedSseEnabled: 'true',
    });
    expect(await call('GetQueueAttributes', { QueueUrl: url('work'), AttributeNames: ['RedrivePolicy'] })).toEqual({});
    expect((await refusal('SetQueueAttributes', { QueueUrl: url('work'), Attributes: { Colour: 'red' } })).code).toBe('InvalidAttributeName');
    expect((await refusal('SetQueueAttributes', { QueueUrl: url('work'), Attributes: { DelaySeconds: '901' } })).code).toBe('InvalidAttributeValue');
    const policy = '{"deadLetterTargetArn": "dummy", "maxReceiveCount": 42}';
    expect((await refusal('SetQueueAttributes', { QueueUrl: url('work'), Attributes: { DelaySeconds: '5', RedrivePolicy: policy } })).message).toBe(
      `Value ${policy} for parameter RedrivePolicy is invalid. Reason: Invalid value for deadLetterTargetArn.`,
    );
    // What is refused leaves nothing behind.
    expect((await call('GetQueueAttributes', { QueueUrl: url('work'), AttributeNames: ['DelaySeconds'] })).Attributes).toEqual({ DelaySeconds: '0' });
  });

  test('are purged, once a minute', async () => {
    const { call, refusal, sqs, kernel } = sqsClient();
    await call('CreateQueue', { QueueName: 'work' });
    await call('SendMessage', { QueueUrl: url('work'), MessageBody: 'x' });
    await call('PurgeQueue', { QueueUrl: url('work') });
    expect(sqs.messages('work')).toEqual([]);
    expect(await refusal('PurgeQueue', { QueueUrl: url('work') })).toMatchObject({
      status: 403,
      message: 'Only one PurgeQueue operation on work is allowed every 60 seconds.',
    });
    await kernel.clock.advance(60_000);
    await call('PurgeQueue', { QueueUrl: url('work') });
  });

  test('of other kinds are refused by name', async () => {
    const { refusal } = sqsClient();
    expect(await refusal('CreateQueue', { QueueName: 'work.fifo' })).toMatchObject({ code: 'NotEmulated' });
    expect((await refusal('CreateQueue', { QueueName: 'work', Attributes: { FifoQueue: 'true' } })).message).toContain('FifoQueue');
  });

  test('put their policy before those who judge calls', async () => {
    const added: [string, ResourceStatement][] = [];
    const removed: string[] = [];
    const identities = {
      addResourcePolicy: (arn: string, statement: ResourceStatement) => void added.push([arn, statement]),
      removeResourcePolicies: (arn: string) => void removed.push(arn),
    };
    const { call, refusal } = sqsClient({ identities });
    const allow = (more: object = {}) =>
      JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: 'events.amazonaws.com' },
            Action: 'sqs:SendMessage',
            Resource: '*',
            Condition: { ArnEquals: { 'aws:SourceArn': 'arn:aws:events:eu-west-1:000000000000:rule/pushed' } },
            ...more,
          },
        ],
      });
    const arn = 'arn:aws:sqs:eu-west-1:000000000000:dead';
    await call('CreateQueue', { QueueName: 'dead', Attributes: { Policy: allow() } });
    expect(added).toEqual([
      [
        arn,
        {
          principalService: 'events.amazonaws.com',
          action: 'sqs:SendMessage',
          sourceArn: 'arn:aws:events:eu-west-1:000000000000:rule/pushed',
        },
      ],
    ]);
    const set = (Policy: string) => ({ QueueUrl: url('dead'), Attributes: { Policy } });
    expect((await refusal('SetQueueAttributes', set(allow({ Effect: 'Deny' })))).code).toBe('NotEmulated');
    expect((await refusal('SetQueueAttributes', set(allow({ Principal: { AWS: '*' } })))).message).toContain('the principal "AWS"');
    expect((await refusal('SetQueueAttributes', set('{'))).code).toBe('InvalidAttributeValue');
    await call('SetQueueAttributes', set(allow({ Condition: { StringEquals: { 'aws:SourceAccount': '111111111111' } } })));
    expect(added).toHaveLength(1);
    expect(removed).toEqual([arn, arn]);
  });
});
