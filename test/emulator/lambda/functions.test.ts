import {
  AddPermissionCommand,
  CreateFunctionCommand,
  type CreateFunctionCommandInput,
  DeleteFunctionCommand,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  GetPolicyCommand,
  InvokeCommand,
  ListFunctionsCommand,
  PublishVersionCommand,
  RemovePermissionCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { virtualClock } from '../../../src/emulator/clock.ts';
import { type LambdaCloud, lambdaCloud, zipFiles } from './cloud.ts';

let cloud: LambdaCloud;
beforeEach(async () => {
  cloud = await lambdaCloud({ clock: virtualClock(Date.parse('2026-11-22T12:00:00Z')) });
});
afterEach(() => cloud.stop());

const zip = zipFiles({ 'functions/index.js': 'exports.handler = async () => process.env.WORD ?? null;' });
const arn = (name: string) => `arn:aws:lambda:eu-west-1:000000000000:function:${name}`;
const input = (overrides: Partial<CreateFunctionCommandInput> = {}): CreateFunctionCommandInput => ({
  FunctionName: 'one',
  Handler: 'functions/index.handler',
  Runtime: 'nodejs24.x',
  Role: 'arn:aws:iam::000000000000:role/one',
  Code: { ZipFile: zip },
  ...overrides,
});
const answered = async (command: InvokeCommand) => JSON.parse(Buffer.from((await cloud.client.send(command)).Payload ?? []).toString()) as unknown;

it('CreateFunction, GetFunction, GetFunctionConfiguration, ListFunctions and DeleteFunction tell one story', async () => {
  cloud.role('one');
  const created = await cloud.client.send(new CreateFunctionCommand(input({ Timeout: 10, Environment: { Variables: { WORD: 'hi' } } })));
  expect(created).toMatchObject({
    FunctionArn: arn('one'),
    State: 'Active',
    Version: '$LATEST',
    Timeout: 10,
    MemorySize: 128,
    LastModified: '2026-11-22T12:00:00.000+0000',
  });
  expect(created.CodeSha256).toMatch(/^[A-Za-z0-9+/]{43}=$/);
  const got = await cloud.client.send(new GetFunctionCommand({ FunctionName: arn('one') }));
  expect(got.Configuration?.Environment?.Variables).toEqual({ WORD: 'hi' });
  const configuration = await cloud.client.send(new GetFunctionConfigurationCommand({ FunctionName: 'one', Qualifier: '$LATEST' }));
  expect(configuration.FunctionArn).toBe(`${arn('one')}:$LATEST`);
  expect((await cloud.client.send(new ListFunctionsCommand({}))).Functions?.map((one) => one.FunctionName)).toEqual(['one']);
  await expect(cloud.client.send(new CreateFunctionCommand(input()))).rejects.toMatchObject({
    name: 'ResourceConflictException',
    message: 'Function already exist: one',
  });
  await cloud.client.send(new DeleteFunctionCommand({ FunctionName: 'one' }));
  // Recorded from AWS, with and without a qualifier.
  await expect(cloud.client.send(new InvokeCommand({ FunctionName: 'one' }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    message: `Function not found: ${arn('one')}`,
    $metadata: { httpStatusCode: 404 },
  });
  await expect(cloud.client.send(new InvokeCommand({ FunctionName: 'one', Qualifier: '$LATEST' }))).rejects.toMatchObject({
    message: `Function not found: ${arn('one')}:$LATEST`,
  });
});

it('CreateFunction refuses a role Lambda cannot assume', async () => {
  await expect(cloud.client.send(new CreateFunctionCommand(input()))).rejects.toMatchObject({
    name: 'InvalidParameterValueException',
    message: 'The role defined for the function cannot be assumed by Lambda.',
  });
});

it.each([
  ['the runtime', { Runtime: 'python3.12' as const }, /python3\.12/],
  ['layers', { Layers: ['arn:aws:lambda:eu-west-1:1:layer:x:1'] }, /Layers/],
  ['a VPC', { VpcConfig: { SubnetIds: ['subnet-1'] } }, /VpcConfig/],
  ['an image', { PackageType: 'Image' as const }, /PackageType/],
])('CreateFunction refuses %s it does not emulate, by name', async (_what, overrides, name) => {
  cloud.role('one');
  await expect(cloud.client.send(new CreateFunctionCommand(input(overrides)))).rejects.toMatchObject({
    name: 'NotEmulated',
    message: expect.stringMatching(name) as unknown,
  });
});

it('CreateFunction refuses reserved variables, bytes that are no zip, and a time-out out of range', async () => {
  cloud.role('one');
  await expect(cloud.client.send(new CreateFunctionCommand(input({ Environment: { Variables: { AWS_REGION: 'x' } } })))).rejects.toMatchObject({
    name: 'InvalidParameterValueException',
    message: expect.stringContaining('Reserved keys used in this request: AWS_REGION') as unknown,
  });
  await expect(cloud.client.send(new CreateFunctionCommand(input({ Code: { ZipFile: Buffer.from('no') } })))).rejects.toMatchObject({
    name: 'InvalidParameterValueException',
    message: 'Could not unzip uploaded file. Please check your file, then try to upload again.',
  });
  await expect(cloud.client.send(new CreateFunctionCommand(input({ Timeout: 901 })))).rejects.toMatchObject({
    message: expect.stringContaining('Member must have value less than or equal to 900') as unknown,
  });
});

it('UpdateFunctionConfiguration takes effect in a new environment, published versions keep theirs', async () => {
  cloud.role('one');
  await cloud.client.send(new CreateFunctionCommand(input({ Environment: { Variables: { WORD: 'before' } } })));
  const { Version } = await cloud.client.send(new PublishVersionCommand({ FunctionName: 'one' }));
  expect(Version).toBe('1');
  expect(await answered(new InvokeCommand({ FunctionName: 'one' }))).toBe('before');
  await cloud.client.send(new UpdateFunctionConfigurationCommand({ FunctionName: 'one', Environment: { Variables: { WORD: 'after' } } }));
  expect(await answered(new InvokeCommand({ FunctionName: 'one' }))).toBe('after');
  expect(await answered(new InvokeCommand({ FunctionName: 'one:1' }))).toBe('before');
});

it('Invoke answers DryRun with 204 and refuses payloads that are too long or no JSON', async () => {
  cloud.role('one');
  await cloud.client.send(new CreateFunctionCommand(input()));
  expect((await cloud.client.send(new InvokeCommand({ FunctionName: 'one', InvocationType: 'DryRun' }))).StatusCode).toBe(204);
  await expect(cloud.client.send(new InvokeCommand({ FunctionName: 'one', Payload: Buffer.from('{"broken') }))).rejects.toMatchObject({
    name: 'InvalidRequestContentException',
    message: expect.stringMatching(/^Could not parse request body into json: /) as unknown,
  });
  const megabyte = Buffer.from(JSON.stringify('x'.repeat(1_048_576)));
  await expect(cloud.client.send(new InvokeCommand({ FunctionName: 'one', InvocationType: 'Event', Payload: megabyte }))).rejects.toMatchObject({
    name: 'RequestEntityTooLargeException',
    $metadata: { httpStatusCode: 413 },
  });
  // The same bytes are few enough for a synchronous call.
  expect((await cloud.client.send(new InvokeCommand({ FunctionName: 'one', Payload: megabyte }))).StatusCode).toBe(200);
});

it('Invoke returns the last of the log with LogType Tail', async () => {
  cloud.role('one');
  await cloud.client.send(new CreateFunctionCommand(input()));
  const { LogResult } = await cloud.client.send(new InvokeCommand({ FunctionName: 'one', LogType: 'Tail' }));
  expect(Buffer.from(LogResult ?? '', 'base64').toString()).toMatch(/^START RequestId: .*\nEND RequestId: .*\nREPORT RequestId: /);
});

it('AddPermission lets a service invoke for its source only, until RemovePermission', async () => {
  cloud.role('one');
  await cloud.client.send(new CreateFunctionCommand(input()));
  const rule = 'arn:aws:events:eu-west-1:000000000000:rule/pushed';
  const asRule = (sourceArn: string) =>
    cloud.kernel.cloud.call(
      'lambda',
      'Invoke',
      { FunctionName: arn('one') },
      { kind: 'service', arn: 'events.amazonaws.com', service: 'events.amazonaws.com', sourceArn },
    );
  await expect(asRule(rule)).rejects.toMatchObject({ code: 'AccessDeniedException' });
  await cloud.client.send(
    new AddPermissionCommand({
      FunctionName: 'one',
      StatementId: 'rule',
      Action: 'lambda:InvokeFunction',
      Principal: 'events.amazonaws.com',
      SourceArn: rule,
    }),
  );
  const { Policy } = await cloud.client.send(new GetPolicyCommand({ FunctionName: 'one' }));
  expect(JSON.parse(Policy ?? '')).toEqual({
    Version: '2012-10-17',
    Id: 'default',
    Statement: [
      {
        Sid: 'rule',
        Effect: 'Allow',
        Principal: { Service: 'events.amazonaws.com' },
        Action: 'lambda:InvokeFunction',
        Resource: arn('one'),
        Condition: { ArnLike: { 'AWS:SourceArn': rule } },
      },
    ],
  });
  await expect(asRule(rule)).resolves.toMatchObject({ StatusCode: 200 });
  await expect(asRule(`${rule}-2`)).rejects.toMatchObject({ code: 'AccessDeniedException' });
  await cloud.client.send(new RemovePermissionCommand({ FunctionName: 'one', StatementId: 'rule' }));
  await expect(asRule(rule)).rejects.toMatchObject({ code: 'AccessDeniedException' });
  await expect(cloud.client.send(new GetPolicyCommand({ FunctionName: 'one' }))).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});
