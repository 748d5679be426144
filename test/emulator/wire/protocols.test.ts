import { CloudWatchClient, DescribeAlarmsCommand, PutMetricDataCommand, ResourceNotFound, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { CreateEndpointConfigCommand, DeleteEndpointCommand, DescribeEndpointCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { ExecutionAlreadyExists, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { NotFoundException, PublishCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { GetQueueAttributesCommand, QueueDoesNotExist, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { AwsQueryProtocol, AwsSmithyRpcV2CborProtocol } from '@aws-sdk/core/protocols';
import { describe, expect, test } from 'vitest';
import { AwsError, notEmulated, validationException } from '../../../src/emulator/aws-error.ts';
import { createStsService } from '../../../src/emulator/sts/service.ts';
import { account, region, rejection, transportWorld } from '../front-fixture.ts';

/** The headers a client last sent, as it signed them. */
function sentHeaders(client: CloudWatchClient): () => Record<string, string> {
  let headers: Record<string, string> = {};
  client.middlewareStack.add(
    (next) => (args) => {
      ({ headers } = args.request as { headers: Record<string, string> }); // every request of the SDK's has headers
      return next(args);
    },
    { step: 'finalizeRequest', priority: 'low' },
  );
  return () => headers;
}

/** The unmodified clients are the second opinion: what they sign, encode and decode must come through both transports. */
describe.each(['in process', 'over HTTP'] as const)('SDK clients %s', (transport) => {
  const world = transportWorld(transport);
  const at = new Date('2026-11-22T10:00:00.250Z');

  test('SageMaker: AWS JSON 1.1 carries numbers, lists and timestamps', async () => {
    world.aws.serve('sagemaker', {
      CreateEndpointConfig: () => ({ EndpointConfigArn: 'arn:aws:sagemaker:eu-west-1:111122223333:endpoint-config/c' }),
      DescribeEndpoint: () => ({
        EndpointName: 'churn',
        EndpointArn: 'arn:aws:sagemaker:eu-west-1:111122223333:endpoint/churn',
        EndpointStatus: 'InService',
        CreationTime: at,
        LastModifiedTime: at,
        ProductionVariants: [{ VariantName: 'a', CurrentWeight: 0.1 }],
      }),
      DeleteEndpoint: () => undefined,
    });
    const client = new SageMakerClient(world.options());
    const input = {
      EndpointConfigName: 'c',
      ProductionVariants: [
        { VariantName: 'a', ModelName: 'm', InitialInstanceCount: 1, InstanceType: 'ml.m5.large' as const, InitialVariantWeight: 0.1 },
      ],
      Tags: [{ Key: 'k', Value: 'ü' }],
    };
    const created = await client.send(new CreateEndpointConfigCommand(input));
    const described = await client.send(new DescribeEndpointCommand({ EndpointName: 'churn' }));
    await client.send(new DeleteEndpointCommand({ EndpointName: 'churn' }));
    expect(world.aws.seen[0]?.input).toEqual(input);
    expect(created.EndpointConfigArn).toBe('arn:aws:sagemaker:eu-west-1:111122223333:endpoint-config/c');
    expect(created.$metadata.requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(described.CreationTime).toEqual(at);
    expect(described.ProductionVariants).toEqual([{ VariantName: 'a', CurrentWeight: 0.1 }]);
  });

  test('SageMaker: an error the model does not have keeps its name and text', async () => {
    world.aws.serve('sagemaker', {
      DescribeEndpoint() {
        throw validationException('Could not find endpoint "arn:aws:sagemaker:eu-west-1:111122223333:endpoint/churn".');
      },
    });
    const error = await rejection(new SageMakerClient(world.options()).send(new DescribeEndpointCommand({ EndpointName: 'churn' })));
    expect(error).toMatchObject({
      name: 'ValidationException',
      message: 'Could not find endpoint "arn:aws:sagemaker:eu-west-1:111122223333:endpoint/churn".',
      $fault: 'client',
      $metadata: { httpStatusCode: 400 },
    });
  });

  const metricData = {
    Namespace: 'N',
    MetricData: [
      { MetricName: 'M', Dimensions: [{ Name: 'EndpointName', Value: 'a & b' }], Timestamp: at, Value: 1.5, Unit: 'Count' as const },
      { MetricName: 'M', Values: [1, 2], Counts: [3, 4], StorageResolution: 1 },
    ],
  };
  const cloudWatches = {
    'AWS JSON 1.0': () => new CloudWatchClient(world.options()),
    'rpc-v2-cbor': () =>
      new CloudWatchClient({
        ...world.options(),
        protocol: AwsSmithyRpcV2CborProtocol,
      }),
    query: () => new CloudWatchClient({ ...world.options(), protocol: AwsQueryProtocol }),
  };

  const contentTypes = {
    'AWS JSON 1.0': 'application/x-amz-json-1.0',
    'rpc-v2-cbor': 'application/cbor',
    query: 'application/x-www-form-urlencoded',
  };

  test.each(Object.keys(cloudWatches) as (keyof typeof cloudWatches)[])('CloudWatch speaks %s', async (protocol) => {
    const alarms = [{ AlarmName: '<a>', StateUpdatedTimestamp: at, Threshold: 0.5, ActionsEnabled: true, Dimensions: [{ Name: 'n', Value: 'v' }] }];
    world.aws.serve('cloudwatch', {
      PutMetricData: () => undefined,
      DescribeAlarms: () => ({ MetricAlarms: alarms }),
      SetAlarmState() {
        throw new AwsError('ResourceNotFound', ''); // its 404 is the model's
      },
    });
    const client = cloudWatches[protocol]();
    const headers = sentHeaders(client);
    await client.send(new PutMetricDataCommand(metricData));
    const described = await client.send(new DescribeAlarmsCommand({ AlarmNames: ['<a>'] }));
    const error = await rejection(client.send(new SetAlarmStateCommand({ AlarmName: 'x', StateValue: 'OK', StateReason: 'r' })));
    expect(headers()['content-type']).toBe(contentTypes[protocol]);
    expect(world.aws.seen[0]?.input).toEqual(metricData);
    expect(world.aws.seen[1]?.input).toEqual({ AlarmNames: ['<a>'] });
    expect(described.MetricAlarms).toEqual(alarms);
    expect(error).toBeInstanceOf(ResourceNotFound);
    expect(error['$metadata']).toMatchObject({ httpStatusCode: 404 });
  });

  test('CloudWatch: a gzipped body is read', async () => {
    world.aws.serve('cloudwatch', { PutMetricData: () => undefined });
    const many = {
      Namespace: 'N',
      MetricData: Array.from({ length: 400 }, (_, index) => ({ MetricName: `metric-${index}`, Value: index, Timestamp: at })),
    };
    const client = new CloudWatchClient(world.options());
    const headers = sentHeaders(client);
    await client.send(new PutMetricDataCommand(many));
    expect(headers()['content-encoding']).toBe('gzip');
    expect(world.aws.seen[0]?.input).toEqual(many);
  });

  test('CloudWatch: a validation error tells the query code too', async () => {
    world.aws.serve('cloudwatch', { SetAlarmState: () => undefined }, { limits: { StateReason: { max: 3 } } });
    const error = await rejection(
      new CloudWatchClient(world.options()).send(new SetAlarmStateCommand({ AlarmName: 'x', StateValue: 'OK', StateReason: 'long' })),
    );
    expect(error).toMatchObject({ name: 'ValidationException', Code: 'ValidationError', Type: 'Sender' });
  });

  test('DynamoDB: attribute values of every kind come through, and in errors too', async () => {
    const item = {
      pk: { S: 'a' },
      n: { N: '1.0000000000000000001' },
      b: { B: new Uint8Array([0, 255]) },
      bs: { BS: [new Uint8Array([1])] },
      l: { L: [{ M: { x: { NULL: true as const } } }, { BOOL: false }] },
    };
    world.aws.serve('dynamodb', {
      GetItem: () => ({ Item: item }),
      PutItem() {
        throw new AwsError('ConditionalCheckFailedException', 'The conditional request failed', { fields: { Item: item } });
      },
      TransactWriteItems() {
        throw new AwsError(
          'TransactionCanceledException',
          'Transaction cancelled, please refer cancellation reasons for specific reasons [ConditionalCheckFailed, None]',
          {
            fields: {
              CancellationReasons: [{ Code: 'ConditionalCheckFailed', Message: 'The conditional request failed', Item: item }, { Code: 'None' }],
            },
          },
        );
      },
    });
    const client = new DynamoDBClient(world.options());
    const read = await client.send(new GetItemCommand({ TableName: 't', Key: { pk: { S: 'a' } } }));
    const failed = await rejection(client.send(new PutItemCommand({ TableName: 't', Item: item })));
    const cancelled = await rejection(client.send(new TransactWriteItemsCommand({ TransactItems: [{ Put: { TableName: 't', Item: item } }] })));
    expect(read.Item).toEqual(item);
    expect(world.aws.seen[1]?.input).toEqual({ TableName: 't', Item: item });
    expect(failed).toBeInstanceOf(ConditionalCheckFailedException);
    expect(failed).toMatchObject({ message: 'The conditional request failed', Item: item });
    expect(cancelled).toBeInstanceOf(TransactionCanceledException);
    expect(cancelled['CancellationReasons']).toEqual([
      { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed', Item: item },
      { Code: 'None' },
    ]);
  });

  test('Step Functions: a modelled error comes back as its class', async () => {
    world.aws.serve('sfn', {
      StartExecution() {
        throw new AwsError('ExecutionAlreadyExists', "Execution Already Exists: 'arn'");
      },
    });
    const error = await rejection(
      new SFNClient(world.options()).send(
        new StartExecutionCommand({ stateMachineArn: `arn:aws:states:${region}:${account}:stateMachine:m`, name: 'n' }),
      ),
    );
    expect(error).toBeInstanceOf(ExecutionAlreadyExists);
    expect(error).toMatchObject({ message: "Execution Already Exists: 'arn'", $metadata: { httpStatusCode: 400 } });
  });

  test('EventBridge: entries keep their time', async () => {
    world.aws.serve('events', { PutEvents: () => ({ FailedEntryCount: 0, Entries: [{ EventId: 'e' }] }) });
    const Entries = [{ Source: 's', DetailType: 'd', Detail: '{}', Time: at }];
    const answer = await new EventBridgeClient(world.options()).send(new PutEventsCommand({ Entries }));
    expect(world.aws.seen[0]?.input).toEqual({ Entries });
    expect(answer.Entries).toEqual([{ EventId: 'e' }]);
  });

  test('SQS: the message digest is asked for by the client, and the query code told', async () => {
    world.aws.serve('sqs', {
      SendMessage: () => ({ MessageId: 'm', MD5OfMessageBody: '5d41402abc4b2a76b9719d911017c592' }),
      GetQueueAttributes() {
        throw new AwsError('QueueDoesNotExist', 'The specified queue does not exist.');
      },
    });
    const client = new SQSClient({ ...world.options(), useQueueUrlAsEndpoint: false });
    const sent = await client.send(new SendMessageCommand({ QueueUrl: 'http://q/1/q', MessageBody: 'hello' }));
    const error = await rejection(client.send(new GetQueueAttributesCommand({ QueueUrl: 'http://q/1/q', AttributeNames: ['All'] })));
    expect(sent.MessageId).toBe('m');
    expect(error).toBeInstanceOf(QueueDoesNotExist);
    expect(error).toMatchObject({ Code: 'AWS.SimpleQueueService.NonExistentQueue', Type: 'Sender' });
  });

  test('SQS speaks query: flattened lists and maps', async () => {
    world.aws.serve('sqs', { GetQueueAttributes: () => ({ Attributes: { VisibilityTimeout: '30', QueueArn: 'arn' } }) });
    const client = new SQSClient({ ...world.options(), useQueueUrlAsEndpoint: false, protocol: AwsQueryProtocol });
    const answer = await client.send(new GetQueueAttributesCommand({ QueueUrl: 'http://q/1/q', AttributeNames: ['VisibilityTimeout', 'QueueArn'] }));
    expect(world.aws.seen[0]?.input).toEqual({ QueueUrl: 'http://q/1/q', AttributeNames: ['VisibilityTimeout', 'QueueArn'] });
    expect(answer.Attributes).toEqual({ VisibilityTimeout: '30', QueueArn: 'arn' });
  });

  test('SNS: forms with maps in, XML out', async () => {
    world.aws.serve('sns', {
      Publish: () => ({ MessageId: 'm-1' }),
      Subscribe() {
        throw new AwsError('NotFoundException', 'Topic does not exist', { status: 404, queryCode: 'NotFound' });
      },
    });
    const input = {
      TopicArn: `arn:aws:sns:${region}:${account}:t`,
      Message: 'a=b&c <d> é',
      MessageAttributes: { k: { DataType: 'Binary', BinaryValue: new Uint8Array([1, 2]) }, s: { DataType: 'String', StringValue: 'v' } },
    };
    const client = new SNSClient(world.options());
    expect((await client.send(new PublishCommand(input))).MessageId).toBe('m-1');
    expect(world.aws.seen[0]?.input).toEqual(input);
    const error = await rejection(client.send(new SubscribeCommand({ TopicArn: 'x', Protocol: 'sqs' })));
    expect(error).toBeInstanceOf(NotFoundException);
    expect(error).toMatchObject({ message: 'Topic does not exist', $metadata: { httpStatusCode: 404 } });
  });

  test('STS: tells who calls, and refuses AssumeRole by name', async () => {
    world.aws.front.register(createStsService({ account }).service);
    const client = new STSClient(world.options());
    expect(await client.send(new GetCallerIdentityCommand({}))).toMatchObject({
      Account: account,
      Arn: `arn:aws:iam::${account}:user/administrator`,
    });
    const error = await rejection(client.send(new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${account}:role/r`, RoleSessionName: 's' })));
    expect(error).toMatchObject({ name: 'NotEmulated', $metadata: { httpStatusCode: 501 } });
    expect(error.message).toContain('sts:AssumeRole');
  });

  test('what is not emulated is refused by name, once', async () => {
    world.aws.serve('sagemaker', {
      CreateEndpointConfig() {
        throw notEmulated('serverless variants');
      },
    });
    const client = new SageMakerClient({ ...world.options(), maxAttempts: 3 });
    const refused = await rejection(client.send(new DescribeEndpointCommand({ EndpointName: 'x' })));
    expect(refused).toMatchObject({ name: 'NotEmulated', $metadata: { httpStatusCode: 501, attempts: 1 } });
    expect(refused.message).toContain('sagemaker:DescribeEndpoint');
  });
});
