import { describe, expect, it } from 'vitest';
import { machine, machineArn, refusal, roleArn, statesWorld } from './states.ts';

const waits = machine({ W: { Type: 'Wait', Seconds: 60, End: true } });

async function withMachine() {
  const world = statesWorld();
  await world.ask('CreateStateMachine', { name: 'm', roleArn, definition: JSON.stringify(waits) });
  const begin = (input: Record<string, unknown>) =>
    world.ask<{ executionArn: string; startDate: Date }>('StartExecution', { stateMachineArn: machineArn, ...input });
  return { world, begin };
}

describe('StartExecution', () => {
  it('answers a second start of the same name and input as it answered the first, while that runs', async () => {
    const { world, begin } = await withMachine();
    const first = await begin({ name: 'a', input: '{"n":1}' });
    await world.kernel.clock.advance(10_000);
    expect(await begin({ name: 'a', input: '{"n":1}' })).toEqual(first);
    expect(world.executions()).toHaveLength(1);
  });

  it('refuses a taken name with another input', async () => {
    const { begin } = await withMachine();
    await begin({ name: 'a', input: '{"n":1}' });
    expect(await refusal(begin({ name: 'a', input: '{"n":2}' }))).toEqual({
      code: 'ExecutionAlreadyExists',
      message: "Execution Already Exists: 'arn:aws:states:eu-west-1:000000000000:execution:m:a'",
    });
  });

  it('refuses the name of a closed execution for 90 days', async () => {
    const { world, begin } = await withMachine();
    await begin({ name: 'a' });
    await world.kernel.clock.advance(60_000);
    expect(world.openExecutions()).toBe(0);
    expect((await refusal(begin({ name: 'a' }))).code).toBe('ExecutionAlreadyExists');
    await world.kernel.clock.advance(90 * 86_400_000);
    await begin({ name: 'a' });
    expect(world.openExecutions()).toBe(1);
  });

  it.each([' ', 'a b', 'a/b', 'a:b', 'a*', 'a{b}', 'a\u0007'])('refuses the name %j', async (name) => {
    const { begin } = await withMachine();
    expect(await refusal(begin({ name }))).toEqual({ code: 'InvalidName', message: `Invalid Name: '${name}'` });
  });

  it.each([
    ['not some json', "Unrecognized token 'not': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')"],
    ["{'a': 1}", "Unexpected character (''' (code 39)): was expecting double-quote to start field name"],
    ['', 'Invalid execution input.'],
  ])('refuses the input %j in the words recorded on AWS', async (input, words) => {
    const { begin } = await withMachine();
    expect(await refusal(begin({ input }))).toEqual({ code: 'InvalidExecutionInput', message: `Invalid State Machine Execution Input: '${words}'` });
  });

  it.each(['2', '"text"', 'null'])('takes the input %s, which is JSON', async (input) => {
    const { begin } = await withMachine();
    expect((await begin({ input })).executionArn).toContain(':execution:m:');
  });

  it('counts bytes, not characters, of an input', async () => {
    const { begin } = await withMachine();
    expect(await refusal(begin({ input: JSON.stringify('é'.repeat(131_072)) }))).toEqual({
      code: 'ValidationException',
      message:
        "1 validation error detected: Value at 'input' failed to satisfy constraint: Member must have size less than or equal to 262144 bytes in UTF-8 encoding",
    });
    expect((await begin({ input: JSON.stringify('e'.repeat(262_142)) })).executionArn).toContain('m:');
  });

  it('looks at the ARN first, then for the machine, then at name and input', async () => {
    const { begin } = await withMachine();
    expect((await refusal(begin({ stateMachineArn: 'nonsense', name: 'a b' }))).message).toBe("Invalid Arn: 'Invalid ARN prefix: nonsense'");
    expect((await refusal(begin({ stateMachineArn: `${machineArn}2`, name: 'a b', input: 'x' }))).message).toBe(
      `State Machine Does Not Exist: '${machineArn}2'`,
    );
    expect((await refusal(begin({ name: 'a b', input: 'x' }))).code).toBe('InvalidName');
  });

  it('tells the bus that an execution runs, then how it ended', async () => {
    const { world, begin } = await withMachine();
    await begin({ name: 'a', input: '{"n":1}' });
    await world.kernel.clock.advance(60_000);
    const executionArn = 'arn:aws:states:eu-west-1:000000000000:execution:m:a';
    const common = {
      executionArn,
      stateMachineArn: machineArn,
      name: 'a',
      startDate: 1795341600000,
      input: '{"n":1}',
      inputDetails: { included: true },
      error: null,
      cause: null,
      stateMachineVersionArn: null,
      stateMachineAliasArn: null,
      redriveCount: 0,
      redriveDate: null,
      redriveStatus: 'NOT_REDRIVABLE',
    };
    expect(world.kernel.events).toEqual([
      {
        source: 'aws.states',
        detailType: 'Step Functions Execution Status Change',
        resources: [executionArn],
        detail: {
          ...common,
          status: 'RUNNING',
          stopDate: null,
          output: null,
          outputDetails: null,
          redriveStatusReason: 'Execution is RUNNING and cannot be redriven',
        },
      },
      {
        source: 'aws.states',
        detailType: 'Step Functions Execution Status Change',
        resources: [executionArn],
        detail: {
          ...common,
          status: 'SUCCEEDED',
          stopDate: 1795341660000,
          output: '{"n":1}',
          outputDetails: { included: true },
          redriveStatusReason: 'Execution is SUCCEEDED and cannot be redriven',
        },
      },
    ]);
  });

  it('leaves payloads above 248 KiB out of the events', async () => {
    const { world, begin } = await withMachine();
    await begin({ input: JSON.stringify('x'.repeat(255_000)) });
    expect(world.kernel.events[0]?.detail).toMatchObject({ input: null, inputDetails: { included: false } });
  });
});
