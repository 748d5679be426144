import { defineResource, picked, textOr } from '../resource-type.ts';
import { texts } from './attributes.ts';

export const topic = defineResource({
  type: 'AWS::SNS::Topic',
  properties: ['TopicName', 'DisplayName', 'Subscription', 'FifoTopic', 'ContentBasedDeduplication', 'Tags'],
  inert: ['KmsMasterKeyId', 'SignatureVersion', 'TracingConfig', 'DeliveryStatusLogging'],
  async make(properties, { call, generatedName }) {
    const attributes = texts(picked(properties, ['DisplayName', 'FifoTopic', 'ContentBasedDeduplication']));
    const created = await call('sns', 'CreateTopic', {
      Name: textOr(properties, 'TopicName', () => generatedName()),
      ...(Object.keys(attributes).length > 0 && { Attributes: attributes }),
      Tags: properties['Tags'],
    });
    const arn = String(created['TopicArn']);
    for (const { Endpoint, Protocol } of (properties['Subscription'] ?? []) as { Endpoint: string; Protocol: string }[]) {
      await call('sns', 'Subscribe', { TopicArn: arn, Protocol, Endpoint });
    }
    return { ref: arn, attributes: { TopicArn: arn, TopicName: arn.slice(arn.lastIndexOf(':') + 1) } };
  },
});

export const topicPolicy = defineResource({
  type: 'AWS::SNS::TopicPolicy',
  properties: ['PolicyDocument', 'Topics'],
  async make(properties, { call, generatedName }) {
    for (const arn of (properties['Topics'] ?? []) as string[]) {
      await call('sns', 'SetTopicAttributes', {
        TopicArn: arn,
        AttributeName: 'Policy',
        AttributeValue: JSON.stringify(properties['PolicyDocument']),
      });
    }
    const id = generatedName();
    return { ref: id, attributes: { Id: id } };
  },
});

export const subscription = defineResource({
  type: 'AWS::SNS::Subscription',
  properties: ['TopicArn', 'Protocol', 'Endpoint', 'FilterPolicy', 'FilterPolicyScope', 'RawMessageDelivery', 'RedrivePolicy', 'DeliveryPolicy'],
  async make(properties, { call }) {
    const attributes = texts(picked(properties, ['FilterPolicy', 'FilterPolicyScope', 'RawMessageDelivery', 'RedrivePolicy', 'DeliveryPolicy']));
    const created = await call('sns', 'Subscribe', {
      ...picked(properties, ['TopicArn', 'Protocol', 'Endpoint']),
      ReturnSubscriptionArn: true,
      ...(Object.keys(attributes).length > 0 && { Attributes: attributes }),
    });
    const arn = String(created['SubscriptionArn']);
    return { ref: arn, attributes: { Arn: arn } };
  },
});
