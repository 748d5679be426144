import { CloudWatchClient, PutMetricAlarmCommand, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import { CreateTableCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { CreateFunctionCommand, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { CreateStateMachineCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { afterEach, describe, expect, it } from 'vitest';
import { createAccidents } from '../../src/emulator/accidents.ts';
import { scaledClock, type VirtualClock, virtualClock } from '../../src/emulator/clock.ts';
import { administratorKeys, type Emulator, type EmulatorOptions, startEmulator } from '../../src/emulator/emulator.ts';
import { createFaults, type FaultName, type FaultRates, faultNames, parseFaults } from '../../src/emulator/faults.ts';
import type { ServiceEvent } from '../../src/emulator/kernel.ts';
import { seededRandom } from '../../src/emulator/random.ts';
import { silentTrace } from '../../src/emulator/trace.ts';
import { administrator } from './kernel.ts';
import { zipFiles } from './lambda/cloud.ts';
import { noon, region, stoppedAfterwards } from './running.ts';
import { minutes, virtualWorld } from './sagemaker/fixture.ts';

interface TraceLine {
  readonly kind: string;
  readonly fault?: string;
  readonly operation?: string;
  readonly error?: unknown;
  readonly answerLost?: boolean;
}

interface Faulty {
  readonly aws: Emulator;
  readonly clock: VirtualClock;
  readonly lines: TraceLine[];
  /** Settings of a client that signs as the role `worker`, and makes one attempt. */
  readonly asWorker: object;
  readonly asAdministrator: object;
}

async function faulty(rates: FaultRates, more: Pick<NonNullable<EmulatorOptions['faults']>, 'crash'> = {}): Promise<Faulty> {
  const clock = virtualClock(noon);
  const lines: TraceLine[] = [];
  const aws = stoppedAfterwards(
    await startEmulator({ clock, seed: 3, region, faults: { rates, ...more }, trace: (line) => lines.push(JSON.parse(line) as TraceLine) }),
  );
  const arn = 'arn:aws:iam::000000000000:role/worker';
  const trusted = ['lambda.amazonaws.com', 'states.amazonaws.com'];
  aws.identities.createRole({
    arn,
    trust: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { Service: trusted }, Action: 'sts:AssumeRole' }] },
    policies: [{ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] }],
  });
  const settings = (credentials: object) => ({ region, credentials, maxAttempts: 1, requestHandler: aws.requestHandler });
  return { aws, clock, lines, asWorker: settings(aws.identities.accessKeyFor(arn)), asAdministrator: settings(administratorKeys) };
}

const makeTable = (world: Faulty) =>
  new DynamoDBClient(world.asAdministrator).send(
    new CreateTableCommand({
      TableName: 'notes',
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    }),
  );
const put = (settings: object, pk: string) => new DynamoDBClient(settings).send(new PutItemCommand({ TableName: 'notes', Item: { pk: { S: pk } } }));
const notesOf = ({ aws }: Faulty) => aws.services.dynamodb.tables.items('notes').map((item) => item['pk']?.S);
const nameOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'answered',
    (error: unknown) => (error as Error).name,
  );

describe('parseFaults()', () => {
  it('reads names and rates, none and all', () => {
    expect(parseFaults('throttle=0.25, event-lost=1')).toEqual({ throttle: 0.25, 'event-lost': 1 });
    expect(parseFaults('none')).toEqual({});
    expect(Object.keys(parseFaults('all'))).toEqual([...faultNames]);
  });
  it.each([
    ['thrttle=0.1', /no fault "thrttle": known are throttle,/],
    ['throttle', /write all, none, or name=rate/],
    ['throttle=', /write all, none, or name=rate/],
    ['throttle=often', /rate of fault "throttle" is "often"/],
    ['throttle=1.5', /is 1.5, expected a number of 0 to 1/],
    ['throttle=0.1,throttle=0.2', /given twice/],
  ])('refuses %s', (text, words) => {
    expect(() => parseFaults(text)).toThrow(words);
  });
});

describe('faults of calls', () => {
  it('throttle refuses a role without effect, and the administrator never', async () => {
    const world = await faulty({ throttle: 1 });
    await makeTable(world);
    expect(await nameOf(put(world.asWorker, 'theirs'))).toBe('ThrottlingException');
    expect(await nameOf(put(world.asAdministrator, 'ours'))).toBe('answered');
    expect(notesOf(world)).toEqual(['ours']);
    expect(world.aws.faults.counts()).toEqual({ throttle: 1 });
    expect(world.lines.filter((line) => line.kind === 'fault')).toEqual([expect.objectContaining({ fault: 'throttle', operation: 'PutItem' })]);
  });

  it('timeout-before has no effect, timeout-after has; either way the caller learns nothing', async () => {
    const before = await faulty({ 'timeout-before': 1 });
    const after = await faulty({ 'timeout-after': 1 });
    await makeTable(before);
    await makeTable(after);
    const told = new Set<string>();
    for (let note = 0; note < 8; note++) {
      told.add(await nameOf(put(before.asWorker, `note ${note}`)));
      told.add(await nameOf(put(after.asWorker, `note ${note}`)));
    }
    // Half of them are told 503, the others find their connection gone.
    expect([...told].sort()).toEqual(['ConnectionDropped', 'ServiceUnavailable']);
    expect(notesOf(before)).toEqual([]);
    expect(notesOf(after)).toHaveLength(8);
    const accepted = after.lines.filter((line) => line.operation === 'PutItem' && line.kind === 'wire');
    expect(accepted.every((line) => line.answerLost === true && line.error === undefined)).toBe(true);
  });

  it('heal() ends them all', async () => {
    const world = await faulty({ throttle: 1, 'timeout-before': 1 });
    await makeTable(world);
    world.aws.faults.heal();
    expect(await nameOf(put(world.asWorker, 'well'))).toBe('answered');
    expect(world.aws.faults.counts()).toEqual({});
    world.aws.faults.set('throttle', 1);
    expect(await nameOf(put(world.asWorker, 'again'))).toBe('ThrottlingException');
  });
});

describe('lambda-crash', () => {
  /** Tells each of its notes to nobody but the table's host: a call each, in order. */
  const source = `const http = require('node:http');
    const call = (path) => new Promise((done, failed) => {
      const request = http.request({ host: 'localhost', path, method: 'GET' }, (answer) => { answer.resume(); answer.on('end', done); });
      request.on('error', failed); request.end();
    });
    exports.handler = async () => { for (let n = 1; n <= 20; n++) await call('/call-' + n); return 'through'; };`;
  async function makeCaller(world: Awaited<ReturnType<typeof faulty>>): Promise<LambdaClient> {
    const client = new LambdaClient(world.asAdministrator);
    await client.send(
      new CreateFunctionCommand({
        FunctionName: 'caller',
        Handler: 'index.handler',
        Runtime: 'nodejs24.x',
        Role: 'arn:aws:iam::000000000000:role/worker',
        Code: { ZipFile: zipFiles({ 'index.js': source }) },
      }),
    );
    return client;
  }

  it('ends an invocation between two of its calls, with or without the effect of the last', async () => {
    const world = await faulty({ 'lambda-crash': 1 });
    const client = await makeCaller(world);
    const seen: string[] = [];
    world.aws.front.route('/call-', async (request) => {
      seen.push(request.path);
      return { status: 200, headers: {}, body: new Uint8Array() };
    });
    const effects = new Set<string>();
    for (let invocation = 1; invocation <= 12; invocation++) {
      seen.length = 0;
      world.lines.length = 0;
      const answer = await client.send(new InvokeCommand({ FunctionName: 'caller' }));
      expect(JSON.parse(Buffer.from(answer.Payload ?? []).toString())).toMatchObject({ errorType: 'Runtime.ExitError' });
      const died = world.lines.find((line) => line.kind === 'fault') as unknown as { call: number; effect: string };
      effects.add(died.effect);
      expect(seen).toHaveLength(died.effect === 'after' ? died.call : died.call - 1);
    }
    expect([...effects].sort()).toEqual(['after', 'before']);
    world.aws.faults.heal();
    expect((await client.send(new InvokeCommand({ FunctionName: 'caller' }))).FunctionError).toBeUndefined();
  });

  it('happens where somebody says so, who sees each call before it is made', async () => {
    const asked: string[] = [];
    const world = await faulty(
      {},
      {
        crash: (functionName) => ({
          at(call, { path }) {
            asked.push(`${functionName} ${call} ${path}`);
            return call === 3 ? 'before' : undefined;
          },
          answered: (call) => void asked.push(`${call} answered`),
          happens: (path) => void asked.push(`died at ${path}`),
        }),
      },
    );
    const client = await makeCaller(world);
    const seen: string[] = [];
    world.aws.front.route('/call-', async (request) => {
      seen.push(request.path);
      return { status: 200, headers: {}, body: new Uint8Array() };
    });
    await client.send(new InvokeCommand({ FunctionName: 'caller' }));
    expect(asked).toEqual(['caller 1 /call-1', '1 answered', 'caller 2 /call-2', '2 answered', 'caller 3 /call-3', 'died at /call-3']);
    expect(seen).toEqual(['/call-1', '/call-2']);
  });

  it('is refused where functions are threads', async () => {
    await expect(startEmulator({ clock: scaledClock(60), seed: 1, faults: { rates: { 'lambda-crash': 0.1 } } })).rejects.toThrow(/virtual clock/);
    await expect(startEmulator({ clock: scaledClock(60), seed: 1, faults: { crash: () => undefined } })).rejects.toThrow(/virtual clock/);
  });
});

describe('faults of events', () => {
  const always = (name: FaultName) => createFaults(seededRandom(1), silentTrace, { [name]: 1 });
  const event = (source: string) => ({ source, detailType: 'Something Happened', resources: [], detail: {} });

  it('best-effort events are lost, late and doubled; alarms are only doubled', () => {
    expect(always('event-lost').ofEvent(event('aws.sagemaker'))).toEqual({ drop: true });
    expect(always('event-lost').ofEvent(event('aws.cloudwatch'))).toEqual({});
    const { delayMs = 0 } = always('event-late').ofEvent(event('aws.ecr'));
    expect(delayMs).toBeGreaterThanOrEqual(1000);
    expect(delayMs).toBeLessThanOrEqual(600_000);
    expect(always('event-late').ofEvent(event('aws.cloudwatch'))).toEqual({});
    expect(always('event-duplicate').ofEvent(event('aws.cloudwatch'))).toEqual({ duplicate: true });
  });
});

describe('faults of endpoints', () => {
  it('update-reverted goes back without a word, update-failed with one', async () => {
    for (const [name, reason] of [
      ['update-reverted', undefined],
      ['update-failed', 'Request to service failed. If failure persists after retry, contact customer support.'],
    ] as const) {
      const faults = createFaults(seededRandom(1), silentTrace);
      const world = virtualWorld({ faults: { updateOutcome: faults.ofUpdate } });
      await world.configure('old', { main: { weight: 1 } });
      await world.configure('new', { main: { weight: 1 }, side: { weight: 1 } });
      await world.endpoint('shop', 'old');
      faults.set(name, 1);
      await world.call('UpdateEndpoint', { EndpointName: 'shop', EndpointConfigName: 'new' });
      await world.kernel.clock.advance(minutes(60));
      expect(await world.describe('shop')).toMatchObject({ EndpointStatus: 'InService', EndpointConfigName: 'old' });
      expect((await world.describe('shop')).FailureReason).toBe(reason);
      await world.call('UpdateEndpointWeightsAndCapacities', {
        EndpointName: 'shop',
        DesiredWeightsAndCapacities: [{ VariantName: 'main', DesiredWeight: 5 }],
      });
      await world.kernel.clock.advance(minutes(10));
      const variants = (await world.describe('shop')).ProductionVariants;
      expect(variants?.[0]).toMatchObject({ CurrentWeight: 1, DesiredWeight: 1 });
    }
  });

  it('metrics-missing keeps a minute of a variant from CloudWatch', async () => {
    const faults = createFaults(seededRandom(1), silentTrace);
    const world = virtualWorld({ faults: { metricsMissing: faults.ofMetrics } });
    await world.configure('one', { main: { weight: 1 } });
    world.sageMaker.setTraffic('shop', 10);
    await world.endpoint('shop', 'one');
    const published = () => world.kernel.calls.flatMap((call) => (call.input as { MetricData: unknown[] }).MetricData).length;
    await world.kernel.clock.advance(minutes(10));
    const before = published();
    expect(before).toBeGreaterThan(0);
    faults.set('metrics-missing', 1);
    await world.kernel.clock.advance(minutes(10));
    expect(published()).toBe(before);
    expect(faults.counts()['metrics-missing']).toBeGreaterThanOrEqual(9);
  });

  it('no-capacity strikes changes that need instances', () => {
    const faults = createFaults(seededRandom(1), silentTrace, { 'no-capacity': 1 });
    expect(faults.ofUpdate('shop', 'config')).toBe('no-capacity');
    // Weights need no instances.
    expect(faults.ofUpdate('shop', 'weights')).toBe('ok');
  });
});

describe('accidents', () => {
  afterEach(() => expect.hasAssertions());

  it('alarm-flap: an alarm that is OK goes ALARM and back, and its events are delivered', async () => {
    const world = await faulty({ 'alarm-flap': 1, 'event-lost': 1 });
    const client = new CloudWatchClient(world.asAdministrator);
    await client.send(
      new PutMetricAlarmCommand({
        AlarmName: 'complaints',
        Namespace: 'Shop',
        MetricName: 'Complaints',
        Statistic: 'Sum',
        Period: 60,
        EvaluationPeriods: 1,
        Threshold: 5,
        ComparisonOperator: 'GreaterThanThreshold',
        TreatMissingData: 'ignore',
      }),
    );
    await world.clock.advance(minutes(5));
    // It has never been OK: there is nothing to flap from.
    expect(world.aws.faults.counts()['alarm-flap']).toBeUndefined();
    await client.send(new SetAlarmStateCommand({ AlarmName: 'complaints', StateValue: 'OK', StateReason: 'all is well' }));
    await world.clock.advance(minutes(3));
    world.aws.faults.heal();
    await world.clock.advance(minutes(3));
    const states = world.aws.services.events.events().flatMap(({ event, fate }) => {
      const { state } = event.detail as { state?: { value: string } };
      return event['detail-type'] === 'CloudWatch Alarm State Change' && state ? [`${state.value} ${fate}`] : [];
    });
    expect(states.slice(0, 3)).toEqual(['OK routed', 'ALARM routed', 'OK routed']);
    expect(world.aws.services.cloudwatch.alarms()[0]?.state).toBe('OK');
  });

  it('system-updating: an endpoint at rest takes no calls for some minutes, and serves on', async () => {
    const faults = createFaults(seededRandom(1), silentTrace, { 'system-updating': 1 });
    let told: (event: ServiceEvent) => void = () => {};
    const world = virtualWorld({ cloud: { publish: (event) => told(event) } });
    told = createAccidents(world.kernel, {
      faults,
      administrator,
      sagemaker: world.sageMaker,
      cloudwatch: { alarms: () => [] },
      states: { executions: () => [] },
    });
    await world.configure('one', { main: { weight: 1 } });
    await world.endpoint('shop', 'one');
    const busy = () => world.sageMaker.endpoints()[0]?.status === 'SystemUpdating';
    expect(await world.kernel.clock.runUntil(busy, noon + minutes(60 * 24))).toBe(true);
    expect(world.sageMaker.endpoints()[0]?.fleet.serving).toBe(true);
    faults.heal();
    await world.kernel.clock.advance(minutes(60));
    expect(world.sageMaker.endpoints()[0]?.status).toBe('InService');
  });

  it('execution-stopped: a running execution ends ABORTED, one that ended stays as it is', async () => {
    const world = await faulty({ 'execution-stopped': 1 });
    const client = new SFNClient(world.asAdministrator);
    const machine = async (name: string, seconds: number) => {
      const definition = { QueryLanguage: 'JSONata', StartAt: 'Wait', States: { Wait: { Type: 'Wait', Seconds: seconds, End: true } } };
      const { stateMachineArn } = await client.send(
        new CreateStateMachineCommand({ name, definition: JSON.stringify(definition), roleArn: 'arn:aws:iam::000000000000:role/worker' }),
      );
      await client.send(new StartExecutionCommand({ stateMachineArn, name: 'one' }));
    };
    await machine('long', 86_400);
    await machine('short', 1);
    await world.clock.advance(minutes(3 * 60));
    expect(world.aws.services.states.executions().map(({ status }) => status)).toEqual(['ABORTED', 'SUCCEEDED']);
    expect(world.aws.faults.counts()).toEqual({ 'execution-stopped': 1 });
  });
});

it('the same seed draws the same faults, another seed others', async () => {
  const run = async (seed: number) => {
    const faults = createFaults(seededRandom(seed), silentTrace, parseFaults('all'));
    return Array.from({ length: 50 }, () => JSON.stringify(faults.ofEvent({ source: 'aws.ecr', detailType: 'x', resources: [], detail: {} }))).join();
  };
  expect(await run(1)).toBe(await run(1));
  expect(await run(1)).not.toBe(await run(2));
});
