import type { DescribeExecutionCommandOutput } from '@aws-sdk/client-sfn';
import { describe, expect, it } from 'vitest';
import { machine, refusal, statesWorld } from './states.ts';

const waits = machine({ W: { Type: 'Wait', Seconds: 60, Next: 'P' }, P: { Type: 'Pass', End: true } });

describe('StopExecution', () => {
  it('ends the history in ExecutionAborted with nothing in it', async () => {
    const world = statesWorld();
    const executionArn = await world.start(waits);
    await world.kernel.clock.advance(3_000);
    const answer = await world.ask('StopExecution', { executionArn });
    await world.kernel.clock.advance(100_000);
    expect(answer).toEqual({ stopDate: new Date('2026-11-22T10:00:03Z') });
    const events = await world.events(executionArn);
    expect(events.map(({ type }) => type)).toEqual(['ExecutionStarted', 'WaitStateEntered', 'ExecutionAborted']);
    expect(events[2]).toMatchObject({ previousEventId: 0, executionAbortedEventDetails: {} });
    expect(world.kernel.crashes).toEqual([]);
  });

  it('keeps the error and cause it is given', async () => {
    const world = statesWorld();
    const executionArn = await world.start(waits);
    await world.ask('StopExecution', { executionArn, error: 'Manual', cause: 'probe' });
    const described = await world.ask<DescribeExecutionCommandOutput>('DescribeExecution', { executionArn });
    expect(described).toMatchObject({ status: 'ABORTED', error: 'Manual', cause: 'probe', redriveStatus: 'REDRIVABLE' });
    expect('output' in described).toBe(false);
    expect(world.kernel.events.at(-1)?.detail).toMatchObject({ status: 'ABORTED', error: 'Manual', cause: 'probe' });
  });

  it('discards what a running task answers afterwards', async () => {
    const world = statesWorld({ 'lambda:Invoke:f': [{ payload: 1, afterSeconds: 30 }] });
    const task = { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', Arguments: { FunctionName: 'f' }, End: true };
    const executionArn = await world.start(machine({ T: task }));
    await world.ask('StopExecution', { executionArn });
    await world.kernel.clock.advance(60_000);
    expect((await world.events(executionArn)).at(-1)?.type).toBe('ExecutionAborted');
    expect(world.kernel.crashes).toEqual([]);
  });

  it('leaves an execution that has ended as it ended', async () => {
    const world = statesWorld();
    const executionArn = await world.start(waits);
    await world.kernel.clock.advance(60_000);
    await world.kernel.clock.advance(60_000);
    expect(await world.ask('StopExecution', { executionArn })).toEqual({ stopDate: new Date('2026-11-22T10:01:00Z') });
    expect(world.executions()[0]?.status).toBe('SUCCEEDED');
  });

  it('refuses ARNs as AWS does', async () => {
    const world = statesWorld();
    const stop = (executionArn: string) => refusal(world.ask('StopExecution', { executionArn }));
    expect(await stop('x')).toEqual({ code: 'InvalidArn', message: "Invalid Arn: 'Invalid ARN prefix: x'" });
    const gone = 'arn:aws:states:eu-west-1:000000000000:execution:m:gone';
    expect(await stop(gone)).toEqual({ code: 'ExecutionDoesNotExist', message: `Execution Does Not Exist: '${gone}'` });
    expect((await stop('arn:aws:states:eu-west-1:000000000000:express:m:x:1')).message).toBe(
      "Invalid Arn: 'Resource type not valid in this context: express'",
    );
  });
});
