import { existsSync } from 'node:fs';
import path from 'node:path';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { beforeAll, describe, expect, it } from 'vitest';
import { scaledClock } from '../../src/emulator/clock.ts';
import { administratorKeys, startEmulator } from '../../src/emulator/emulator.ts';
import { inProcess, noon, packagesFolder, region, stoppedAfterwards, virtualEmulator } from './running.ts';
import { packagedSample } from './sample.ts';

const packages = packagesFolder();
let sample: string;
beforeAll(async () => {
  sample = await packagedSample(path.join(packages, 'sample'));
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
    const aws = stoppedAfterwards(await startEmulator({ clock: scaledClock(60, noon), seed: 1, port: 0 }));
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
