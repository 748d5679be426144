import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DescribeEndpointCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { describe, expect, test } from 'vitest';
import type { WireRequest } from '../../src/emulator/front.ts';
import type { Access } from '../../src/emulator/operation.ts';
import { inProcess } from '../../src/emulator/transport.ts';
import { schemasOf } from '../../src/emulator/wire/schemas.ts';
import { account, administratorKeys, region, rejection, roleWith, testFront } from './front-fixture.ts';

const endpoint = `arn:aws:sagemaker:${region}:${account}:endpoint/churn`;
const mayDescribe = () => [{ action: 'sagemaker:DescribeEndpoint', resource: endpoint }] satisfies Access[];
const described = { EndpointName: 'churn', EndpointArn: endpoint, EndpointStatus: 'InService' };

describe('a request', () => {
  const send = (aws: ReturnType<typeof testFront>, credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }) =>
    new SageMakerClient({ region, credentials, maxAttempts: 1, requestHandler: inProcess(aws.front) }).send(
      new DescribeEndpointCommand({ EndpointName: 'churn' }),
    );

  test('runs as the role its key names, when that role may', async () => {
    const aws = testFront();
    aws.serve('sagemaker', { DescribeEndpoint: () => described }, { access: mayDescribe });
    const role = roleWith(aws.identities, 'reader', [{ Effect: 'Allow', Action: 'sagemaker:Describe*', Resource: endpoint }]);
    expect((await send(aws, role)).EndpointStatus).toBe('InService');
    expect(aws.seen[0]?.call.caller).toMatchObject({ kind: 'role', arn: role.arn });
  });

  test('is refused, and not run, when its role may not', async () => {
    const aws = testFront();
    aws.serve('sagemaker', { DescribeEndpoint: () => described }, { access: mayDescribe });
    const role = roleWith(aws.identities, 'stranger', []);
    const error = await rejection(send(aws, role));
    expect(error).toMatchObject({ name: 'AccessDeniedException', $metadata: { httpStatusCode: 400 } });
    expect(error.message).toContain('is not authorized to perform: sagemaker:DescribeEndpoint');
    expect(aws.seen).toEqual([]);
  });

  test('with an unknown key, a wrong secret or a lost session token is refused', async () => {
    const aws = testFront();
    aws.serve('sagemaker', { DescribeEndpoint: () => described });
    const { accessKeyId, secretAccessKey } = roleWith(aws.identities, 'reader', []);
    expect((await rejection(send(aws, { accessKeyId: 'AKIAWHO', secretAccessKey: 'x' }))).name).toBe('UnrecognizedClientException');
    expect((await rejection(send(aws, { accessKeyId: 'test', secretAccessKey: 'wrong' }))).name).toBe('InvalidSignatureException');
    expect((await rejection(send(aws, { accessKeyId, secretAccessKey }))).name).toBe('UnrecognizedClientException');
  });

  test('is validated before it is authorised, and authorised before it runs', async () => {
    const aws = testFront();
    aws.serve('sagemaker', { DescribeEndpoint: () => described }, { access: mayDescribe, limits: { EndpointName: { max: 3 } } });
    const error = await rejection(send(aws, roleWith(aws.identities, 'stranger', [])));
    expect(error.name).toBe('ValidationException');
    expect(error.message).toBe(
      "1 validation error detected: Value 'churn' at 'endpointName' failed to satisfy constraint: Member must have length less than or equal to 3",
    );
  });

  test('whose operation throws what it should not gets InternalFailure, and the crash is told', async () => {
    const aws = testFront();
    aws.serve('sagemaker', {
      DescribeEndpoint() {
        throw new TypeError('x is undefined');
      },
    });
    expect(await rejection(send(aws, administratorKeys))).toMatchObject({ name: 'InternalFailure', $metadata: { httpStatusCode: 500 } });
    expect(aws.crashes).toEqual([new TypeError('x is undefined')]);
    expect(aws.lines.find(({ kind }) => kind === 'crash')?.data).toMatchObject({ where: 'sagemaker:DescribeEndpoint' });
  });

  test("is refused in each protocol's own words", async () => {
    const aws = testFront();
    const options = { region, credentials: { accessKeyId: 'AKIAWHO', secretAccessKey: 'x' }, maxAttempts: 1, requestHandler: inProcess(aws.front) };
    const refusals = [
      await rejection(new DynamoDBClient(options).send(new PutItemCommand({ TableName: 't', Item: {} }))),
      await rejection(new LambdaClient(options).send(new InvokeCommand({ FunctionName: 'f' }))),
      await rejection(new SNSClient(options).send(new PublishCommand({ TopicArn: 't', Message: 'm' }))),
      await rejection(new S3Client(options).send(new GetObjectCommand({ Bucket: 'b', Key: 'k' }))),
    ];
    expect(refusals.map((error) => [error.name, (error['$metadata'] as { httpStatusCode: number }).httpStatusCode])).toEqual([
      ['UnrecognizedClientException', 400],
      ['UnrecognizedClientException', 403],
      ['InvalidClientTokenId', 403],
      ['InvalidAccessKeyId', 403],
    ]);
  });
});

describe('a request by hand', () => {
  const ask = (headers: Record<string, string>, body = '{}'): WireRequest => ({
    method: 'POST',
    path: '/',
    query: {},
    headers,
    body: Buffer.from(body),
  });
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();

  test('without a signature misses its token', async () => {
    const aws = testFront();
    aws.serve('sagemaker', { DescribeEndpoint: () => described });
    const answer = await aws.front.handle(ask({ 'x-amz-target': 'SageMaker.DescribeEndpoint' }));
    expect(answer.status).toBe(400);
    expect(JSON.parse(text(answer.body))).toMatchObject({ __type: 'MissingAuthenticationTokenException', message: 'Missing Authentication Token' });
    expect((await aws.front.handle(ask({}))).status).toBe(403);
  });

  const authorization = `AWS4-HMAC-SHA256 Credential=test/20261122/${region}/iam/aws4_request, SignedHeaders=host, Signature=00`;

  test('for a service that is not here is refused by name, in the words its client reads', async () => {
    const aws = testFront();
    const json = await aws.front.handle(ask({ authorization, 'x-amz-target': 'Kinesis_20131202.ListStreams' }));
    expect(json.status).toBe(501);
    expect(JSON.parse(text(json.body))).toMatchObject({ __type: 'NotEmulated' });
    expect(text(json.body)).toContain('Kinesis_20131202.ListStreams');
    const query = await aws.front.handle(
      ask({ authorization, 'content-type': 'application/x-www-form-urlencoded' }, 'Action=ListRoles&Version=2010-05-08'),
    );
    expect(query.status).toBe(501);
    expect(text(query.body)).toMatch(/^<ErrorResponse><Error>.*<Code>NotEmulated<\/Code><Message>.*iam:ListRoles/);
    expect(aws.lines.map(({ kind, data }) => [kind, data['operation']])).toEqual([
      ['wire', 'Kinesis_20131202.ListStreams'],
      ['wire', 'iam:ListRoles'],
    ]);
  });

  test('whose address is badly encoded is answered all the same', async () => {
    const aws = testFront();
    aws.serve('s3', { GetObject: () => ({}) });
    const s3 = authorization.replace('/iam/', '/s3/');
    const answer = await aws.front.handle({ method: 'GET', path: '/%zz/%zz', query: {}, headers: { authorization: s3 }, body: new Uint8Array(0) });
    expect(answer.status).toBe(403);
  });
});

describe('the types of a request are checked before all else', () => {
  const cases: [string, unknown, string][] = [
    ['text for a structure', { TableName: 't', Item: 'x' }, 'STRING_VALUE cannot be converted to a map'],
    ['a number for text', { TableName: 5, Item: {} }, 'NUMBER_VALUE cannot be converted to String'],
    ['a list for a map', { TableName: 't', Item: [] }, 'Unexpected list found where not expected'],
    ['bytes that are no base64', { TableName: 't', Item: { a: { B: '*' } } }, 'Invalid length for a base64-encoded value'],
  ];
  test.each(cases)('%s', async (_case, body, words) => {
    const aws = testFront();
    aws.serve('dynamodb', { PutItem: () => ({}) });
    const client = new DynamoDBClient({ region, credentials: administratorKeys, maxAttempts: 1, requestHandler: inProcess(aws.front) });
    client.middlewareStack.add(
      (next) => (args) => {
        const request = args.request as { body: unknown; headers: Record<string, string> }; // every request of the SDK's has both
        request.body = JSON.stringify(body);
        return next(args);
      },
      { step: 'build', priority: 'low' },
    );
    const error = await rejection(client.send(new PutItemCommand({ TableName: 't', Item: {} })));
    expect(error.name).toBe('SerializationException');
    expect(error.message).toContain(words);
    expect(aws.seen).toEqual([]);
  });
});

describe('cloud.call()', () => {
  test('runs as its caller, under the same limits and policies', async () => {
    const aws = testFront();
    aws.serve('sagemaker', { DescribeEndpoint: () => described }, { access: mayDescribe, limits: { EndpointName: { max: 5 } } });
    const role = aws.front.cloud.assume(roleWith(aws.identities, 'reader', [{ Effect: 'Allow', Action: 'sagemaker:*', Resource: '*' }]).arn);
    const stranger = aws.front.cloud.assume(roleWith(aws.identities, 'stranger', []).arn);
    expect(await aws.front.cloud.call('sagemaker', 'DescribeEndpoint', { EndpointName: 'churn' }, role)).toEqual(described);
    await expect(aws.front.cloud.call('sagemaker', 'DescribeEndpoint', { EndpointName: 'churn' }, stranger)).rejects.toMatchObject({
      code: 'AccessDeniedException',
    });
    await expect(aws.front.cloud.call('sagemaker', 'DescribeEndpoint', { EndpointName: 'churn1' }, role)).rejects.toMatchObject({
      code: 'ValidationException',
    });
    await expect(aws.front.cloud.call('sagemaker', 'DescribeEndpoint', {}, role)).rejects.toMatchObject({ code: 'ValidationException' });
    await expect(aws.front.cloud.call('sagemaker', 'CreateApp', {}, role)).rejects.toMatchObject({ code: 'NotEmulated' });
    expect(aws.lines.filter(({ kind }) => kind === 'wire').every(({ data }) => data['via'] === 'internal')).toBe(true);
  });

  test('refuses an input of other types than the model has, as the wire does', async () => {
    const aws = testFront();
    aws.serve('lambda', { Invoke: () => ({ StatusCode: 200 }) });
    const administrator = aws.identities.callerOf('test');
    if (!administrator) throw new Error('no administrator');
    await expect(aws.front.cloud.call('lambda', 'Invoke', { FunctionName: 'f', Payload: '{}' }, administrator)).rejects.toMatchObject({
      code: 'SerializationException',
      message: 'Payload is string, expected bytes',
    });
  });

  test('takes an answer the model does not have for a crash', async () => {
    const aws = testFront();
    aws.serve('sagemaker', { DescribeEndpoint: () => ({ ...described, CreationTime: '2026', Weight: 1 }) });
    const administrator = aws.identities.callerOf('test');
    if (!administrator) throw new Error('no administrator');
    await expect(aws.front.cloud.call('sagemaker', 'DescribeEndpoint', { EndpointName: 'x' }, administrator)).rejects.toMatchObject({
      code: 'InternalFailure',
    });
    expect(aws.crashes).toEqual([
      new TypeError("sagemaker:DescribeEndpoint answered what its schema doesn't have: CreationTime is string, expected a Date; Weight is unknown"),
    ]);
  });

  test('tells a crash and answers InternalFailure', async () => {
    const aws = testFront();
    aws.serve('sagemaker', { DescribeEndpoint: () => Promise.reject(new RangeError('r')) });
    const administrator = aws.identities.callerOf('test');
    if (!administrator) throw new Error('no administrator');
    await expect(aws.front.cloud.call('sagemaker', 'DescribeEndpoint', { EndpointName: 'x' }, administrator)).rejects.toMatchObject({
      code: 'InternalFailure',
      status: 500,
    });
    expect(aws.crashes).toEqual([new RangeError('r')]);
  });
});

describe('the trace', () => {
  test('has one line a request: who asked what, and the answer; long bytes by hash, nothing the SDK makes up', async () => {
    const aws = testFront();
    const long = Buffer.alloc(5_000, 'x');
    aws.serve('lambda', { Invoke: () => ({ StatusCode: 200, Payload: Buffer.from('{"ok":true}') }) });
    const client = new LambdaClient({ region, credentials: administratorKeys, requestHandler: inProcess(aws.front) });
    await client.send(new InvokeCommand({ FunctionName: 'f', Payload: long }));
    expect(aws.lines).toEqual([
      {
        kind: 'wire',
        data: {
          service: 'lambda',
          operation: 'Invoke',
          caller: `arn:aws:iam::${account}:user/administrator`,
          // sha256 of 5,000 times "x", by sha256sum
          input: { FunctionName: 'f', Payload: { bytes: 5_000, sha256: 'c59d3c0480cc2d71' } },
          output: { StatusCode: 200, Payload: '{"ok":true}' },
        },
      },
    ]);
  });

  test('is the same, byte for byte, of the same calls', async () => {
    const run = async () => {
      const aws = testFront();
      aws.serve('sagemaker', { DescribeEndpoint: () => described });
      const client = new SageMakerClient({ region, credentials: administratorKeys, maxAttempts: 1, requestHandler: inProcess(aws.front) });
      const { $metadata } = await client.send(new DescribeEndpointCommand({ EndpointName: 'churn' }));
      await client.send(new DescribeEndpointCommand({ EndpointName: undefined })).catch(() => {});
      return JSON.stringify([aws.lines, $metadata.requestId]);
    };
    expect(await run()).toBe(await run());
  });
});

describe('events', () => {
  test('reach every listener in order; one that fails stops neither the others nor the publisher', () => {
    const aws = testFront();
    const heard: string[] = [];
    aws.front.onEvent(() => {
      throw new Error('deaf');
    });
    aws.front.onEvent((event) => heard.push(event.detailType));
    for (const detailType of ['a', 'b']) aws.front.cloud.publish({ source: 's', detailType, resources: [], detail: {} });
    expect(heard).toEqual(['a', 'b']);
    expect(aws.crashes).toHaveLength(2);
  });
});

describe('a route', () => {
  const get = (path: string, headers: Record<string, string> = {}): WireRequest => ({
    method: 'GET',
    path,
    query: {},
    headers,
    body: new Uint8Array(0),
  });

  test('answers its prefix, signed or not; the first match wins', async () => {
    const aws = testFront();
    const callers: unknown[] = [];
    aws.front.route('/url/f/', async (_request, caller) => {
      callers.push(caller);
      return { status: 201, headers: {}, body: Buffer.from('first') };
    });
    aws.front.route('/url/', async () => ({ status: 500, headers: {}, body: new Uint8Array(0) }));
    const answer = await aws.front.handle(get('/url/f/x'));
    expect([answer.status, Buffer.from(answer.body).toString(), callers]).toEqual([201, 'first', [undefined]]);
  });

  test('is refused to a bad signature, before its handler runs', async () => {
    const aws = testFront();
    let ran = false;
    aws.front.route('/url/', async () => {
      ran = true;
      return { status: 200, headers: {}, body: new Uint8Array(0) };
    });
    const authorization = `AWS4-HMAC-SHA256 Credential=test/20261122/${region}/lambda/aws4_request, SignedHeaders=host;x-amz-date, Signature=${'0'.repeat(64)}`;
    const answer = await aws.front.handle(get('/url/', { authorization, host: 'h', 'x-amz-date': '20261122T100000Z' }));
    expect([answer.status, answer.headers['x-amzn-errortype'], ran]).toEqual([403, 'InvalidSignatureException', false]);
  });
});

test('register() takes a service once', () => {
  const aws = testFront();
  aws.serve('sts', {});
  expect(() => aws.serve('sts', {})).toThrowError('Cannot register the service "sts": it is registered already');
});

test("every service's schemas load, and none is empty", () => {
  for (const service of [
    'sagemaker',
    'sagemaker-runtime',
    'cloudwatch',
    'sfn',
    'events',
    'dynamodb',
    'lambda',
    'ecr',
    'sns',
    'sqs',
    'sts',
    's3',
    'logs',
    'application-autoscaling',
  ] as const) {
    expect(schemasOf(service).operations.size, service).toBeGreaterThan(2);
    expect(schemasOf(service).errors.size, service).toBeGreaterThan(2);
  }
});
