import { describe, expect, it } from 'vitest';
import { machine, refusal, statesWorld, type World } from './states.ts';

const parks = (more: Record<string, unknown> = {}) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
  Arguments: { FunctionName: 'park', Payload: { token: '{% $states.context.Task.Token %}' } },
  End: true,
  ...more,
});

/** A machine parked on its token. */
async function parked(more: Record<string, unknown> = {}, states: Record<string, unknown> = {}) {
  const world = statesWorld({ 'lambda:Invoke:park': [{ payload: null }] });
  const executionArn = await world.start(machine({ T: parks(more), ...states }));
  return { world, executionArn, token: tokenOf(world) };
}

const tokenOf = (world: World, call = 0): string => {
  const payload = world.calls[call]?.input.Payload as { token: string } | undefined; // What `parks` sends.
  if (payload === undefined) throw new Error(`No call ${call}`);
  return payload.token;
};

const submitted = ['ExecutionStarted', 'TaskStateEntered', 'TaskScheduled', 'TaskStarted', 'TaskSubmitted'];

describe('a task that waits for its token', () => {
  it('goes on with the output it is sent', async () => {
    const { world, executionArn, token } = await parked();
    expect(world.openTokens()).toEqual([{ token, executionArn, stateName: 'T', openedAtMs: world.kernel.clock.now() }]);
    await world.kernel.clock.advance(86_400_000);
    await world.ask('SendTaskSuccess', { taskToken: token, output: '"done"' });
    await world.kernel.clock.settle();
    const events = await world.events(executionArn);
    expect(events.map(({ type }) => type)).toEqual([...submitted, 'TaskSucceeded', 'TaskStateExited', 'ExecutionSucceeded']);
    expect(events[2]?.taskScheduledEventDetails).toMatchObject({ resource: 'invoke.waitForTaskToken', resourceType: 'lambda' });
    expect(events[5]?.taskSucceededEventDetails).toEqual({
      output: '"done"',
      outputDetails: { truncated: false },
      resource: 'invoke.waitForTaskToken',
      resourceType: 'lambda',
    });
    expect(world.executions()[0]?.output).toBe('"done"');
    expect(world.openTokens()).toEqual([]);
  });

  it('fails as its worker says', async () => {
    const { world, executionArn, token } = await parked();
    await world.ask('SendTaskFailure', { taskToken: token, error: 'Failure error', cause: 'Failure cause' });
    await world.kernel.clock.settle();
    const events = await world.events(executionArn);
    expect(events.map(({ type }) => type)).toEqual([...submitted, 'TaskFailed', 'ExecutionFailed']);
    expect(events[6]?.executionFailedEventDetails).toEqual({ error: 'Failure error', cause: 'Failure cause' });
  });

  it('may be answered before the function that got the token has returned', async () => {
    const world = statesWorld({ 'lambda:Invoke:park': [{ payload: null, afterSeconds: 5 }] });
    await world.start(machine({ T: parks() }));
    await world.ask('SendTaskSuccess', { taskToken: tokenOf(world), output: '1' });
    await world.kernel.clock.advance(10_000);
    expect(world.executions()[0]).toMatchObject({ status: 'SUCCEEDED', output: '1' });
    expect(world.kernel.crashes).toEqual([]);
  });

  it('fails when the function does', async () => {
    const world = statesWorld({ 'lambda:Invoke:park': [{ functionError: { errorType: 'Boom', errorMessage: 'x' } }] });
    await world.start(machine({ T: parks() }));
    expect(world.executions()[0]).toMatchObject({ status: 'FAILED', error: 'Boom' });
    expect(world.openTokens()).toEqual([]);
  });

  it('times out, and its token answers so afterwards', async () => {
    const { world, executionArn, token } = await parked({ TimeoutSeconds: 5, HeartbeatSeconds: 4 });
    await world.kernel.clock.advance(3_000);
    await world.ask('SendTaskHeartbeat', { taskToken: token });
    await world.kernel.clock.advance(2_000);
    const events = await world.events(executionArn);
    expect(events.map(({ type }) => type)).toEqual([...submitted, 'TaskTimedOut', 'ExecutionFailed']);
    expect(events[2]?.taskScheduledEventDetails).toMatchObject({ timeoutInSeconds: 5, heartbeatInSeconds: 4 });
    expect(events[5]?.taskTimedOutEventDetails).toEqual({ error: 'States.Timeout', resource: 'invoke.waitForTaskToken', resourceType: 'lambda' });
    for (const [operation, input] of [
      ['SendTaskSuccess', { output: '1' }],
      ['SendTaskFailure', {}],
      ['SendTaskHeartbeat', {}],
    ] as const) {
      expect(await refusal(world.ask(operation, { taskToken: token, ...input }))).toEqual({
        code: 'TaskTimedOut',
        message: "Task Timed Out: 'Provided task does not exist anymore'",
      });
    }
  });

  it('lives as long as it beats', async () => {
    const { world, token } = await parked({ HeartbeatSeconds: 10 });
    for (let beat = 0; beat < 5; beat++) {
      await world.kernel.clock.advance(9_000);
      await world.ask('SendTaskHeartbeat', { taskToken: token });
    }
    expect(world.openExecutions()).toBe(1);
    await world.kernel.clock.advance(10_000);
    expect(world.executions()[0]).toMatchObject({
      status: 'FAILED',
      error: 'States.Timeout',
      cause: undefined,
      stoppedAtMs: Date.parse('2026-11-22T10:00:55Z'),
    });
  });

  it.each(['States.HeartbeatTimeout', 'States.Timeout', 'States.ALL'])('a missed heartbeat is caught as %s', async (name) => {
    const catches = { HeartbeatSeconds: 10, Catch: [{ ErrorEquals: [name], Next: 'C' }] };
    const { world } = await parked(catches, { C: { Type: 'Succeed', Output: '{% $states.input %}' } });
    await world.kernel.clock.advance(10_000);
    expect(world.executions()[0]?.output).toBe('{"Error":"States.Timeout","Cause":""}');
  });

  it('gets a new token for each retry', async () => {
    const { world, token } = await parked({ Retry: [{ ErrorEquals: ['Again'], IntervalSeconds: 1 }] });
    await world.ask('SendTaskFailure', { taskToken: token, error: 'Again' });
    await world.kernel.clock.advance(1_000);
    const second = tokenOf(world, 1);
    expect(second).not.toBe(token);
    expect((await refusal(world.ask('SendTaskSuccess', { taskToken: token, output: '1' }))).code).toBe('TaskTimedOut');
    await world.ask('SendTaskSuccess', { taskToken: second, output: '2' });
    await world.kernel.clock.settle();
    expect(world.executions()[0]?.output).toBe('2');
  });

  it('takes an answer once', async () => {
    const { world, token } = await parked();
    await world.ask('SendTaskSuccess', { taskToken: token, output: '1' });
    expect((await refusal(world.ask('SendTaskFailure', { taskToken: token }))).code).toBe('TaskTimedOut');
    await world.kernel.clock.settle();
    expect(world.executions()[0]?.status).toBe('SUCCEEDED');
  });

  it('no longer waits once its execution was stopped or timed out', async () => {
    const { world, executionArn, token } = await parked();
    await world.ask('StopExecution', { executionArn });
    expect(world.openTokens()).toEqual([]);
    expect((await refusal(world.ask('SendTaskSuccess', { taskToken: token, output: '1' }))).code).toBe('TaskTimedOut');
  });

  it('refuses what is no token, what nobody waits for, and what is no JSON', async () => {
    const { world, token } = await parked();
    const send = (taskToken: string, output = '1') => refusal(world.ask('SendTaskSuccess', { taskToken, output }));
    expect(await send('nonsense')).toEqual({ code: 'InvalidToken', message: "Invalid Token: 'Invalid token'" });
    expect((await send(`${token.slice(0, -4)}AAAA`)).code).toBe('TaskDoesNotExist');
    expect((await send(token, 'not json')).code).toBe('InvalidOutput');
    expect((await send(token, JSON.stringify('x'.repeat(262_144)))).code).toBe('ValidationException');
    expect(world.openExecutions()).toBe(1);
  });
});
