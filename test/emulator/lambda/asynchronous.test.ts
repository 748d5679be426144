import {
  CreateFunctionCommand,
  DeleteFunctionConcurrencyCommand,
  GetFunctionConcurrencyCommand,
  GetFunctionEventInvokeConfigCommand,
  InvokeCommand,
  PutFunctionConcurrencyCommand,
  PutFunctionEventInvokeConfigCommand,
} from '@aws-sdk/client-lambda';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type VirtualClock, virtualClock } from '../../../src/emulator/clock.ts';
import { bindService, defineOperation } from '../../../src/emulator/operation.ts';
import { anyLogs, type LambdaCloud, lambdaCloud, zipFiles } from './cloud.ts';

const noon = Date.parse('2026-11-22T12:00:00Z');
let clock: VirtualClock;
let cloud: LambdaCloud;
/** Messages that reached the queue `left`. */
let messages: { body: unknown; attributes: Record<string, { StringValue?: string }>; atMs: number }[];

interface SendInput {
  QueueUrl: string;
  MessageBody: string;
  MessageAttributes?: Record<string, { StringValue?: string }>;
}

beforeEach(async () => {
  clock = virtualClock(noon);
  messages = [];
  const sendMessage = defineOperation<undefined, SendInput, { MessageId: string }>({
    name: 'SendMessage',
    access: (input) => [{ action: 'sqs:SendMessage', resource: `arn:aws:sqs:eu-west-1:000000000000:${input.QueueUrl.split('/').at(-1)}` }],
    run(input) {
      messages.push({ body: JSON.parse(input.MessageBody), attributes: input.MessageAttributes ?? {}, atMs: clock.now() });
      return { MessageId: String(messages.length) };
    },
  });
  cloud = await lambdaCloud({ clock, services: [bindService('sqs', undefined, [sendMessage])] });
});
afterEach(() => cloud.stop());

const queueArn = 'arn:aws:sqs:eu-west-1:000000000000:left';
const maySend = { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: queueArn };
/** Fails the first `event.failures` times, and notes when it ran. */
const flaky = `const runs = []; exports.handler = async (event) => {
  runs.push(Date.now()); console.log('ran ' + runs.length);
  if (event.sleepMs) await new Promise((done) => setTimeout(done, event.sleepMs));
  if (runs.length <= event.failures) { const error = new Error('not yet'); error.name = 'NotYet'; throw error; }
  return { runs };
};`;

async function create(name: string, settings: { deadLetterArn?: string; mayDeliver?: boolean } = {}) {
  const role = cloud.role(`${name}-role`, settings.mayDeliver === false ? [anyLogs] : [anyLogs, maySend]);
  await cloud.client.send(
    new CreateFunctionCommand({
      FunctionName: name,
      Handler: 'functions/index.handler',
      Runtime: 'nodejs24.x',
      Role: role,
      Timeout: 900,
      Code: { ZipFile: zipFiles({ 'functions/index.js': flaky }) },
      ...(settings.deadLetterArn !== undefined && { DeadLetterConfig: { TargetArn: settings.deadLetterArn } }),
    }),
  );
}
const send = (name: string, event: object) =>
  cloud.client.send(new InvokeCommand({ FunctionName: name, InvocationType: 'Event', Payload: Buffer.from(JSON.stringify(event)) }));

/** Emulator seconds after noon at which the function ran. */
const ranAtSeconds = () =>
  cloud.trace
    .map((line) => JSON.parse(line) as { at: string; kind: string; phase?: string })
    .filter((line) => line.kind === 'lambda' && line.phase === 'start')
    .map((line) => (Date.parse(line.at) - noon) / 1000);

describe('Invoke with InvocationType Event', () => {
  it('answers 202 at once and runs the function after', async () => {
    await create('later');
    const answer = await send('later', { failures: 0 });
    expect(answer.StatusCode).toBe(202);
    expect(ranAtSeconds()).toEqual([]);
    await clock.advance(1000);
    expect(ranAtSeconds()).toEqual([0]);
    expect(cloud.crashes).toEqual([]);
  });

  it('retries a failed event after about one and two minutes, then leaves the bare event in the dead-letter queue', async () => {
    await create('failing', { deadLetterArn: queueArn });
    const event = { failures: 9, contract: 1 };
    await send('failing', event);
    await clock.advance(10 * 60_000);
    const [first, second, third, ...more] = ranAtSeconds();
    expect(more).toEqual([]);
    expect(first).toBe(0);
    // AWS: "about one minute", "about two minutes".
    expect(Number(second)).toBeGreaterThan(50);
    expect(Number(second)).toBeLessThan(70);
    expect(Number(third) - Number(second)).toBeGreaterThan(110);
    expect(Number(third) - Number(second)).toBeLessThan(130);
    expect(messages.map(({ body }) => body)).toEqual([event]);
    expect(messages[0]?.attributes).toMatchObject({ ErrorCode: { StringValue: '200' }, ErrorMessage: { StringValue: 'not yet' } });
  });

  it('stops retrying when an attempt succeeds', async () => {
    await create('flaky', { deadLetterArn: queueArn });
    await send('flaky', { failures: 1 });
    await clock.advance(10 * 60_000);
    expect(ranAtSeconds()).toHaveLength(2);
    expect(messages).toEqual([]);
  });

  it('sends the record, not the event, to the OnFailure destination, with the retries asked for', async () => {
    await create('failing');
    await cloud.client.send(
      new PutFunctionEventInvokeConfigCommand({
        FunctionName: 'failing',
        MaximumRetryAttempts: 1,
        DestinationConfig: { OnFailure: { Destination: queueArn } },
      }),
    );
    await send('failing', { failures: 9 });
    await clock.advance(10 * 60_000);
    expect(ranAtSeconds()).toHaveLength(2);
    // The shape AWS delivers, but for ids and times.
    expect(messages.map(({ body }) => body)).toEqual([
      {
        version: '1.0',
        timestamp: new Date(messages[0]?.atMs ?? 0).toISOString(),
        requestContext: {
          requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown,
          functionArn: 'arn:aws:lambda:eu-west-1:000000000000:function:failing:$LATEST',
          condition: 'RetriesExhausted',
          approximateInvokeCount: 2,
        },
        requestPayload: { failures: 9 },
        responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
        responsePayload: { errorType: 'NotYet', errorMessage: 'not yet', trace: expect.any(Array) as unknown },
      },
    ]);
  });

  it('gives an event up when it is older than MaximumEventAgeInSeconds', async () => {
    await create('aged');
    await cloud.client.send(
      new PutFunctionEventInvokeConfigCommand({
        FunctionName: 'aged',
        MaximumEventAgeInSeconds: 100,
        DestinationConfig: { OnFailure: { Destination: queueArn } },
      }),
    );
    await send('aged', { failures: 9 });
    await clock.advance(10 * 60_000);
    expect(ranAtSeconds()).toHaveLength(2);
    expect(messages[0]?.body).toMatchObject({ requestContext: { condition: 'EventAgeExceeded', approximateInvokeCount: 2 } });
  });

  it('sends the answer to the OnSuccess destination', async () => {
    await create('fine');
    await cloud.client.send(
      new PutFunctionEventInvokeConfigCommand({ FunctionName: 'fine', DestinationConfig: { OnSuccess: { Destination: queueArn } } }),
    );
    await send('fine', { failures: 0 });
    await clock.advance(60_000);
    expect(messages[0]?.body).toMatchObject({ requestContext: { condition: 'Success' }, responsePayload: { runs: [noon] } });
    const config = await cloud.client.send(new GetFunctionEventInvokeConfigCommand({ FunctionName: 'fine' }));
    expect(config.FunctionArn).toBe('arn:aws:lambda:eu-west-1:000000000000:function:fine:$LATEST');
  });

  it('loses what the role may not deliver, and traces it', async () => {
    await create('mute', { deadLetterArn: queueArn, mayDeliver: false });
    await send('mute', { failures: 9 });
    await clock.advance(10 * 60_000);
    expect(messages).toEqual([]);
    expect(cloud.trace.some((line) => line.includes('"phase":"undelivered"') && line.includes('AccessDenied'))).toBe(true);
    expect(cloud.crashes).toEqual([]);
  });

  it('tries a throttled event again, at no cost of an attempt', async () => {
    await create('narrow', { deadLetterArn: queueArn });
    await cloud.client.send(new PutFunctionConcurrencyCommand({ FunctionName: 'narrow', ReservedConcurrentExecutions: 1 }));
    await send('narrow', { failures: 0, sleepMs: 20_000 });
    await send('narrow', { failures: 0 });
    await send('narrow', { failures: 0 });
    await clock.advance(10 * 60_000);
    expect(ranAtSeconds()).toHaveLength(3);
    expect(messages).toEqual([]);
  });
});

describe('PutFunctionConcurrency', () => {
  it('answers 429 TooManyRequestsException "Rate Exceeded." beyond the reservation', async () => {
    await create('narrow');
    await cloud.client.send(new PutFunctionConcurrencyCommand({ FunctionName: 'narrow', ReservedConcurrentExecutions: 0 }));
    await expect(cloud.client.send(new InvokeCommand({ FunctionName: 'narrow' }))).rejects.toMatchObject({
      name: 'TooManyRequestsException',
      message: 'Rate Exceeded.',
      Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
      $metadata: { httpStatusCode: 429 },
    });
    await cloud.client.send(new DeleteFunctionConcurrencyCommand({ FunctionName: 'narrow' }));
    await expect(cloud.client.send(new InvokeCommand({ FunctionName: 'narrow', InvocationType: 'DryRun' }))).resolves.toMatchObject({
      StatusCode: 204,
    });
    expect(await cloud.client.send(new GetFunctionConcurrencyCommand({ FunctionName: 'narrow' }))).not.toHaveProperty('ReservedConcurrentExecutions');
  });
});
