import { defineResource, textOr } from '../resource-type.ts';

export const table = defineResource({
  type: 'AWS::DynamoDB::Table',
  properties: [
    'TableName',
    'AttributeDefinitions',
    'KeySchema',
    'BillingMode',
    'ProvisionedThroughput',
    'GlobalSecondaryIndexes',
    'LocalSecondaryIndexes',
    'StreamSpecification',
    'TimeToLiveSpecification',
    'PointInTimeRecoverySpecification',
    'DeletionProtectionEnabled',
    'Tags',
  ],
  inert: ['SSESpecification', 'TableClass', 'ContributorInsightsSpecification'],
  async make(properties, { call, generatedName, account, region }) {
    const { TimeToLiveSpecification, PointInTimeRecoverySpecification, ...input } = properties;
    const name = textOr(properties, 'TableName', () => generatedName());
    await call('dynamodb', 'CreateTable', { ...input, TableName: name });
    if (TimeToLiveSpecification !== undefined) await call('dynamodb', 'UpdateTimeToLive', { TableName: name, TimeToLiveSpecification });
    if (PointInTimeRecoverySpecification !== undefined) {
      await call('dynamodb', 'UpdateContinuousBackups', { TableName: name, PointInTimeRecoverySpecification });
    }
    return { ref: name, attributes: { Arn: `arn:aws:dynamodb:${region}:${account}:table/${name}` } };
  },
});
