import { CreateFunctionCommand, InvokeCommand, type Runtime } from '@aws-sdk/client-lambda';
import { afterEach, describe, expect, it } from 'vitest';
import { type Clock, scaledClock, virtualClock } from '../../../src/emulator/clock.ts';
import { anyLogs, type LambdaCloud, lambdaCloud, zipFiles, zipOf } from './cloud.ts';

const noon = Date.parse('2026-11-22T12:00:00Z');
let cloud: LambdaCloud;
afterEach(() => cloud.stop());

/** Both ways a function may run: in this process under the virtual clock, and as a worker over HTTP. */
const ways: { way: string; clock: () => Clock; http: boolean }[] = [
  { way: 'virtual clock, in-process', clock: () => virtualClock(noon), http: false },
  { way: '60x clock, a worker over HTTP', clock: () => scaledClock(60, noon), http: true },
];

async function create(
  name: string,
  zip: Uint8Array,
  settings: { Role?: string; Runtime?: Runtime; Timeout?: number; Variables?: Record<string, string> } = {},
) {
  const { Variables = {}, ...rest } = settings;
  await cloud.client.send(
    new CreateFunctionCommand({
      FunctionName: name,
      Handler: 'functions/index.handler',
      Runtime: 'nodejs24.x',
      Role: settings.Role ?? cloud.role(`${name}-role`),
      Code: { ZipFile: zip },
      Environment: { Variables },
      ...rest,
    }),
  );
}

async function call(name: string, event: unknown = {}): Promise<{ answer: unknown; error: string | undefined }> {
  const sent = cloud.client.send(new InvokeCommand({ FunctionName: name, Payload: Buffer.from(JSON.stringify(event)) }));
  const output = await driven(sent);
  return { answer: JSON.parse(Buffer.from(output.Payload ?? []).toString()), error: output.FunctionError };
}

/** Lets virtual time pass until `promise` settles. */
async function driven<T>(promise: Promise<T>): Promise<T> {
  const { clock } = cloud.kernel;
  if (clock.kind !== 'virtual') return await promise;
  let over = false;
  const settled = promise.finally(() => {
    over = true;
  });
  settled.catch(() => {});
  // A virtual clock, by its kind.
  await (clock as ReturnType<typeof virtualClock>).runUntil(() => over, clock.now() + 3_600_000);
  return await settled;
}

describe.each(ways)('Invoke ($way)', ({ clock, http }) => {
  it('answers what the handler returns, and keeps module state in the environment', async () => {
    cloud = await lambdaCloud({ clock: clock(), http });
    await create('counter', zipFiles({ 'functions/index.js': 'let n = 0; exports.handler = async (event) => ({ n: ++n, got: event.word });' }));
    expect(await call('counter', { word: 'a' })).toEqual({ answer: { n: 1, got: 'a' }, error: undefined });
    expect(await call('counter', { word: 'b' })).toEqual({ answer: { n: 2, got: 'b' }, error: undefined });
  });

  it('gives the function its own process.env, context and the emulated time', async () => {
    cloud = await lambdaCloud({ clock: clock(), http });
    const source = `exports.handler = async (event, context) => ({
      env: process.env, name: context.functionName, memory: context.memoryLimitInMB, arn: context.invokedFunctionArn,
      requestId: context.awsRequestId, group: context.logGroupName, left: context.getRemainingTimeInMillis(), year: new Date().toISOString().slice(0, 10),
      now: Date.now(), isDate: new Date() instanceof Date });`;
    await create('facts', zipFiles({ 'functions/index.js': source }), { Variables: { TABLE: 'things' }, Timeout: 7 });
    const { answer } = await call('facts');
    const facts = answer as Record<string, unknown> & { env: Record<string, string> };
    expect(facts.env).toMatchObject({
      TABLE: 'things',
      AWS_REGION: 'eu-west-1',
      AWS_DEFAULT_REGION: 'eu-west-1',
      _HANDLER: 'functions/index.handler',
      AWS_LAMBDA_FUNCTION_NAME: 'facts',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
      AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/facts',
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      AWS_ACCESS_KEY_ID: cloud.identities.accessKeyFor('arn:aws:iam::000000000000:role/facts-role').accessKeyId,
      TZ: ':UTC',
    });
    // Nothing of this process leaks in.
    expect(Object.keys(facts.env)).not.toContain('VITEST');
    expect(facts).toMatchObject({
      name: 'facts',
      memory: '128',
      arn: 'arn:aws:lambda:eu-west-1:000000000000:function:facts',
      group: '/aws/lambda/facts',
      year: '2026-11-22',
      isDate: true,
    });
    expect(facts['requestId']).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/);
    expect(facts['left']).toBeGreaterThan(6000);
    expect(facts['left']).toBeLessThanOrEqual(7000);
    expect(Math.abs(Number(facts['now']) - cloud.kernel.clock.now())).toBeLessThan(3_600_000);
  });

  it("lets an unmodified SDK client call the emulator as the function's role, and no more than the role may", async () => {
    cloud = await lambdaCloud({ clock: clock(), http });
    const source = `
      import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
      const client = new LambdaClient({ maxAttempts: 1 });
      export const handler = async (event: { target: string }) => {
        const answer = await client.send(new InvokeCommand({ FunctionName: event.target, Payload: JSON.stringify({ from: 'caller' }) }));
        return JSON.parse(Buffer.from(answer.Payload ?? []).toString());
      };`;
    const role = cloud.role('caller-role', [
      anyLogs,
      { Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: 'arn:aws:lambda:*:*:function:echo' },
    ]);
    await create('caller', await zipOf(source, { dynamicImport: true }), { Role: role, Timeout: 30 });
    const echo = zipFiles({ 'functions/index.js': 'exports.handler = async (event) => ({ echoed: event });' });
    await create('echo', echo);
    await create('secret', echo);
    expect(await call('caller', { target: 'echo' })).toEqual({ answer: { echoed: { from: 'caller' } }, error: undefined });
    const refused = await call('caller', { target: 'secret' });
    expect(refused.error).toBe('Unhandled');
    expect(refused.answer).toMatchObject({
      errorType: 'AccessDeniedException',
      errorMessage: expect.stringContaining(
        'is not authorized to perform: lambda:InvokeFunction on resource: arn:aws:lambda:eu-west-1:000000000000:function:secret',
      ) as unknown,
    });
  });

  it('answers 200 with FunctionError and {errorType, errorMessage, trace} when the handler throws, and keeps the environment', async () => {
    cloud = await lambdaCloud({ clock: clock(), http });
    const source = `let n = 0; class EndpointBusy extends Error { name = 'EndpointBusy' }
      exports.handler = async () => { if (n++ === 0) throw new EndpointBusy('the endpoint is updating'); return n; };`;
    await create('thrower', zipFiles({ 'functions/index.js': source }));
    const first = await call('thrower');
    expect(first.error).toBe('Unhandled');
    expect(first.answer).toMatchObject({ errorType: 'EndpointBusy', errorMessage: 'the endpoint is updating' });
    const { trace } = first.answer as { trace: string[] };
    expect(trace[0]).toBe('EndpointBusy: the endpoint is updating');
    expect(trace[1]).toContain('/var/task/functions/index.js:2');
    // Nothing of the machine that emulates it.
    expect(trace.slice(1).filter((frame) => !/\/var\/task\/|node:/.test(frame))).toEqual([]);
    expect((await call('thrower')).answer).toBe(2);
  });

  it('ends a function that is out of time, and starts a new environment for the next', async () => {
    cloud = await lambdaCloud({ clock: clock(), http });
    const source =
      'let n = 0; exports.handler = async (event) => { n++; if (event.hang) await new Promise((done) => setTimeout(done, 3_600_000)); return n; };';
    await create('slow', zipFiles({ 'functions/index.js': source }), { Timeout: 1 });
    const { answer, error } = await call('slow', { hang: true });
    expect(error).toBe('Unhandled');
    expect(answer).toEqual({
      errorType: 'Sandbox.Timedout',
      errorMessage: expect.stringMatching(/^2026-11-22T\d\d:\d\d:\d\d\.\d{3}Z [0-9a-f-]{36} Task timed out after 1\.00 seconds$/) as unknown,
    });
    expect((await call('slow')).answer).toBe(1);
  });

  it('ends a function whose timer throws, with the error', async () => {
    cloud = await lambdaCloud({ clock: clock(), http });
    const source = "exports.handler = () => new Promise(() => setTimeout(() => { throw new RangeError('late'); }, 10));";
    await create('late', zipFiles({ 'functions/index.js': source }));
    expect((await call('late')).answer).toMatchObject({ errorType: 'RangeError', errorMessage: 'late' });
    expect(cloud.logs.some(({ line }) => line.message.includes('Uncaught Exception'))).toBe(true);
  });

  it('answers Runtime.ExitError when the process ends', async () => {
    cloud = await lambdaCloud({ clock: clock(), http });
    await create('quitter', zipFiles({ 'functions/index.js': 'exports.handler = async () => { process.exit(3); };' }));
    const { answer, error } = await call('quitter');
    expect(error).toBe('Unhandled');
    expect(answer).toEqual({
      errorType: 'Runtime.ExitError',
      errorMessage: expect.stringMatching(/^RequestId: \S+ Error: Runtime exited with error: exit status 3$/) as unknown,
    });
  });

  it.each([
    ['Runtime.ImportModuleError', { 'functions/other.js': '' }, 'Error: Cannot find module'],
    ['Runtime.HandlerNotFound', { 'functions/index.js': 'exports.other = 1;' }, 'functions/index.handler is undefined or not exported'],
    ['Runtime.UserCodeSyntaxError', { 'functions/index.js': 'exports.handler = async ( => {};' }, 'SyntaxError'],
    ['TypeError', { 'functions/index.js': 'undefined.x; exports.handler = async () => 1;' }, 'Cannot read properties of undefined'],
    [
      'Runtime.CallbackHandlerDeprecated',
      { 'functions/index.js': 'exports.handler = (event, context, callback) => callback(null, 1);' },
      'callback-based',
    ],
  ])('answers %s for a module that cannot be loaded so', async (errorType, files, message) => {
    cloud = await lambdaCloud({ clock: clock(), http });
    await create('broken', zipFiles(files));
    const { answer, error } = await call('broken');
    expect(error).toBe('Unhandled');
    expect(answer).toMatchObject({ errorType, errorMessage: expect.stringContaining(message) as unknown });
  });

  it('takes callback handlers on nodejs22.x', async () => {
    cloud = await lambdaCloud({ clock: clock(), http });
    await create(
      'older',
      zipFiles({
        'functions/index.js': 'exports.handler = (event, context, callback) => setTimeout(() => callback(null, typeof context.done), 10);',
      }),
      {
        Runtime: 'nodejs22.x',
      },
    );
    expect((await call('older')).answer).toBe('function');
  });

  it("logs START, what the function writes, END and REPORT under the function's log group", async () => {
    cloud = await lambdaCloud({ clock: clock(), http });
    await create(
      'writer',
      zipFiles({ 'functions/index.js': "exports.handler = async () => { console.log('two', 2); process.stdout.write('{\"raw\":true}\\n'); };" }),
    );
    await call('writer');
    const lines = cloud.logs.map(({ line }) => line.message);
    expect(lines).toHaveLength(5);
    expect(lines[0]).toMatch(/^START RequestId: \S+ Version: \$LATEST$/);
    expect(lines[1]).toMatch(/^2026-11-22T\S+Z\t\S+\tINFO\ttwo 2$/);
    expect(lines[2]).toBe('{"raw":true}');
    expect(lines[3]).toMatch(/^END RequestId: /);
    expect(lines[4]).toMatch(/^REPORT RequestId: \S+\tDuration: [\d.]+ ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB$/);
    expect(cloud.logs[0]?.group).toBe('/aws/lambda/writer');
    expect(cloud.logs[0]?.stream).toMatch(/^2026\/11\/22\/\[\$LATEST\][0-9a-f]{32}$/);
  });

  it('loses the log of a role that may not write it, as on AWS', async () => {
    cloud = await lambdaCloud({ clock: clock(), http });
    const mute = cloud.role('mute', [{ Effect: 'Allow', Action: 'dynamodb:GetItem', Resource: '*' }]);
    await create('writer', zipFiles({ 'functions/index.js': "exports.handler = async () => { console.log('unheard'); return 1; };" }), {
      Role: mute,
    });
    expect((await call('writer')).answer).toBe(1);
    expect(cloud.logs).toEqual([]);
  });

  it('runs more environments for calls at the same time', async () => {
    cloud = await lambdaCloud({ clock: clock(), http });
    await create(
      'busy',
      zipFiles({
        'functions/index.js':
          'let running = 0; exports.handler = async () => { running++; await new Promise((done) => setTimeout(done, 300)); return running--; };',
      }),
      { Timeout: 20 },
    );
    const [one, two] = await Promise.all([call('busy'), call('busy')]);
    expect([one?.answer, two?.answer]).toEqual([1, 1]);
  });
});
