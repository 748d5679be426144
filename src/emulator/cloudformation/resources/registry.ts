import type { ResourceType } from '../resource-type.ts';
import { alarm, compositeAlarm } from './cloudwatch.ts';
import { project } from './codebuild.ts';
import { table } from './dynamodb.ts';
import { repository } from './ecr.ts';
import { eventBus, rule } from './events.ts';
import { policy, role } from './iam.ts';
import { lambdaEventInvokeConfig, lambdaFunction, lambdaPermission, lambdaUrl, lambdaVersion } from './lambda.ts';
import { logGroup } from './logs.ts';
import { bucket, bucketPolicy } from './s3.ts';
import { subscription, topic, topicPolicy } from './sns.ts';
import { queue, queuePolicy } from './sqs.ts';
import { stateMachine } from './states.ts';

/** Every resource type the embedded AWS can make. */
export const resourceTypes: ReadonlyMap<string, ResourceType> = new Map(
  [
    alarm,
    bucket,
    bucketPolicy,
    compositeAlarm,
    eventBus,
    lambdaEventInvokeConfig,
    lambdaFunction,
    lambdaPermission,
    lambdaUrl,
    lambdaVersion,
    logGroup,
    policy,
    project,
    queue,
    queuePolicy,
    repository,
    role,
    rule,
    stateMachine,
    subscription,
    table,
    topic,
    topicPolicy,
  ].map((type) => [type.type, type]),
);
