import { describe, expect, it } from 'vitest';
import { createStatesService } from '../../../src/emulator/states/service.ts';
import { lineTrace } from '../../../src/emulator/trace.ts';
import { administrator, testKernel } from '../kernel.ts';
import { machine, machineArn, roleArn } from './states.ts';

const definition = machine({
  T: {
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
    Arguments: { FunctionName: 'f', Payload: '{% $states.context.Task.Token %}' },
    TimeoutSeconds: 30,
    Retry: [{ ErrorEquals: ['States.Timeout'], JitterStrategy: 'FULL', MaxAttempts: 2 }],
    Catch: [{ ErrorEquals: ['States.ALL'], Assign: { id: '{% $uuid() %}' }, Next: 'P' }],
    End: true,
  },
  P: { Type: 'Pass', Output: { id: '{% $id %}', random: '{% $random() %}' }, End: true },
});

async function traceOf(seed: number): Promise<string> {
  const lines: string[] = [];
  const kernel = testKernel({
    seed,
    trace: { write: (kind, data) => write.write(kind, data) },
    cloud: { call: async () => ({ StatusCode: 200, Payload: Buffer.from('null') }) },
  });
  const write = lineTrace(
    () => kernel.clock.now(),
    (line) => lines.push(line),
  );
  const { service } = createStatesService(kernel);
  const ask = (operation: string, input: unknown) => service.operations.get(operation)?.run(input, { caller: administrator, requestId: 'r' });
  await ask('CreateStateMachine', { name: 'm', roleArn, definition: JSON.stringify(definition) });
  for (let n = 0; n < 3; n++) await ask('StartExecution', { stateMachineArn: machineArn });
  await kernel.clock.advance(1_000_000);
  expect(kernel.crashes).toEqual([]);
  return lines.join('\n');
}

describe('createStatesService()', () => {
  it('the same seed traces the same, another seed differs', async () => {
    const [first, second, other] = [await traceOf(1), await traceOf(1), await traceOf(2)];
    expect(first).toBe(second);
    expect(first).not.toBe(other);
    expect(first.split('\n').length).toBeGreaterThan(50);
  });

  it('every operation says what leave it needs, on the ARN that AWS judges', () => {
    const { service } = createStatesService(testKernel());
    const executionArn = 'arn:aws:states:eu-west-1:000000000000:execution:m:x';
    const resources = [...service.operations.values()].map(({ name, access }) => [
      name,
      access({ executionArn, stateMachineArn: machineArn, resourceArn: machineArn, name: 'm', roleArn, taskToken: 't' }).find(
        ({ action }) => action === `states:${name}`,
      )?.resource,
    ]);
    expect(Object.fromEntries(resources)).toEqual({
      CreateStateMachine: machineArn,
      UpdateStateMachine: machineArn,
      DeleteStateMachine: machineArn,
      DescribeStateMachine: machineArn,
      DescribeStateMachineForExecution: executionArn,
      ListStateMachines: '*',
      StartExecution: machineArn,
      StopExecution: executionArn,
      DescribeExecution: executionArn,
      ListExecutions: machineArn,
      GetExecutionHistory: executionArn,
      SendTaskSuccess: '*',
      SendTaskFailure: '*',
      SendTaskHeartbeat: '*',
      ValidateStateMachineDefinition: '*',
      TagResource: machineArn,
      UntagResource: machineArn,
      ListTagsForResource: machineArn,
    });
  });

  it('calls with the role of the revision the execution began with', async () => {
    const callers: string[] = [];
    const kernel = testKernel({
      cloud: {
        call: async (_service, _operation, _input, caller) => {
          callers.push(caller.arn);
          return {};
        },
      },
    });
    const { service } = createStatesService(kernel);
    const ask = (operation: string, input: unknown) => service.operations.get(operation)?.run(input, { caller: administrator, requestId: 'r' });
    const calls = machine({
      W: { Type: 'Wait', Seconds: 10, Next: 'T' },
      T: { Type: 'Task', Resource: 'arn:aws:states:::aws-sdk:sagemaker:listEndpoints', Arguments: {}, End: true },
    });
    await ask('CreateStateMachine', { name: 'm', roleArn, definition: JSON.stringify(calls) });
    await ask('StartExecution', { stateMachineArn: machineArn });
    await ask('UpdateStateMachine', { stateMachineArn: machineArn, roleArn: `${roleArn}2` });
    await kernel.clock.advance(10_000);
    expect(callers).toEqual([roleArn]);
  });
});
