import { CreateTopicCommand, PublishCommand, SetSubscriptionAttributesCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  QueueDoesNotExist,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { beforeEach, describe, expect, test } from 'vitest';
import { createSnsService } from '../../../src/emulator/sns/service.ts';
import { createSqsService } from '../../../src/emulator/sqs/service.ts';
import { account, rejection, transportWorld } from '../front-fixture.ts';
import { testKernel } from '../kernel.ts';

const world = transportWorld('in process');
let sns: SNSClient;
let sqs: SQSClient;
let QueueUrl: string | undefined;
const topicArn = `arn:aws:sns:eu-west-1:${account}:rollouts`;
const queueArn = `arn:aws:sqs:eu-west-1:${account}:inbox`;
let settle: () => Promise<void>;

beforeEach(async () => {
  const { front, identities } = world.aws;
  const kernel = { ...testKernel({ cloud: front.cloud }), account };
  settle = () => kernel.clock.settle();
  front.register(createSnsService(kernel, { identities }).service);
  front.register(createSqsService(kernel, { identities }).service);
  sns = new SNSClient(world.options());
  sqs = new SQSClient(world.options());
  await sns.send(new CreateTopicCommand({ Name: 'rollouts' }));
  ({ QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'inbox' })));
});

describe('the SDK against SNS and SQS', () => {
  test('a message reaches a queue once its policy lets the topic in', async () => {
    const { SubscriptionArn } = await sns.send(new SubscribeCommand({ TopicArn: topicArn, Protocol: 'sqs', Endpoint: queueArn }));
    const publish = async (Message: string) => {
      await sns.send(
        new PublishCommand({ TopicArn: topicArn, Message, MessageAttributes: { phase: { DataType: 'String', StringValue: 'Promoting' } } }),
      );
      await settle();
    };
    await publish('kept out');
    const policy = {
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: 'sns.amazonaws.com' },
          Action: 'sqs:SendMessage',
          Resource: queueArn,
          Condition: { ArnEquals: { 'aws:SourceArn': topicArn } },
        },
      ],
    };
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy: JSON.stringify(policy) } }));
    await publish('let in');
    await sns.send(new SetSubscriptionAttributesCommand({ SubscriptionArn, AttributeName: 'RawMessageDelivery', AttributeValue: 'true' }));
    await publish('raw');
    const receive = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ['All'] });
    const { Messages = [] } = await sqs.send(receive);
    expect(Messages).toHaveLength(2);
    expect(JSON.parse(Messages[0]?.Body ?? '')).toMatchObject({ Type: 'Notification', Message: 'let in' });
    expect(Messages[1]).toMatchObject({ Body: 'raw', MessageAttributes: { phase: { DataType: 'String', StringValue: 'Promoting' } } });
  });

  test('the client finds the digests right, and errors as their classes', async () => {
    const attributes = { bytes: { DataType: 'Binary', BinaryValue: Uint8Array.of(1, 2, 3) }, count: { DataType: 'Number', StringValue: '7' } };
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'grüß', MessageAttributes: attributes }));
    await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries: [{ Id: 'a', MessageBody: 'b' }] }));
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ['All'], MessageSystemAttributeNames: ['All'] }),
    );
    expect(Messages.map(({ Body }) => Body)).toEqual(['grüß', 'b']);
    expect(Messages[0]?.MessageAttributes).toEqual(attributes);
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
    expect(Attributes).toEqual({ QueueArn: queueArn });
    const missing = await rejection(sqs.send(new SendMessageCommand({ QueueUrl: `${QueueUrl}-none`, MessageBody: 'x' })));
    expect(missing).toBeInstanceOf(QueueDoesNotExist);
    const topic = await rejection(sns.send(new PublishCommand({ TopicArn: `${topicArn}-none`, Message: 'x' })));
    expect(topic).toMatchObject({ name: 'NotFoundException', message: 'Topic does not exist' });
  });
});
