import type {
  DescribeStateMachineCommandOutput,
  ListExecutionsCommandOutput,
  ListStateMachinesCommandOutput,
  ValidateStateMachineDefinitionCommandOutput,
} from '@aws-sdk/client-sfn';
import { describe, expect, it } from 'vitest';
import { machine, machineArn, refusal, roleArn, statesWorld } from './states.ts';

const text = (output: unknown, seconds = 0) =>
  JSON.stringify(machine({ W: { Type: 'Wait', Seconds: seconds, Next: 'P' }, P: { Type: 'Pass', Output: output, End: true } }));

describe('CreateStateMachine', () => {
  it('answers an exact duplicate as it answered the first, and refuses any other use of the name', async () => {
    const world = statesWorld();
    const create = (more: Record<string, unknown> = {}) => world.ask('CreateStateMachine', { name: 'm', roleArn, definition: text({}), ...more });
    const first = await create();
    await world.kernel.clock.advance(1_000);
    expect(await create()).toEqual(first);
    const taken = { code: 'StateMachineAlreadyExists', message: `State Machine Already Exists: '${machineArn}'` };
    expect(await refusal(create({ definition: `${text({})} ` }))).toEqual(taken);
    expect(await refusal(create({ roleArn: `${roleArn}2` }))).toEqual(taken);
  });

  it.each([
    [{ type: 'EXPRESS' }, 'Express state machines'],
    [{ publish: true }, 'versions of state machines'],
    [{ loggingConfiguration: { level: 'ALL' } }, 'logs of state machines'],
    [{ encryptionConfiguration: { type: 'CUSTOMER_MANAGED_KMS_KEY' } }, 'encryption of state machines'],
  ])('refuses %j by name', async (more, words) => {
    const world = statesWorld();
    const { code, message } = await refusal(world.ask('CreateStateMachine', { name: 'm', roleArn, definition: text({}), ...more }));
    expect(code).toBe('NotEmulated');
    expect(message).toContain(words);
  });

  it('needs leave to pass the role on', () => {
    const access = statesWorld().service.operations.get('CreateStateMachine')?.access({ name: 'm', roleArn });
    expect(access).toEqual([
      { action: 'states:CreateStateMachine', resource: machineArn },
      { action: 'iam:PassRole', resource: roleArn, context: { 'iam:PassedToService': 'states.amazonaws.com' } },
    ]);
  });
});

describe('UpdateStateMachine', () => {
  it('leaves running executions the definition they began with', async () => {
    const world = statesWorld();
    await world.ask('CreateStateMachine', { name: 'm', roleArn, definition: text('old', 60) });
    const begin = (name: string) => world.ask('StartExecution', { stateMachineArn: machineArn, name });
    await begin('before');
    const { revisionId } = await world.ask<{ revisionId: string }>('UpdateStateMachine', {
      stateMachineArn: machineArn,
      definition: text('new', 60),
    });
    await begin('after');
    await world.kernel.clock.advance(60_000);
    expect(world.executions().map(({ output }) => output)).toEqual(['"old"', '"new"']);
    expect(await world.ask<DescribeStateMachineCommandOutput>('DescribeStateMachine', { stateMachineArn: machineArn })).toMatchObject({
      definition: text('new', 60),
      revisionId,
      roleArn,
      status: 'ACTIVE',
      type: 'STANDARD',
    });
    expect(await world.ask('DescribeStateMachineForExecution', { executionArn: world.executions()[0]?.arn })).toMatchObject({
      definition: text('old', 60),
    });
  });

  it('keeps the old definition when the new one is refused', async () => {
    const world = statesWorld();
    await world.ask('CreateStateMachine', { name: 'm', roleArn, definition: text('old') });
    const update = (more: Record<string, unknown>) => refusal(world.ask('UpdateStateMachine', { stateMachineArn: machineArn, ...more }));
    expect((await update({ definition: '{}' })).code).toBe('InvalidDefinition');
    expect((await update({})).code).toBe('MissingRequiredParameter');
    expect(await world.ask('DescribeStateMachine', { stateMachineArn: machineArn })).toMatchObject({ definition: text('old') });
  });
});

describe('DeleteStateMachine', () => {
  it('answers the same for a machine that never was', async () => {
    expect(await statesWorld().ask('DeleteStateMachine', { stateMachineArn: machineArn })).toEqual({});
  });

  it('ends running executions at their next transition, then frees the name', async () => {
    const world = statesWorld();
    const create = () => world.ask('CreateStateMachine', { name: 'm', roleArn, definition: text('x', 60) });
    await create();
    await world.ask('StartExecution', { stateMachineArn: machineArn });
    await world.kernel.clock.settle();
    await world.ask('DeleteStateMachine', { stateMachineArn: machineArn });
    expect((await refusal(world.ask('StartExecution', { stateMachineArn: machineArn }))).code).toBe('StateMachineDeleting');
    expect((await refusal(create())).code).toBe('StateMachineDeleting');
    await world.kernel.clock.advance(60_000);
    expect(world.executions()[0]?.status).toBe('ABORTED');
    expect((await refusal(world.ask('DescribeStateMachine', { stateMachineArn: machineArn }))).code).toBe('StateMachineDoesNotExist');
    await create();
  });
});

describe('ListStateMachines and ListExecutions', () => {
  it('machines by name, executions newest first, in pages', async () => {
    const world = statesWorld();
    for (const name of ['b', 'c', 'a']) await world.ask('CreateStateMachine', { name, roleArn, definition: text({}) });
    const page = await world.ask<ListStateMachinesCommandOutput>('ListStateMachines', { maxResults: 2 });
    expect(page.stateMachines?.map(({ name }) => name)).toEqual(['a', 'b']);
    const rest = await world.ask<ListStateMachinesCommandOutput>('ListStateMachines', { maxResults: 2, nextToken: page.nextToken });
    expect(rest.stateMachines?.map(({ name }) => name)).toEqual(['c']);
    expect(rest.nextToken).toBeUndefined();
  });

  it('executions may be asked for by status', async () => {
    const world = statesWorld();
    await world.ask('CreateStateMachine', { name: 'm', roleArn, definition: text({}, 60) });
    for (const name of ['1', '2', '3']) await world.ask('StartExecution', { stateMachineArn: machineArn, name });
    await world.ask('StopExecution', { executionArn: world.executions()[1]?.arn });
    const names = async (more: Record<string, unknown>) =>
      (await world.ask<ListExecutionsCommandOutput>('ListExecutions', { stateMachineArn: machineArn, ...more })).executions?.map(({ name }) => name);
    expect(await names({})).toEqual(['3', '2', '1']);
    expect(await names({ statusFilter: 'RUNNING' })).toEqual(['3', '1']);
    expect(await names({ statusFilter: 'ABORTED' })).toEqual(['2']);
  });
});

describe('ValidateStateMachineDefinition', () => {
  const validate = (definition: string) =>
    statesWorld().ask<ValidateStateMachineDefinitionCommandOutput>('ValidateStateMachineDefinition', { definition });

  it('is content with a sound definition', async () => {
    expect(await validate(text({}))).toEqual({ result: 'OK', diagnostics: [], truncated: false });
  });

  it.each([
    ['', [{ code: 'SCHEMA_VALIDATION_FAILED', message: 'Definition must be a valid JSON object', severity: 'ERROR' }]],
    [
      'not a definition',
      [
        {
          code: 'INVALID_JSON_DESCRIPTION',
          location: '[Source: (String)"not a definition"; line: 1, column: 4]',
          message:
            "Unrecognized token 'not': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')\n at [Source: (String)\"not a definition\"; line: 1, column: 4]",
          severity: 'ERROR',
        },
      ],
    ],
    ['{}', [{ code: 'SCHEMA_VALIDATION_FAILED', location: '/', message: 'These fields are required: [States, StartAt]', severity: 'ERROR' }]],
    [
      JSON.stringify(machine({ A: { Type: 'Pass', Next: 'B' }, B: { Type: 'Pass', Next: 'A' } })),
      [{ code: 'MISSING_END_STATE', message: 'Workflow has no terminal state', severity: 'ERROR' }],
    ],
  ])('says of %j what AWS was recorded to say', async (definition, diagnostics) => {
    expect(await validate(definition)).toEqual({ result: 'FAIL', diagnostics, truncated: false });
  });
});

describe('tags', () => {
  it('are set, listed and removed', async () => {
    const world = statesWorld();
    await world.ask('CreateStateMachine', { name: 'm', roleArn, definition: text({}), tags: [{ key: 'a', value: '1' }] });
    await world.ask('TagResource', { resourceArn: machineArn, tags: [{ key: 'b', value: '2' }] });
    await world.ask('UntagResource', { resourceArn: machineArn, tagKeys: ['a'] });
    expect(await world.ask('ListTagsForResource', { resourceArn: machineArn })).toEqual({ tags: [{ key: 'b', value: '2' }] });
  });
});
