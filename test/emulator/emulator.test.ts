import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type VirtualClock, scaledClock, virtualClock } from '../../src/emulator/clock.ts';
import { type Emulator, administratorKeys, startEmulator } from '../../src/emulator/emulator.ts';
import { packagedSample } from './sample.ts';

const noon = Date.parse('2026-11-22T12:00:00Z');
const region = 'eu-west-1';
let packages: string;
let sample: string;
let emulator: Emulator | undefined;

beforeAll(async () => {
  packages = mkdtempSync(path.join(tmpdir(), 'emulator-packages-'));
  sample = await packagedSample(path.join(packages, 'sample'));
});
afterAll(() => rmSync(packages, { recursive: true, force: true }));
afterEach(() => emulator?.stop());

async function virtualEmulator(seed = 1): Promise<{ aws: Emulator; clock: VirtualClock; trace: string[] }> {
  const clock = virtualClock(noon);
  const trace: string[] = [];
  const aws = await startEmulator({ clock, seed, trace: (line) => trace.push(line) });
  emulator = aws;
  return { aws, clock, trace };
}
const inProcess = (aws: Emulator) => ({ region, credentials: administratorKeys, maxAttempts: 1, requestHandler: aws.requestHandler });
/** What the sample's `hello` put into the table, oldest first. */
const greetings = (aws: Emulator) =>
  aws.services.dynamodb.tables.items('sample-dev-table').map((item) => JSON.parse((item['event'] as { S: string }).S) as unknown);

describe('deploy()', () => {
  it('makes everything the packaged template asks for and returns its outputs', async () => {
    const { aws } = await virtualEmulator();
    const { outputs, resources } = await aws.deploy(sample);
    expect(outputs).toMatchObject({
      TableName: 'sample-dev-table',
      MachineArn: 'arn:aws:states:eu-west-1:000000000000:stateMachine:sample-machine',
      TopicArn: expect.stringMatching(/^arn:aws:sns:eu-west-1:000000000000:sample-dev-Topic-[0-9A-F]{12}$/) as unknown,
      BucketName: expect.stringMatching(/^sample-dev-models-[0-9a-f]{12}$/) as unknown,
      RepositoryUri: '000000000000.dkr.ecr.eu-west-1.amazonaws.com/sample/images',
      HelloLambdaFunctionQualifiedArn: 'arn:aws:lambda:eu-west-1:000000000000:function:sample-dev-hello:1',
      Address: expect.stringMatching(/\/lambda-url\/[0-9a-f]{32}\/$/) as unknown,
    });
    expect(resources.get('HelloLambdaFunction')).toEqual({ type: 'AWS::Lambda::Function', physicalId: 'sample-dev-hello' });
    expect(resources.size).toBe(Object.keys((await import('./sample-template.json', { with: { type: 'json' } })).default.Resources).length);
    expect(aws.crashes).toEqual([]);
  });

  it('wires rule, machine, function and table as the template says', async () => {
    const { aws, clock } = await virtualEmulator();
    await aws.deploy(sample);
    const events = new EventBridgeClient(inProcess(aws));
    await events.send(new PutEventsCommand({ Entries: [{ Source: 'sample', DetailType: 'Thing', Detail: '{"n":1}' }] }));
    await clock.advance(10_000);
    const [execution] = aws.services.states.executions();
    expect(execution?.status).toBe('SUCCEEDED');
    expect(greetings(aws)).toEqual([expect.objectContaining({ source: 'sample', detail: { n: 1 } })]);
    expect(aws.crashes).toEqual([]);
  });

  it("runs schedules on the emulator's clock", async () => {
    const { aws, clock } = await virtualEmulator();
    await aws.deploy(sample);
    await clock.advance(11 * 60_000);
    expect(greetings(aws)).toHaveLength(2);
    expect(aws.crashes).toEqual([]);
  });

  it('refuses a folder that holds no package', async () => {
    const { aws } = await virtualEmulator();
    await expect(aws.deploy(packages)).rejects.toThrow(/holds no cloudformation-template-update-stack\.json; run "osls package" first/);
  });

  it('lets a function do what its role grants and nothing else', async () => {
    const greedy = await packagedSample(path.join(packages, 'greedy'), {
      hello: `
        import { DeleteItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
        const client = new DynamoDBClient({});
        export const handler = () => client.send(new DeleteItemCommand({ TableName: process.env.TABLE, Key: { pk: { S: 'x' } } }));`,
    });
    const { aws } = await virtualEmulator();
    await aws.deploy(greedy);
    const lambda = new LambdaClient(inProcess(aws));
    const answer = await lambda.send(new InvokeCommand({ FunctionName: 'sample-dev-hello' }));
    expect(answer.FunctionError).toBe('Unhandled');
    expect(JSON.parse(Buffer.from(answer.Payload ?? []).toString())).toMatchObject({
      errorType: 'AccessDeniedException',
      errorMessage: expect.stringContaining(
        'dynamodb:DeleteItem on resource: arn:aws:dynamodb:eu-west-1:000000000000:table/sample-dev-table',
      ) as unknown,
    });
  });
});

describe('startEmulator()', () => {
  it('writes the same trace for the same seed, byte for byte, and another for another', async () => {
    const run = async (seed: number) => {
      const { aws, clock, trace } = await virtualEmulator(seed);
      await aws.deploy(sample);
      const states = new SFNClient(inProcess(aws));
      await states.send(
        new StartExecutionCommand({ stateMachineArn: 'arn:aws:states:eu-west-1:000000000000:stateMachine:sample-machine', name: 'one', input: '{}' }),
      );
      await clock.advance(6 * 60_000);
      await aws.stop();
      expect(aws.crashes).toEqual([]);
      return trace.join('\n');
    };
    const first = await run(5);
    expect(await run(5)).toBe(first);
    expect(await run(6)).not.toBe(first);
    const kinds = new Set(first.split('\n').map((line) => (JSON.parse(line) as { kind: string }).kind));
    expect([...kinds]).toEqual(expect.arrayContaining(['wire', 'draw', 'lambda', 'state', 'event', 'log']));
  });

  it('serves the same package over HTTP on a scaled clock, and leaves nothing behind', async () => {
    const aws = await startEmulator({ clock: scaledClock(60, noon), seed: 1, port: 0 });
    emulator = aws;
    const { url } = aws;
    await aws.deploy(sample);
    const overHttp = { region, credentials: administratorKeys, maxAttempts: 1, ...(url !== undefined && { endpoint: url }) };
    const lambda = new LambdaClient(overHttp);
    const answer = await lambda.send(new InvokeCommand({ FunctionName: 'sample-dev-hello', Payload: Buffer.from('{"over":"http"}') }));
    expect(answer.FunctionError).toBeUndefined();
    const items = await new DynamoDBClient(overHttp).send(new ScanCommand({ TableName: 'sample-dev-table' }));
    expect(items.Items?.map((item) => item['event'])).toContainEqual({ S: '{"over":"http"}' });
    expect(existsSync(aws.kernel.dataFolder)).toBe(true);
    await Promise.all([aws.stop(), aws.stop()]);
    expect(existsSync(aws.kernel.dataFolder)).toBe(false);
    await expect(fetch(url ?? '')).rejects.toThrow();
    expect(aws.crashes).toEqual([]);
  });

  it("knows the account's administrator", async () => {
    const { aws } = await virtualEmulator();
    const who = await new STSClient(inProcess(aws)).send(new GetCallerIdentityCommand({}));
    expect(who.Account).toBe('000000000000');
  });
});
