import { SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { afterEach, expect, test } from 'vitest';
import { expectNothingLeftOver } from './left-over.ts';
import { better, churn, good, startWorld, type World, weightsOf } from './world.ts';

let world: World;
afterEach(() => world.stop());

const share = () => weightsOf(world, 'churn')['churn-b'] ?? 0;

async function startCanary(options: Parameters<typeof startWorld>[0] = {}): Promise<string> {
  world = await startWorld(options);
  await world.apply(churn());
  world.emulator.services.sagemaker.setTraffic('churn', 20);
  await world.push('v1', good);
  await world.untilQuiet();
  const digest = await world.push('v2', better);
  await world.until('the canary has 10 %', () => share() === 10);
  return digest;
}

/** Stops every running execution of a machine, as a person in the console would. */
async function stopExecutions(machine: string): Promise<void> {
  const sfn = new SFNClient({
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    requestHandler: world.emulator.requestHandler,
  });
  for (const execution of world.emulator.services.states.executions()) {
    if (execution.status === 'RUNNING' && execution.stateMachineArn.endsWith(machine))
      await sfn.send(new StopExecutionCommand({ executionArn: execution.arn }));
  }
}

test('somebody stops the walk: the execution-ended event undoes, releases and tells', async () => {
  const digest = await startCanary();
  await stopExecutions('sluice-rollout');
  await world.untilQuiet();
  const recovered = await world.rollout(digest);
  expect(recovered).toMatchObject({ outcome: 'RolledBack', reason: 'execution-stopped' });
  expect(weightsOf(world, 'churn')).toEqual({ 'churn-a': 100, 'churn-b': 0 });
  expectNothingLeftOver(world);
});

test('somebody stops the delivery: the walk is aborted', async () => {
  const digest = await startCanary();
  await stopExecutions('sluice-delivery');
  await world.untilQuiet();
  expect(await world.rollout(digest)).toMatchObject({ outcome: 'RolledBack', reason: 'aborted' });
  expect(weightsOf(world, 'churn')).toEqual({ 'churn-a': 100, 'churn-b': 0 });
  expectNothingLeftOver(world);
});

test('the event is lost as well: the sweeper finds the rollout nobody walks', async () => {
  const digest = await startCanary({ faults: { delivery: (event) => ({ drop: event.source === 'aws.states' }) } });
  await stopExecutions('sluice-rollout');
  await stopExecutions('sluice-delivery');
  await world.until('the canary has nothing', () => share() === 0, 1200);
  await world.untilQuiet();
  expect(await world.rollout(digest)).toMatchObject({ outcome: 'RolledBack', reason: 'execution-stopped' });
  expectNothingLeftOver(world);
});
