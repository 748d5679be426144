import { defineResource, picked, tagMap, textOr } from '../resource-type.ts';
import { texts } from './attributes.ts';

const attributeNames = [
  'DelaySeconds',
  'MaximumMessageSize',
  'MessageRetentionPeriod',
  'ReceiveMessageWaitTimeSeconds',
  'VisibilityTimeout',
  'RedrivePolicy',
  'RedriveAllowPolicy',
  'FifoQueue',
  'ContentBasedDeduplication',
  'DeduplicationScope',
  'FifoThroughputLimit',
] as const;

export const queue = defineResource({
  type: 'AWS::SQS::Queue',
  properties: ['QueueName', 'Tags', ...attributeNames],
  // Encryption changes nothing anybody could see here.
  inert: ['SqsManagedSseEnabled', 'KmsMasterKeyId', 'KmsDataKeyReusePeriodSeconds'],
  async make(properties, { call, generatedName, account, region }) {
    const name = textOr(properties, 'QueueName', () => generatedName(80));
    const attributes = texts(picked(properties, attributeNames));
    const created = await call('sqs', 'CreateQueue', {
      QueueName: name,
      ...(Object.keys(attributes).length > 0 && { Attributes: attributes }),
      tags: tagMap(properties['Tags']),
    });
    const url = String(created['QueueUrl']);
    return { ref: url, attributes: { Arn: `arn:aws:sqs:${region}:${account}:${name}`, QueueName: name, QueueUrl: url } };
  },
});

export const queuePolicy = defineResource({
  type: 'AWS::SQS::QueuePolicy',
  properties: ['PolicyDocument', 'Queues'],
  async make(properties, { call, generatedName }) {
    for (const url of (properties['Queues'] ?? []) as string[]) {
      await call('sqs', 'SetQueueAttributes', { QueueUrl: url, Attributes: { Policy: JSON.stringify(properties['PolicyDocument']) } });
    }
    const id = generatedName();
    return { ref: id, attributes: { Id: id } };
  },
});
