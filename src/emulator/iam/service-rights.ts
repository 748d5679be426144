/**
 * What AWS's own services do without any policy of the account: publishing their own metrics.
 * Everything else they do with a role of the user's, or because a resource policy names them.
 */
export const serviceRights: Readonly<Record<string, readonly string[]>> = {
  'sagemaker.amazonaws.com': ['cloudwatch:PutMetricData'],
  'lambda.amazonaws.com': ['cloudwatch:PutMetricData'],
  'states.amazonaws.com': ['cloudwatch:PutMetricData'],
  'events.amazonaws.com': ['cloudwatch:PutMetricData'],
  'dynamodb.amazonaws.com': ['cloudwatch:PutMetricData'],
  'sqs.amazonaws.com': ['cloudwatch:PutMetricData'],
  'sns.amazonaws.com': ['cloudwatch:PutMetricData'],
};
