import { defineResource, textOr } from '../resource-type.ts';

const common = ['AlarmName', 'AlarmDescription', 'ActionsEnabled', 'OKActions', 'AlarmActions', 'InsufficientDataActions', 'Tags'] as const;

export const alarm = defineResource({
  type: 'AWS::CloudWatch::Alarm',
  properties: [
    ...common,
    'ComparisonOperator',
    'DatapointsToAlarm',
    'Dimensions',
    'EvaluateLowSampleCountPercentile',
    'EvaluationPeriods',
    'ExtendedStatistic',
    'MetricName',
    'Metrics',
    'Namespace',
    'Period',
    'Statistic',
    'Threshold',
    'ThresholdMetricId',
    'TreatMissingData',
    'Unit',
  ],
  async make(properties, { call, generatedName, account, region }) {
    const name = textOr(properties, 'AlarmName', () => generatedName(255));
    await call('cloudwatch', 'PutMetricAlarm', { ...properties, AlarmName: name });
    return { ref: name, attributes: { Arn: `arn:aws:cloudwatch:${region}:${account}:alarm:${name}` } };
  },
});

export const compositeAlarm = defineResource({
  type: 'AWS::CloudWatch::CompositeAlarm',
  properties: [...common, 'AlarmRule', 'ActionsSuppressor', 'ActionsSuppressorWaitPeriod', 'ActionsSuppressorExtensionPeriod'],
  async make(properties, { call, generatedName, account, region }) {
    const name = textOr(properties, 'AlarmName', () => generatedName(255));
    await call('cloudwatch', 'PutCompositeAlarm', { ...properties, AlarmName: name });
    return { ref: name, attributes: { Arn: `arn:aws:cloudwatch:${region}:${account}:alarm:${name}` } };
  },
});
