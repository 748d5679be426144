import { DeleteParameterCommand, GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { beforeEach, expect, test } from 'vitest';
import { createSsmService } from '../../../src/emulator/ssm/service.ts';
import { inProcess } from '../../../src/emulator/transport.ts';
import { administratorKeys, region, rejection, testFront } from '../front-fixture.ts';
import { testKernel } from '../kernel.ts';

let ssm: SSMClient;
const atMs = Date.parse('2026-11-22T12:00:00Z');
beforeEach(() => {
  const { front } = testFront();
  front.register(createSsmService(testKernel({ startsAtMs: atMs })).service);
  ssm = new SSMClient({ region, credentials: administratorKeys, maxAttempts: 1, requestHandler: inProcess(front) });
});
const Name = '/team/secret';
const put = (Value: string, Overwrite = false) => ssm.send(new PutParameterCommand({ Name, Value, Type: 'SecureString', Overwrite }));

test('a parameter is read as it was put, with its version', async () => {
  expect(await put('one')).toMatchObject({ Version: 1, Tier: 'Standard' });
  expect(await put('two', true)).toMatchObject({ Version: 2 });
  const { Parameter } = await ssm.send(new GetParameterCommand({ Name, WithDecryption: true }));
  expect(Parameter).toMatchObject({ Name, Type: 'SecureString', Value: 'two', Version: 2, LastModifiedDate: new Date(atMs) });
  expect(Parameter?.ARN).toMatch(/:parameter\/team\/secret$/);
});

test('putting over another needs saying so', async () => {
  await put('one');
  expect((await rejection(put('two'))).name).toBe('ParameterAlreadyExists');
});

test('what is not there is not found, by AWS’s name', async () => {
  for (const command of [new GetParameterCommand({ Name }), new DeleteParameterCommand({ Name })])
    expect((await rejection(ssm.send(command))).name).toBe('ParameterNotFound');
  await put('one');
  await ssm.send(new DeleteParameterCommand({ Name }));
  expect((await rejection(ssm.send(new GetParameterCommand({ Name, WithDecryption: true })))).name).toBe('ParameterNotFound');
});

test('the cipher text of a SecureString, keys and tiers are refused by name', async () => {
  await put('one');
  expect((await rejection(ssm.send(new GetParameterCommand({ Name })))).message).toContain('SecureString');
  expect((await rejection(ssm.send(new PutParameterCommand({ Name: 'a', Value: '1', Type: 'String', KeyId: 'k' })))).message).toContain('keys');
  expect((await rejection(ssm.send(new PutParameterCommand({ Name: 'a', Value: '1', Type: 'String', Tier: 'Advanced' })))).message).toContain(
    'advanced',
  );
  expect((await rejection(ssm.send(new PutParameterCommand({ Name: 'a', Value: '1' })))).name).toBe('ValidationException');
});
