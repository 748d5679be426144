import { LambdaClient } from '@aws-sdk/client-lambda';
import { beforeEach, describe, expect, test } from 'vitest';
import { lambdaFunctions } from '../../src/aws/functions.ts';
import { rejection } from '../emulator/front-fixture.ts';
import { refuse, scriptedAws } from './client.ts';

let aws: ReturnType<typeof scriptedAws>;
beforeEach(() => {
  aws = scriptedAws();
});
const patience = { timeoutMs: 60_000, mostBytes: 10 };
const ask = (timeoutMs = patience.timeoutMs) =>
  lambdaFunctions(new LambdaClient(aws.options)).ask('sluice-gate-a', '{"contract":1}', { ...patience, timeoutMs });
const answer = (text: string, more = {}) => aws.serve('lambda', { Invoke: () => ({ StatusCode: 200, Payload: Buffer.from(text), ...more }) });

describe('ask()', () => {
  test('invokes once and waits for the answer', async () => {
    answer('"yes"');
    expect(await ask()).toEqual({ kind: 'answered', text: '"yes"' });
    expect(aws.asked('Invoke')).toEqual([{ FunctionName: 'sluice-gate-a', Payload: new Uint8Array(Buffer.from('{"contract":1}')) }]);
  });

  test('takes what a function throws for its failure', async () => {
    answer('{"errorType":"Error","errorMessage":"boom"}', { FunctionError: 'Unhandled' });
    expect(await ask()).toEqual({ kind: 'failed', text: '{"errorType":"Error","errorMessage":"boom"}' });
  });

  test('takes no answer that is too long', async () => {
    answer('"0123456789"');
    expect(await ask()).toEqual({ kind: 'too-large' });
  });

  test('waits no longer than it may', async () => {
    aws.serve('lambda', { Invoke: () => new Promise(() => {}) });
    expect(await ask(1)).toEqual({ kind: 'timed-out' });
  });

  test('throws where Lambda did not let us ask', async () => {
    aws.serve('lambda', { Invoke: refuse('ResourceNotFoundException', 'Function not found: arn', { status: 404 }) });
    const error = await rejection(ask());
    expect([error.name, error.message]).toEqual([
      'Refused',
      'Cannot invoke function "sluice-gate-a": ResourceNotFoundException: Function not found: arn',
    ]);
  });
});
