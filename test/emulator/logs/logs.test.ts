import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { AwsError } from '../../../src/emulator/aws-error.ts';
import { createLogsService, type LogsService } from '../../../src/emulator/logs/service.ts';
import { administrator, type TestKernel, testKernel } from '../kernel.ts';

interface Event {
  readonly timestamp: number;
  readonly message: string;
  readonly logStreamName?: string;
}
interface Answer extends Record<string, unknown> {
  readonly events?: Event[];
  readonly nextToken?: string;
  readonly nextForwardToken?: string;
  readonly nextBackwardToken?: string;
}

let kernel: TestKernel;
let logs: LogsService;
const logGroupName = '/aws/lambda/start-rollout';
const logStreamName = '2026/11/22/[$LATEST]abc';

async function call(operation: string, input: object = {}): Promise<Answer> {
  const bound = logs.service.operations.get(operation);
  if (!bound) throw new Error(`No operation ${operation}`);
  return (await bound.run(input, { caller: administrator, requestId: 'test' })) as Answer; // Each test knows what it called.
}
async function refusal(operation: string, input: object): Promise<AwsError> {
  const answer = await call(operation, input).catch((error: unknown) => error);
  if (answer instanceof AwsError) return answer;
  throw new Error(`${operation} answered ${JSON.stringify(answer)} instead of refusing`);
}
const put = (messages: Record<number, string>, stream = logStreamName) =>
  call('PutLogEvents', {
    logGroupName,
    logStreamName: stream,
    logEvents: Object.entries(messages).map(([offset, message]) => ({ timestamp: kernel.clock.now() + Number(offset), message })),
  });
const messages = (answer: Answer) => answer.events?.map(({ message }) => message);

beforeEach(async () => {
  kernel = testKernel();
  logs = createLogsService(kernel);
  await call('CreateLogGroup', { logGroupName });
  await call('CreateLogStream', { logGroupName, logStreamName });
});

describe('log groups and streams', () => {
  test('are made once, described and deleted, files and all', async () => {
    expect(await refusal('CreateLogGroup', { logGroupName })).toMatchObject({
      code: 'ResourceAlreadyExistsException',
      message: 'The specified log group already exists',
    });
    expect(await refusal('CreateLogStream', { logGroupName, logStreamName })).toMatchObject({ message: 'The specified log stream already exists' });
    await call('CreateLogGroup', { logGroupName: '/other' });
    await call('PutRetentionPolicy', { logGroupName, retentionInDays: 7 });
    await put({ 0: 'hello' });
    expect(await call('DescribeLogGroups', { logGroupNamePrefix: '/aws' })).toEqual({
      logGroups: [
        {
          logGroupName,
          creationTime: kernel.clock.now(),
          retentionInDays: 7,
          metricFilterCount: 0,
          arn: `arn:aws:logs:eu-west-1:000000000000:log-group:${logGroupName}:*`,
          logGroupArn: `arn:aws:logs:eu-west-1:000000000000:log-group:${logGroupName}`,
          storedBytes: 31,
          logGroupClass: 'STANDARD',
        },
      ],
    });
    const page = await call('DescribeLogGroups', { limit: 1 });
    expect(page).toMatchObject({ logGroups: [{ logGroupName }] });
    expect(await call('DescribeLogGroups', { limit: 1, nextToken: page.nextToken })).toMatchObject({ logGroups: [{ logGroupName: '/other' }] });

    const folder = path.join(kernel.dataFolder, 'logs', encodeURIComponent(logGroupName));
    expect(readFileSync(path.join(folder, `${encodeURIComponent(logStreamName)}.jsonl`), 'utf8')).toContain('"message":"hello"');
    await call('DeleteLogGroup', { logGroupName });
    expect(existsSync(folder)).toBe(false);
    expect(await refusal('GetLogEvents', { logGroupName, logStreamName })).toMatchObject({
      code: 'ResourceNotFoundException',
      message: 'The specified log group does not exist.',
    });
  });

  test('streams are listed by name or by their last event', async () => {
    await call('CreateLogStream', { logGroupName, logStreamName: 'a' });
    await put({ 0: 'x' }, 'a');
    await put({ 5: 'x' });
    const names = async (more: object) =>
      ((await call('DescribeLogStreams', { logGroupName, ...more })) as { logStreams?: { logStreamName: string }[] }).logStreams?.map(
        (one) => one.logStreamName,
      );
    expect(await names({})).toEqual([logStreamName, 'a']);
    expect(await names({ orderBy: 'LastEventTime' })).toEqual(['a', logStreamName]);
    expect(await names({ orderBy: 'LastEventTime', descending: true, limit: 1 })).toEqual([logStreamName]);
    expect(await names({ logStreamNamePrefix: 'a' })).toEqual(['a']);
  });

  test('a name too long for a file is kept apart from another like it', () => {
    const long = (end: string) => `${'x'.repeat(400)}${end}`;
    logs.append(long('a'), 'stream', [{ timestampMs: 1, message: 'in a' }]);
    logs.append(long('b'), 'stream', [{ timestampMs: 1, message: 'in b' }]);
    expect(logs.lines(long('a')).map(({ message }) => message)).toEqual(['in a']);
  });
});

describe('PutLogEvents', () => {
  test('refuses events out of order', async () => {
    const now = kernel.clock.now();
    const error = await refusal('PutLogEvents', {
      logGroupName,
      logStreamName,
      logEvents: [
        { timestamp: now + 1, message: 'b' },
        { timestamp: now, message: 'a' },
      ],
    });
    expect(error).toMatchObject({
      code: 'InvalidParameterException',
      message: 'Log events in a single PutLogEvents request must be in chronological order.',
    });
  });

  test('leaves out what is too old or too far ahead, and says where', async () => {
    const dayMs = 86_400_000;
    expect(await put({ [-14 * dayMs - 1]: 'too old', [-13.5 * dayMs]: 'old' })).toMatchObject({
      rejectedLogEventsInfo: { tooOldLogEventEndIndex: 1 },
    });
    expect(await put({ 0: 'now', [2 * 3_600_000 + 1]: 'too new' })).toMatchObject({ rejectedLogEventsInfo: { tooNewLogEventStartIndex: 1 } });
    expect(logs.lines(logGroupName).map(({ message }) => message)).toEqual(['old', 'now']);
    const apart = await refusal('PutLogEvents', {
      logGroupName,
      logStreamName,
      logEvents: [
        { timestamp: kernel.clock.now() - dayMs, message: 'a' },
        { timestamp: kernel.clock.now() + 1, message: 'b' },
      ],
    });
    expect(apart.message).toContain('cannot span more than 24 hours');
  });
});

describe('GetLogEvents', () => {
  test('gives the newest first asked for, and goes both ways by tokens', async () => {
    await put({ 0: 'a', 1: 'b', 2: 'c', 3: 'd', 4: 'e' });
    const get = (more: object) => call('GetLogEvents', { logGroupName, logStreamName, limit: 2, ...more });
    const newest = await get({});
    expect(messages(newest)).toEqual(['d', 'e']);
    const before = await get({ nextToken: newest.nextBackwardToken });
    expect(messages(before)).toEqual(['b', 'c']);
    expect(messages(await get({ nextToken: before.nextForwardToken }))).toEqual(['d', 'e']);

    const end = await get({ nextToken: newest.nextForwardToken });
    expect(end).toMatchObject({ events: [], nextForwardToken: newest.nextForwardToken });
    await put({ 5: 'f' });
    expect(messages(await get({ nextToken: end.nextForwardToken }))).toEqual(['f']);
    expect(messages(await get({ startFromHead: true }))).toEqual(['a', 'b']);
    const now = kernel.clock.now();
    expect(messages(await get({ limit: 10, startTime: now + 1, endTime: now + 3 }))).toEqual(['b', 'c']);
  });

  test('no longer gives what is past the retention', async () => {
    await put({ 0: 'old' });
    await call('PutRetentionPolicy', { logGroupName, retentionInDays: 1 });
    await kernel.clock.advance(86_400_000);
    expect(messages(await call('GetLogEvents', { logGroupName, logStreamName }))).toEqual(['old']);
    await kernel.clock.advance(1);
    expect(messages(await call('GetLogEvents', { logGroupName, logStreamName }))).toEqual([]);
    expect((await refusal('PutRetentionPolicy', { logGroupName, retentionInDays: 2 })).code).toBe('InvalidParameterException');
  });
});

describe('FilterLogEvents', () => {
  beforeEach(async () => {
    await call('CreateLogStream', { logGroupName, logStreamName: 'b' });
    await put({ 0: '[ERROR 400] BAD REQUEST', 2: '[ERROR 401] UNAUTHORIZED REQUEST', 4: '[WARN] slow' });
    await put({ 1: '[INFO] REQUEST DONE', 3: '[ERROR 419] MISSING ARGUMENTS' }, 'b');
  });
  const filter = (more: object) => call('FilterLogEvents', { logGroupName, ...more });

  // Patterns and matches as CloudWatch's guide has them.
  test.each([
    ['', ['[ERROR 400] BAD REQUEST', '[INFO] REQUEST DONE', '[ERROR 401] UNAUTHORIZED REQUEST', '[ERROR 419] MISSING ARGUMENTS', '[WARN] slow']],
    ['ERROR', ['[ERROR 400] BAD REQUEST', '[ERROR 401] UNAUTHORIZED REQUEST', '[ERROR 419] MISSING ARGUMENTS']],
    ['ERROR ARGUMENTS', ['[ERROR 419] MISSING ARGUMENTS']],
    ['"BAD REQUEST"', ['[ERROR 400] BAD REQUEST']],
    ['?INFO ?WARN', ['[INFO] REQUEST DONE', '[WARN] slow']],
    ['ERROR -400', ['[ERROR 401] UNAUTHORIZED REQUEST', '[ERROR 419] MISSING ARGUMENTS']],
    ['error', []],
  ])('%j over all streams, by time', async (filterPattern, expected) => {
    expect(messages(await filter({ filterPattern }))).toEqual(expected);
  });

  test('pages, and keeps to streams and times asked for', async () => {
    const first = await filter({ limit: 2 });
    expect(first.events?.map((event) => event.logStreamName)).toEqual([logStreamName, 'b']);
    expect(messages(await filter({ limit: 4, nextToken: first.nextToken }))).toHaveLength(3);
    const now = kernel.clock.now();
    expect(messages(await filter({ logStreamNames: ['b'], startTime: now + 2, endTime: now + 3 }))).toEqual(['[ERROR 419] MISSING ARGUMENTS']);
    const ids = (await filter({})).events?.map((event) => (event as Event & { eventId: string }).eventId) ?? [];
    expect(new Set(ids).size).toBe(5);
  });

  test('refuses by name the patterns it does not read', async () => {
    expect(await refusal('FilterLogEvents', { logGroupName, filterPattern: '{ $.level = "ERROR" }' })).toMatchObject({ code: 'NotEmulated' });
    expect(await refusal('FilterLogEvents', { logGroupName, filterPattern: '%ERR.*%' })).toMatchObject({ code: 'NotEmulated' });
    expect(await refusal('FilterLogEvents', { logGroupName, filterPattern: '"open' })).toMatchObject({ code: 'InvalidParameterException' });
  });
});

describe('append', () => {
  test('makes what is missing, and keeps lines of one moment in order', () => {
    const nowMs = kernel.clock.now();
    logs.append('/aws/sagemaker/TrainingJobs', 'job/algo-1', [
      { timestampMs: nowMs, message: 'epoch 1' },
      { timestampMs: nowMs, message: 'epoch 2' },
    ]);
    logs.append('/aws/sagemaker/TrainingJobs', 'job/algo-1', [{ timestampMs: nowMs, message: 'epoch 3' }]);
    expect(logs.lines('/aws/sagemaker/TrainingJobs', 'job/algo-1').map(({ message }) => message)).toEqual(['epoch 1', 'epoch 2', 'epoch 3']);
    expect(logs.lines('/none')).toEqual([]);
  });

  test('asks a stream of its own for PutLogEvents', () => {
    const access = logs.service.operations.get('PutLogEvents')?.access({ logGroupName, logStreamName });
    expect(access).toEqual([
      { action: 'logs:PutLogEvents', resource: `arn:aws:logs:eu-west-1:000000000000:log-group:${logGroupName}:log-stream:${logStreamName}` },
    ]);
  });
});
