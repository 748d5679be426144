import { defineResource, tagMap, textOr } from '../resource-type.ts';

export const logGroup = defineResource({
  type: 'AWS::Logs::LogGroup',
  properties: ['LogGroupName', 'RetentionInDays', 'Tags'],
  inert: ['LogGroupClass', 'DeletionProtectionEnabled'],
  async make(properties, { call, generatedName, account, region }) {
    const name = textOr(properties, 'LogGroupName', () => generatedName());
    await call('logs', 'CreateLogGroup', { logGroupName: name, tags: tagMap(properties['Tags']) });
    if (properties['RetentionInDays'] !== undefined) {
      await call('logs', 'PutRetentionPolicy', { logGroupName: name, retentionInDays: properties['RetentionInDays'] });
    }
    return { ref: name, attributes: { Arn: `arn:aws:logs:${region}:${account}:log-group:${name}:*` } };
  },
});
