import { beforeEach, describe, expect, test } from 'vitest';
import type { ResourceStatement } from '../../../src/emulator/iam/identities.ts';
import { testKernel } from '../kernel.ts';
import { functionArn, queueArn, type SnsClient, snsClient, topicArn } from './client.ts';

let client: SnsClient;
beforeEach(async () => {
  client = snsClient();
  await client.call('CreateTopic', { Name: 'rollouts', Attributes: { DisplayName: 'Rollouts' } });
});

describe('topics', () => {
  test('are created once, described, listed and deleted', async () => {
    expect(await client.call('CreateTopic', { Name: 'rollouts' })).toEqual({ TopicArn: topicArn });
    expect((await client.call('GetTopicAttributes', { TopicArn: topicArn })).Attributes).toMatchObject({
      TopicArn: topicArn,
      Owner: '000000000000',
      DisplayName: 'Rollouts',
      SubscriptionsConfirmed: '0',
    });
    expect(await client.call('ListTopics')).toEqual({ Topics: [{ TopicArn: topicArn }] });
    await client.call('DeleteTopic', { TopicArn: topicArn });
    await client.call('DeleteTopic', { TopicArn: topicArn });
    expect(await client.refusal('GetTopicAttributes', { TopicArn: topicArn })).toMatchObject({ code: 'NotFound', message: 'Topic does not exist' });
  });

  test('of other kinds are refused by name', async () => {
    expect((await client.refusal('CreateTopic', { Name: 'x.fifo' })).code).toBe('NotEmulated');
    expect((await client.refusal('CreateTopic', { Name: 'not a name' })).message).toBe('Invalid parameter: Topic Name');
  });

  test('put their policy before those who judge calls', async () => {
    const added: [string, ResourceStatement][] = [];
    const identities = { addResourcePolicy: (arn: string, one: ResourceStatement) => void added.push([arn, one]), removeResourcePolicies: () => {} };
    client = snsClient(testKernel(), { identities });
    await client.call('CreateTopic', { Name: 'rollouts' });
    const policy = {
      Statement: {
        Effect: 'Allow',
        Principal: { Service: ['cloudwatch.amazonaws.com', 'events.amazonaws.com'] },
        Action: 'sns:Publish',
        Resource: '*',
      },
    };
    await client.call('SetTopicAttributes', { TopicArn: topicArn, AttributeName: 'Policy', AttributeValue: JSON.stringify(policy) });
    expect(added).toEqual([
      [topicArn, { principalService: 'cloudwatch.amazonaws.com', action: 'sns:Publish' }],
      [topicArn, { principalService: 'events.amazonaws.com', action: 'sns:Publish' }],
    ]);
  });
});

describe('subscriptions', () => {
  const subscribe = (Protocol: string, Endpoint: string, more: object = {}) => ({ TopicArn: topicArn, Protocol, Endpoint, ...more });

  test('are made once, listed, and taken away', async () => {
    const { SubscriptionArn } = await client.call('Subscribe', subscribe('sqs', queueArn));
    expect(await client.call('Subscribe', subscribe('sqs', queueArn))).toEqual({ SubscriptionArn });
    await client.call('Subscribe', subscribe('lambda', functionArn));
    await client.call('Subscribe', subscribe('email', 'team@example.com'));
    expect(await client.call('ListSubscriptionsByTopic', { TopicArn: topicArn })).toMatchObject({
      Subscriptions: [
        { SubscriptionArn, Protocol: 'sqs', Endpoint: queueArn, Owner: '000000000000', TopicArn: topicArn },
        { Protocol: 'lambda', Endpoint: functionArn },
        { Protocol: 'email', SubscriptionArn: 'PendingConfirmation' },
      ],
    });
    expect((await client.call('GetSubscriptionAttributes', { SubscriptionArn })).Attributes).toMatchObject({
      ConfirmationWasAuthenticated: 'true',
      PendingConfirmation: 'false',
      RawMessageDelivery: 'false',
    });
    await client.call('Unsubscribe', { SubscriptionArn });
    await client.call('Unsubscribe', { SubscriptionArn });
    expect(await client.refusal('GetSubscriptionAttributes', { SubscriptionArn })).toMatchObject({
      code: 'NotFound',
      message: 'Subscription does not exist',
    });
    expect((await client.call('GetTopicAttributes', { TopicArn: topicArn })).Attributes).toMatchObject({
      SubscriptionsConfirmed: '1',
      SubscriptionsPending: '1',
      SubscriptionsDeleted: '1',
    });
  });

  // SNS's own words, recorded from it; what the emulator lacks is said by name.
  test.each<[object, string]>([
    [subscribe('test-protocol', 'x'), 'Invalid parameter: Amazon SNS does not support this protocol string: test-protocol'],
    [
      subscribe('sqs', queueArn, { Attributes: { RawMessageDelivery: 'wrongvalue' } }),
      'Invalid parameter: Attributes Reason: RawMessageDelivery: Invalid value [wrongvalue]. Must be true or false.',
    ],
    [subscribe('sms', '+49'), 'does not emulate SNS subscriptions of the protocol "sms"'],
    [
      subscribe('sqs', queueArn, { Attributes: { FilterPolicy: '{"a":[{"numeric":["=",1]}]}' } }),
      'does not emulate {"numeric":["=",1]} in an SNS filter policy',
    ],
    [subscribe('sqs', queueArn, { Attributes: { FilterPolicyScope: 'MessageBody' } }), 'does not emulate SNS filter policies on the message body'],
  ])('refuse %j', async (input, message) => {
    expect((await client.refusal('Subscribe', input)).message).toContain(message);
    expect(await client.call('ListSubscriptionsByTopic', { TopicArn: topicArn })).toEqual({ Subscriptions: [] });
  });

  test('take attributes later', async () => {
    const { SubscriptionArn } = await client.call('Subscribe', subscribe('sqs', queueArn));
    const set = (AttributeName: string, AttributeValue: string) => ({ SubscriptionArn, AttributeName, AttributeValue });
    await client.call('SetSubscriptionAttributes', set('RawMessageDelivery', 'true'));
    await client.call('SetSubscriptionAttributes', set('FilterPolicy', '{"colour":["blue"]}'));
    expect((await client.call('GetSubscriptionAttributes', { SubscriptionArn })).Attributes).toMatchObject({
      RawMessageDelivery: 'true',
      FilterPolicy: '{"colour":["blue"]}',
      FilterPolicyScope: 'MessageAttributes',
    });
    expect((await client.refusal('SetSubscriptionAttributes', set('fake-attribute', 'x'))).message).toBe('Invalid parameter: AttributeName');
    expect((await client.refusal('SetSubscriptionAttributes', set('RawMessageDelivery', 'test-ValUe'))).message).toBe(
      'Invalid parameter: RawMessageDelivery: Invalid value [test-ValUe]. Must be true or false.',
    );
    expect((await client.refusal('SetSubscriptionAttributes', set('RedrivePolicy', '{"deadLetterTargetArn":"fake"}'))).message).toBe(
      'Invalid parameter: RedrivePolicy: deadLetterTargetArn is an invalid arn',
    );
  });
});
