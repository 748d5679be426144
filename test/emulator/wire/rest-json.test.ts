import {
  GetFunctionCommand,
  InvokeCommand,
  LambdaClient,
  ListFunctionsCommand,
  ResourceNotFoundException,
  TooManyRequestsException,
} from '@aws-sdk/client-lambda';
import { InvokeEndpointCommand, ModelError, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { describe, expect, test } from 'vitest';
import { AwsError } from '../../../src/emulator/aws-error.ts';
import { account, region, rejection, transportWorld } from '../front-fixture.ts';

describe.each(['in process', 'over HTTP'] as const)('REST JSON clients %s', (transport) => {
  const world = transportWorld(transport);
  /** What operations were called with; `Input` is what the test sent. */
  const inputs = <Input>() => world.aws.seen.map(({ input }) => input as Input);

  test('Lambda Invoke: payload as bytes, the rest in headers, the function named by ARN', async () => {
    world.aws.serve('lambda', {
      Invoke: () => ({
        StatusCode: 200,
        FunctionError: 'Unhandled',
        ExecutedVersion: '$LATEST',
        LogResult: 'bG9n',
        Payload: Buffer.from('{"errorType":"E"}'),
      }),
    });
    const FunctionName = `arn:aws:lambda:${region}:${account}:function:f:live`;
    const answer = await new LambdaClient(world.options()).send(
      new InvokeCommand({ FunctionName, InvocationType: 'RequestResponse', LogType: 'Tail', Payload: Buffer.from('{"a":1}') }),
    );
    expect(world.aws.seen[0]?.input).toMatchObject({ FunctionName, InvocationType: 'RequestResponse', LogType: 'Tail' });
    expect(Buffer.from(inputs<{ Payload: Uint8Array }>()[0]?.Payload ?? []).toString()).toBe('{"a":1}');
    expect(answer).toMatchObject({ StatusCode: 200, FunctionError: 'Unhandled', ExecutedVersion: '$LATEST', LogResult: 'bG9n' });
    expect(answer.Payload?.transformToString()).toBe('{"errorType":"E"}');
  });

  test('Lambda Invoke as an event: 202 and no payload', async () => {
    world.aws.serve('lambda', { Invoke: () => ({ StatusCode: 202 }) });
    const answer = await new LambdaClient(world.options()).send(new InvokeCommand({ FunctionName: 'f', InvocationType: 'Event' }));
    expect(answer.StatusCode).toBe(202);
    expect(answer.Payload?.length ?? 0).toBe(0);
  });

  test('Lambda: REST JSON documents and errors', async () => {
    world.aws.serve('lambda', {
      ListFunctions: () => ({ Functions: [{ FunctionName: 'f', MemorySize: 128, Environment: { Variables: { A: 'b' } } }] }),
      GetFunction() {
        throw new AwsError('ResourceNotFoundException', 'Function not found: arn', { status: 404 });
      },
      Invoke() {
        throw new AwsError('TooManyRequestsException', 'Rate Exceeded.', { status: 429, fields: { Reason: 'ConcurrentInvocationLimitExceeded' } });
      },
    });
    const client = new LambdaClient(world.options());
    const listed = await client.send(new ListFunctionsCommand({ MaxItems: 5 }));
    expect(world.aws.seen[0]?.input).toEqual({ MaxItems: 5 });
    expect(listed.Functions).toEqual([{ FunctionName: 'f', MemorySize: 128, Environment: { Variables: { A: 'b' } } }]);
    const missing = await rejection(client.send(new GetFunctionCommand({ FunctionName: 'f' })));
    expect(missing).toBeInstanceOf(ResourceNotFoundException);
    expect(missing).toMatchObject({ message: 'Function not found: arn', Type: 'User', $metadata: { httpStatusCode: 404 } });
    const throttled = await rejection(client.send(new InvokeCommand({ FunctionName: 'f' })));
    expect(throttled).toBeInstanceOf(TooManyRequestsException);
    expect(throttled).toMatchObject({ Reason: 'ConcurrentInvocationLimitExceeded', $metadata: { httpStatusCode: 429 } });
  });

  test('SageMaker runtime: any bytes in and out, headers either way, the model error told', async () => {
    const bytes = new Uint8Array([0, 1, 254, 255]);
    world.aws.serve('sagemaker-runtime', {
      InvokeEndpoint(input) {
        if ((input as { EndpointName: string }).EndpointName === 'bad') {
          throw new AwsError('ModelError', 'Received server error (500) from primary with message "x".', {
            status: 424,
            fields: { OriginalStatusCode: 500, OriginalMessage: 'x', LogStreamArn: 'arn' },
          });
        }
        return { Body: bytes, ContentType: 'application/octet-stream', InvokedProductionVariant: 'a' };
      },
    });
    const client = new SageMakerRuntimeClient(world.options());
    const answer = await client.send(
      new InvokeEndpointCommand({
        EndpointName: 'churn',
        Body: bytes,
        ContentType: 'text/csv',
        Accept: 'application/json',
        TargetVariant: 'a',
        InferenceId: 'i',
      }),
    );
    expect(world.aws.seen[0]?.input).toMatchObject({
      EndpointName: 'churn',
      ContentType: 'text/csv',
      Accept: 'application/json',
      TargetVariant: 'a',
      InferenceId: 'i',
    });
    expect([...(inputs<{ Body: Uint8Array }>()[0]?.Body ?? [])]).toEqual([...bytes]);
    expect([...answer.Body]).toEqual([...bytes]);
    expect(answer).toMatchObject({ ContentType: 'application/octet-stream', InvokedProductionVariant: 'a' });
    const text = await client.send(new InvokeEndpointCommand({ EndpointName: 'churn', Body: '1,2\n' }));
    expect(text.$metadata.httpStatusCode).toBe(200);
    expect(Buffer.from(inputs<{ Body: Uint8Array }>()[1]?.Body ?? []).toString()).toBe('1,2\n');
    const error = await rejection(client.send(new InvokeEndpointCommand({ EndpointName: 'bad', Body: '1' })));
    expect(error).toBeInstanceOf(ModelError);
    expect(error).toMatchObject({ OriginalStatusCode: 500, OriginalMessage: 'x', LogStreamArn: 'arn', $metadata: { httpStatusCode: 424 } });
  });
});
