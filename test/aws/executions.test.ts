import { SFNClient } from '@aws-sdk/client-sfn';
import { beforeEach, describe, expect, test } from 'vitest';
import { stepFunctionsExecutions } from '../../src/aws/executions.ts';
import { rejection } from '../emulator/front-fixture.ts';
import { refuse, scriptedAws } from './client.ts';

const machine = 'arn:aws:states:eu-west-1:111122223333:stateMachine:sluice-delivery';
let aws: ReturnType<typeof scriptedAws>;
beforeEach(() => {
  aws = scriptedAws();
});
const executions = () => stepFunctionsExecutions({ delivery: machine, rollout: machine.replace('delivery', 'rollout') }, new SFNClient(aws.options));

describe('startDelivery()', () => {
  test('starts under our name', async () => {
    aws.serve('sfn', { StartExecution: () => ({ executionArn: 'arn', startDate: new Date(0) }) });
    await executions().startDelivery('churn-bbbbbbbbbbbb-1', { contract: 1 });
    expect(aws.asked('StartExecution')).toEqual([{ stateMachineArn: machine, name: 'churn-bbbbbbbbbbbb-1', input: '{"contract":1}' }]);
  });
  test('is content with one that was started before', async () => {
    aws.serve('sfn', { StartExecution: refuse('ExecutionAlreadyExists', 'Execution Already Exists') });
    await expect(executions().startDelivery('churn-bbbbbbbbbbbb-1', {})).resolves.toBe(false);
  });
  test('says what else went wrong', async () => {
    aws.serve('sfn', { StartExecution: refuse('StateMachineDoesNotExist', 'State Machine Does Not Exist') });
    expect((await rejection(executions().startDelivery('one', {}))).message).toContain('Cannot start execution "one": StateMachineDoesNotExist');
  });
});

describe('wake()', () => {
  test('ends a wait', async () => {
    aws.serve('sfn', { SendTaskSuccess: () => ({}) });
    expect(await executions().wake('token', { woken: 'alarm/a' })).toBe(true);
    expect(aws.asked('SendTaskSuccess')).toEqual([{ taskToken: 'token', output: '{"woken":"alarm/a"}' }]);
  });
  test.each(['TaskTimedOut', 'TaskDoesNotExist', 'InvalidToken'])('is too late, which is no error: %s', async (code) => {
    aws.serve('sfn', { SendTaskSuccess: refuse(code, 'Task Timed Out') });
    expect(await executions().wake('token', {})).toBe(false);
  });
  test('is tried again where AWS failed', async () => {
    aws.serve('sfn', { SendTaskSuccess: refuse('ThrottlingException', 'Rate exceeded') });
    expect((await rejection(executions().wake('token', {}))).name).toBe('Throttled');
  });
});

test('historyLength() reads the newest event’s number', async () => {
  aws.serve('sfn', { GetExecutionHistory: () => ({ events: [{ id: 4711, timestamp: new Date(0), type: 'PassStateEntered' }] }) });
  expect(await executions().historyLength('arn')).toBe(4711);
  expect(aws.asked('GetExecutionHistory')).toMatchObject([{ reverseOrder: true, maxResults: 1 }]);
});
