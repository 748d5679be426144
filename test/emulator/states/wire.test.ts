import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  GetExecutionHistoryCommand,
  InvalidDefinition,
  paginateGetExecutionHistory,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
  TaskTimedOut,
} from '@aws-sdk/client-sfn';
import { describe, expect, it } from 'vitest';
import { virtualClock } from '../../../src/emulator/clock.ts';
import type { Kernel } from '../../../src/emulator/kernel.ts';
import { createStatesService } from '../../../src/emulator/states/service.ts';
import { inProcess } from '../../../src/emulator/transport.ts';
import { administratorKeys, region, rejection, roleWith, testFront } from '../front-fixture.ts';
import { testKernel } from '../kernel.ts';
import { machine } from './states.ts';

const statements = [{ Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: '*' }];

/** Step Functions behind the wire, called by the SDK's own client. */
function world() {
  const aws = testFront();
  const tokens: string[] = [];
  aws.serve(
    'lambda',
    {
      Invoke: (input) => {
        const { Payload } = input as { Payload: Uint8Array }; // The machine below sends one.
        tokens.push((JSON.parse(Buffer.from(Payload).toString('utf8')) as { token: string }).token);
        return { StatusCode: 200, ExecutedVersion: '$LATEST', Payload: Buffer.from('{}') };
      },
    },
    { access: () => [{ action: 'lambda:InvokeFunction', resource: 'arn:aws:lambda:eu-west-1:111122223333:function:park' }] },
  );
  const kernel: Kernel = {
    ...testKernel(),
    account: '111122223333',
    clock: virtualClock(Date.parse('2026-11-22T10:00:00Z')),
    cloud: aws.front.cloud,
  };
  const states = createStatesService(kernel);
  aws.front.register(states.service);
  const client = new SFNClient({ region, credentials: administratorKeys, maxAttempts: 1, requestHandler: inProcess(aws.front) });
  return { aws, client, tokens, clock: kernel.clock as ReturnType<typeof virtualClock>, states };
}

const parks = JSON.stringify(
  machine({
    T: {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
      Arguments: { FunctionName: 'park', Payload: { token: '{% $states.context.Task.Token %}' } },
      Assign: { got: '{% $states.result %}' },
      End: true,
    },
  }),
);

describe('Step Functions through the SDK', () => {
  it('runs an execution from its start to the answer of its token', async () => {
    const { aws, client, tokens, clock } = world();
    const { arn: roleArn } = roleWith(aws.identities, 'machine', statements, ['states.amazonaws.com']);
    const { stateMachineArn } = await client.send(new CreateStateMachineCommand({ name: 'm', roleArn, definition: parks }));
    const { executionArn } = await client.send(new StartExecutionCommand({ stateMachineArn, name: 'x', input: '{"a":1}' }));
    await clock.settle();
    await client.send(new SendTaskSuccessCommand({ taskToken: tokens[0], output: '{"ok":true}' }));
    await clock.settle();
    expect(await client.send(new DescribeExecutionCommand({ executionArn }))).toMatchObject({
      status: 'SUCCEEDED',
      output: '{"ok":true}',
      stopDate: new Date(clock.now()),
    });
    const types: (string | undefined)[] = [];
    for await (const { events } of paginateGetExecutionHistory({ client, pageSize: 3 }, { executionArn }))
      types.push(...(events ?? []).map(({ type }) => type));
    expect(types).toEqual([
      'ExecutionStarted',
      'TaskStateEntered',
      'TaskScheduled',
      'TaskStarted',
      'TaskSubmitted',
      'TaskSucceeded',
      'TaskStateExited',
      'ExecutionSucceeded',
    ]);
    expect(aws.crashes).toEqual([]);
  });

  it('refuses with errors the SDK knows by class', async () => {
    const { aws, client, tokens, clock } = world();
    const { arn: roleArn } = roleWith(aws.identities, 'machine', statements, ['states.amazonaws.com']);
    expect(await rejection(client.send(new CreateStateMachineCommand({ name: 'm', roleArn, definition: '{}' })))).toBeInstanceOf(InvalidDefinition);
    const { stateMachineArn } = await client.send(new CreateStateMachineCommand({ name: 'm', roleArn, definition: parks }));
    const { executionArn } = await client.send(new StartExecutionCommand({ stateMachineArn, name: 'x' }));
    expect(await rejection(client.send(new StartExecutionCommand({ stateMachineArn, name: 'x', input: '1' })))).toBeInstanceOf(
      ExecutionAlreadyExists,
    );
    await clock.settle();
    await client.send(new StopExecutionCommand({ executionArn }));
    expect(await rejection(client.send(new SendTaskSuccessCommand({ taskToken: tokens[0], output: '1' })))).toBeInstanceOf(TaskTimedOut);
    expect((await client.send(new GetExecutionHistoryCommand({ executionArn }))).events?.at(-1)).toMatchObject({
      type: 'ExecutionAborted',
      executionAbortedEventDetails: {},
    });
    expect(aws.crashes).toEqual([]);
  });

  it('fails a task whose role does not grant the call, as Lambda.AWSLambdaException', async () => {
    const { aws, client, clock, states } = world();
    const { arn: roleArn } = roleWith(aws.identities, 'machine', [], ['states.amazonaws.com']);
    const { stateMachineArn } = await client.send(new CreateStateMachineCommand({ name: 'm', roleArn, definition: parks }));
    await client.send(new StartExecutionCommand({ stateMachineArn }));
    await clock.settle();
    expect(states.executions()[0]).toMatchObject({ status: 'FAILED', error: 'Lambda.AWSLambdaException' });
    expect(states.executions()[0]?.cause).toContain('is not authorized to perform: lambda:InvokeFunction');
  });

  it('refuses a role that does not trust it', async () => {
    const { aws, client } = world();
    const { arn: roleArn } = roleWith(aws.identities, 'machine', statements, ['lambda.amazonaws.com']);
    expect(await rejection(client.send(new CreateStateMachineCommand({ name: 'm', roleArn, definition: parks })))).toMatchObject({
      name: 'AccessDeniedException',
      message: 'Neither the global service principal states.amazonaws.com, nor the regional one is authorized to assume the provided role.',
    });
  });
});
