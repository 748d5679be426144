import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SNSClient } from '@aws-sdk/client-sns';
import { beforeEach, describe, expect, test } from 'vitest';
import { awsNotices, impatient } from '../../src/aws/notices.ts';
import { refuse, scriptedAws } from './client.ts';

const notice = {
  rolloutId: 'churn-b-1',
  delivery: 'churn',
  phase: 'Ended',
  outcome: 'RolledBack',
  reason: 'over-threshold',
  page: true,
  text: '31 % – too many',
};
let aws: ReturnType<typeof scriptedAws>;
let failures: string[];
beforeEach(() => {
  aws = scriptedAws();
  failures = [];
});
const tell = (overrides: Partial<typeof notice> = {}) =>
  awsNotices(
    'arn:aws:sns:eu-west-1:111122223333:sluice',
    (what) => failures.push(what),
    new SNSClient(aws.options),
    new EventBridgeClient(aws.options),
  ).tell({ ...notice, ...overrides });

describe('tell()', () => {
  test('tells people and systems', async () => {
    aws.serve('sns', { Publish: () => ({ MessageId: 'm' }) });
    aws.serve('events', { PutEvents: () => ({ FailedEntryCount: 0, Entries: [{ EventId: 'e' }] }) });
    await tell();
    expect(aws.asked('Publish')).toMatchObject([
      {
        Subject: 'PAGE: churn: RolledBack (over-threshold)',
        Message: 'PAGE: churn: RolledBack (over-threshold)\n31 % – too many\nrollout churn-b-1',
      },
    ]);
    const [entry] = (aws.asked('PutEvents')[0] as { Entries: { Source: string; DetailType: string; Detail: string }[] }).Entries; // As PutEvents takes it.
    expect(entry).toMatchObject({ Source: 'sluice', DetailType: 'Sluice Rollout Phase Change' });
    expect(JSON.parse(entry?.Detail ?? '')).toEqual({ contract: 1, ...notice });
  });

  test('never holds up a rollout: what cannot be sent is told to its own log', async () => {
    aws.serve('sns', { Publish: refuse('AuthorizationError', 'no', { status: 403 }) });
    aws.serve('events', { PutEvents: refuse('InternalException', 'later', { status: 500 }) });
    expect(await tell()).toBe(false);
    expect(failures).toEqual(['SNS message', 'EventBridge event']);
  });

  test('does not take PutEvents at its 200', async () => {
    aws.serve('sns', { Publish: () => ({ MessageId: 'm' }) });
    aws.serve('events', { PutEvents: () => ({ FailedEntryCount: 1, Entries: [{ ErrorCode: 'InternalFailure', ErrorMessage: 'later' }] }) });
    expect(await tell()).toBe(true);
    expect(failures).toEqual(['EventBridge event']);
  });

  test('keeps the subject within SNS’s 100 ASCII characters', async () => {
    aws.serve('sns', { Publish: () => ({ MessageId: 'm' }) });
    aws.serve('events', { PutEvents: () => ({ FailedEntryCount: 0, Entries: [] }) });
    await tell({ reason: 'ü'.repeat(200) });
    const [{ Subject }] = aws.asked('Publish') as [{ Subject: string }]; // One call, as Publish takes it.
    expect(Subject).toMatch(/^[\x20-\x7e]{1,100}$/);
  });
});

test('tell() does not wait for a topic and a bus that take a connection and never answer', async () => {
  const silent = createServer(() => {});
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const { port } = silent.address() as AddressInfo; // A TCP server's.
  // As in the service, with the patience of a test.
  const settings = { ...aws.options, ...impatient(50), endpoint: `http://127.0.0.1:${port}` };
  try {
    const told = await awsNotices(
      'arn:aws:sns:eu-west-1:111122223333:sluice',
      (what, error) => failures.push(`${what}: ${(error as Error).name}`),
      new SNSClient(settings),
      new EventBridgeClient(settings),
    ).tell(notice);
    expect(told).toBe(false);
    expect(failures).toEqual(['SNS message: TimeoutError', 'EventBridge event: TimeoutError']);
  } finally {
    silent.closeAllConnections();
    silent.close();
  }
});
