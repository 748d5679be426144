import { CreateFunctionCommand, InvokeCommand } from '@aws-sdk/client-lambda';
import { afterEach, expect, it, vi } from 'vitest';
import { type VirtualClock, virtualClock } from '../../../src/emulator/clock.ts';
import { bindService, defineOperation } from '../../../src/emulator/operation.ts';
import { type LambdaCloud, lambdaCloud, zipFiles, zipOf } from './cloud.ts';

const noon = Date.parse('2026-11-22T12:00:00Z');
let cloud: LambdaCloud | undefined;
afterEach(() => cloud?.stop());

async function started(
  zip: Uint8Array,
  options: { seed?: number; timeoutSeconds?: number } = {},
): Promise<{ cloud: LambdaCloud; clock: VirtualClock }> {
  const clock = virtualClock(noon);
  const made = await lambdaCloud({ clock, ...(options.seed !== undefined && { seed: options.seed }) });
  cloud = made;
  await made.client.send(
    new CreateFunctionCommand({
      FunctionName: 'one',
      Handler: 'functions/index.handler',
      Runtime: 'nodejs24.x',
      Role: made.role('one'),
      Timeout: options.timeoutSeconds ?? 900,
      Code: { ZipFile: zip },
    }),
  );
  return { cloud: made, clock };
}

async function answer(from: LambdaCloud, clock: VirtualClock, event: unknown = {}): Promise<unknown> {
  let output: unknown;
  void from.client.send(new InvokeCommand({ FunctionName: 'one', Payload: Buffer.from(JSON.stringify(event)) })).then((sent) => {
    output = JSON.parse(Buffer.from(sent.Payload ?? []).toString());
  });
  await clock.runUntil(() => output !== undefined, clock.now() + 3_600_000);
  return output;
}

const wanderer = `
  import crypto, { randomBytes } from 'node:crypto';
  import { readFile } from 'node:fs/promises';
  import { gzip } from 'node:zlib';
  import { promisify } from 'node:util';
  import { setTimeout as sleep } from 'node:timers/promises';
  import { GetFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
  const client = new LambdaClient({ maxAttempts: 2 });
  export const handler = async () => {
    await sleep(1500);
    await new Promise((done) => setImmediate(done));
    await readFile('/no/such/file').catch((error) => console.log(error.code));
    const zipped = await promisify(gzip)(Buffer.from('x'.repeat(1000)));
    await client.send(new GetFunctionCommand({ FunctionName: 'one' })).catch((error) => console.log(error.name));
    return [Math.random(), crypto.randomUUID(), globalThis.crypto.randomUUID(), randomBytes(4).toString('hex'), Date.now(), performance.now(), process.hrtime()[0], zipped.length > 10, typeof fetch];
  };`;

it('the same seed gives the same trace, byte for byte, and another seed another', async () => {
  const zip = await zipOf(wanderer);
  const run = async (seed: number) => {
    const { cloud, clock } = await started(zip, { seed });
    const got = (await answer(cloud, clock)) as unknown[];
    await cloud.stop();
    return { got, trace: cloud.trace.join('\n') };
  };
  const first = await run(7);
  const second = await run(7);
  const other = await run(8);
  expect(second.trace).toBe(first.trace);
  expect(other.trace).not.toBe(first.trace);
  expect(first.trace.split('\n').length).toBeGreaterThan(20);
  // 1.5 s of emulator time passed, none of it on the wall; Lambda has no global fetch here.
  expect(first.got.slice(4)).toEqual([noon + 1500, 1500, 1, true, 'undefined']);
  expect(other.got[0]).not.toBe(first.got[0]);
});

it('time stands still while a function computes and passes while it sleeps', async () => {
  const { cloud, clock } = await started(
    zipFiles({
      'functions/index.js': `exports.handler = async (event) => {
        const from = Date.now();
        for (let i = 0; i < 2e6; i++) Math.sqrt(i);
        const computed = Date.now() - from;
        await new Promise((done) => setTimeout(done, 120_000));
        return { computed, slept: Date.now() - from };
      };`,
    }),
  );
  expect(await answer(cloud, clock)).toEqual({ computed: 0, slept: 120_000 });
});

it('a function that waits for the host is named when the clock cannot move', async () => {
  const { cloud, clock } = await started(zipFiles({ 'functions/index.js': 'exports.handler = () => new Promise(() => {});' }));
  void cloud.client.send(new InvokeCommand({ FunctionName: 'one' })).catch(() => {});
  // The clock gives a function twenty seconds of the wall; here they pass at once.
  const wall = performance.now();
  const passing = vi
    .spyOn(performance, 'now')
    .mockReturnValueOnce(wall)
    .mockReturnValue(wall + 21_000);
  await expect(clock.runUntil(() => false, noon + 1000)).rejects.toThrow(
    'The virtual clock cannot move: lambda one waits for something that is not the clock',
  );
  passing.mockRestore();
});

it("environments do not see each other's globals or this process", async () => {
  const { cloud, clock } = await started(
    zipFiles({
      'functions/index.js':
        'globalThis.mark = (globalThis.mark ?? 0) + 1; exports.handler = async () => [globalThis.mark, global.mark, typeof process.env.PATH, process.env.VITEST ?? null];',
    }),
  );
  expect(await answer(cloud, clock)).toEqual([1, 1, 'string', null]);
  expect((globalThis as { mark?: number }).mark).toBeUndefined();
});

it('a frozen environment does nothing between invocations', async () => {
  const { cloud, clock } = await started(
    zipFiles({ 'functions/index.js': 'let ticks = 0; exports.handler = async () => { setTimeout(() => ticks++, 1000); return ticks; };' }),
  );
  expect(await answer(cloud, clock)).toBe(0);
  await clock.advance(60_000);
  // The timer fell due long ago, but only the thaw lets it run: before the handler's next lines.
  expect(await answer(cloud, clock)).toBe(1);
});

it('modules of the package load each other, JSON too', async () => {
  const { cloud, clock } = await started(
    zipFiles({
      'functions/index.js':
        "const { word } = require('../lib/word'); const data = require('../data.json'); exports.handler = async () => [word, data.n, require('node:path').basename(__filename)];",
      'lib/word.js': "exports.word = 'hi';",
      'data.json': '{"n":3}',
    }),
  );
  expect(await answer(cloud, clock)).toEqual(['hi', 3, 'index.js']);
});

it('metrics in embedded format reach CloudWatch', async () => {
  const metrics: unknown[] = [];
  const putMetricData = defineOperation<undefined, unknown, object>({
    name: 'PutMetricData',
    access: () => [{ action: 'cloudwatch:PutMetricData', resource: '*' }],
    run: (input) => (metrics.push(input), {}),
  });
  const clock = virtualClock(noon);
  cloud = await lambdaCloud({ clock, services: [bindService('cloudwatch', undefined, [putMetricData])] });
  const line = {
    _aws: {
      Timestamp: noon,
      CloudWatchMetrics: [{ Namespace: 'App', Dimensions: [['service']], Metrics: [{ Name: 'Shifts', Unit: 'Count' }, { Name: 'Ms' }] }],
    },
    service: 'core',
    Shifts: 1,
    Ms: [4, 5],
  };
  await cloud.client.send(
    new CreateFunctionCommand({
      FunctionName: 'one',
      Handler: 'functions/index.handler',
      Runtime: 'nodejs24.x',
      Role: cloud.role('one'),
      Code: {
        ZipFile: zipFiles({
          'functions/index.js': `exports.handler = async () => process.stdout.write(${JSON.stringify(JSON.stringify(line))} + '\\n');`,
        }),
      },
    }),
  );
  await answer(cloud, clock);
  await clock.settle();
  const dimensions = [{ Name: 'service', Value: 'core' }];
  expect(metrics).toEqual([
    {
      Namespace: 'App',
      MetricData: [
        { MetricName: 'Shifts', Dimensions: dimensions, Timestamp: new Date(noon), Value: 1, Unit: 'Count' },
        { MetricName: 'Ms', Dimensions: dimensions, Timestamp: new Date(noon), Values: [4, 5], Unit: 'None' },
      ],
    },
  ]);
});
