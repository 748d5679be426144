import { describe, expect, it } from 'vitest';
import { arns, testEvents } from './fixture.ts';

const pattern = JSON.stringify({ source: ['my.app'] });

describe('event buses', () => {
  it('are made, described, listed by prefix and page, and deleted', async () => {
    const events = testEvents();
    for (const Name of ['team-b', 'team-a', 'other']) await events.call('CreateEventBus', { Name });
    expect(await events.call('DescribeEventBus', { Name: 'team-a' })).toMatchObject({ Name: 'team-a', Arn: arns.bus('team-a') });
    const first = await events.call('ListEventBuses', { NamePrefix: 'team-', Limit: 1 });
    expect(first).toMatchObject({ EventBuses: [{ Name: 'team-a' }] });
    const second = await events.call('ListEventBuses', { NamePrefix: 'team-', Limit: 1, NextToken: first['NextToken'] });
    expect(second).toMatchObject({ EventBuses: [{ Name: 'team-b' }] });
    expect(second).not.toHaveProperty('NextToken');
    await events.call('DeleteEventBus', { Name: 'other' });
    expect(await events.call('ListEventBuses', {})).toMatchObject({ EventBuses: [{ Name: 'default' }, { Name: 'team-a' }, { Name: 'team-b' }] });
  });

  it('refuse in AWS’s words', async () => {
    const events = testEvents();
    await events.call('CreateEventBus', { Name: 'mine' });
    await expect(events.call('CreateEventBus', { Name: 'mine' })).rejects.toMatchObject({
      code: 'ResourceAlreadyExistsException',
      message: 'Event bus mine already exists.',
    });
    await expect(events.call('DeleteEventBus', { Name: 'default' })).rejects.toMatchObject({
      code: 'ValidationException',
      message: 'Cannot delete event bus default.',
    });
    await expect(events.call('DescribeEventBus', { Name: 'X' })).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
      message: 'Event bus X does not exist.',
    });
    expect(await events.call('DeleteEventBus', { Name: 'X' })).toEqual({});
  });
});

describe('rules', () => {
  it('are described as put, and replaced without losing their targets', async () => {
    const events = testEvents();
    await events.call('PutRule', { Name: 'r', EventPattern: pattern, Description: 'first' });
    await events.call('PutTargets', { Rule: 'r', Targets: [{ Id: 't', Arn: arns.queue }] });
    await events.call('PutRule', { Name: 'r', EventPattern: pattern, State: 'DISABLED' });
    expect(await events.call('DescribeRule', { Name: 'r' })).toEqual({
      Name: 'r',
      Arn: 'arn:aws:events:eu-west-1:000000000000:rule/r',
      EventPattern: pattern,
      State: 'DISABLED',
      EventBusName: 'default',
      CreatedBy: '000000000000',
    });
    expect(await events.call('ListTargetsByRule', { Rule: 'r' })).toEqual({ Targets: [{ Id: 't', Arn: arns.queue }] });
  });

  it('of a custom bus carry its name in their ARN', async () => {
    const events = testEvents();
    await events.call('CreateEventBus', { Name: 'mine' });
    expect(await events.call('PutRule', { Name: 'r', EventBusName: arns.bus('mine'), EventPattern: pattern })).toEqual({
      RuleArn: 'arn:aws:events:eu-west-1:000000000000:rule/mine/r',
    });
    expect(await events.call('ListRules', { EventBusName: 'mine' })).toMatchObject({
      Rules: [{ Name: 'r', EventBusName: 'mine', State: 'ENABLED' }],
    });
    expect(await events.call('ListRules', {})).toEqual({ Rules: [] });
  });

  it('refuse in AWS’s words', async () => {
    const events = testEvents();
    await events.call('CreateEventBus', { Name: 'mine' });
    await events.call('PutRule', { Name: 'r', EventPattern: pattern });
    await events.call('PutTargets', { Rule: 'r', Targets: [{ Id: 't', Arn: arns.queue }] });
    const refusals: readonly (readonly [operation: string, input: object, code: string, message: string])[] = [
      ['DeleteRule', { Name: 'r' }, 'ValidationException', "Rule can't be deleted since it has targets."],
      ['DescribeRule', { Name: 'no' }, 'ResourceNotFoundException', 'Rule no does not exist on EventBus default.'],
      ['PutRule', { Name: 'x', EventBusName: 'no', EventPattern: pattern }, 'ResourceNotFoundException', 'Event bus no does not exist.'],
      [
        'PutRule',
        { Name: 'x', EventBusName: 'mine', ScheduleExpression: 'rate(1 minute)' },
        'ValidationException',
        'ScheduleExpression is supported only on the default event bus.',
      ],
      ['PutRule', { Name: 'x', ScheduleExpression: 'rate(1 minutes)' }, 'ValidationException', 'Parameter ScheduleExpression is not valid.'],
      ['PutRule', { Name: 'x' }, 'ValidationException', 'Parameter(s) EventPattern or ScheduleExpression must be specified.'],
      [
        'PutRule',
        { Name: 'x', EventPattern: '{"source": []}' },
        'InvalidEventPatternException',
        'Event pattern is not valid. Reason: Empty arrays are not allowed',
      ],
    ];
    for (const [operation, input, code, message] of refusals) await expect(events.call(operation, input)).rejects.toMatchObject({ code, message });
    await events.call('RemoveTargets', { Rule: 'r', Ids: ['t'] });
    expect(await events.call('DeleteRule', { Name: 'r' })).toEqual({});
    expect(await events.call('DeleteRule', { Name: 'r' })).toEqual({});
  });

  it('keep their tags by ARN', async () => {
    const events = testEvents();
    const { RuleArn } = await events.call('PutRule', { Name: 'r', EventPattern: pattern, Tags: [{ Key: 'team', Value: 'a' }] });
    await events.call('TagResource', { ResourceARN: RuleArn, Tags: [{ Key: 'stage', Value: 'dev' }] });
    await events.call('UntagResource', { ResourceARN: RuleArn, TagKeys: ['team'] });
    expect(await events.call('ListTagsForResource', { ResourceARN: RuleArn })).toEqual({ Tags: [{ Key: 'stage', Value: 'dev' }] });
  });
});

describe('PutTargets', () => {
  it('takes five targets a rule and refuses a sixth', async () => {
    const events = testEvents();
    const targets = (from: number, count: number) => Array.from({ length: count }, (_, i) => ({ Id: `t${from + i}`, Arn: arns.queue }));
    await events.rule('r', { source: ['s'] }, targets(0, 5));
    await expect(events.call('PutTargets', { Rule: 'r', Targets: targets(5, 1) })).rejects.toMatchObject({
      code: 'LimitExceededException',
      message: 'The requested resource exceeds the maximum number allowed.',
    });
    expect(await events.call('PutTargets', { Rule: 'r', Targets: targets(4, 1) })).toEqual({ FailedEntryCount: 0, FailedEntries: [] });
  });

  it('refuses what AWS refuses, and names what is not emulated', async () => {
    const events = testEvents();
    await events.rule('r', { source: ['s'] });
    const put = (target: object) => events.call('PutTargets', { Rule: 'r', Targets: [{ Id: 't', ...target }] });
    await expect(put({ Arn: 'not-an-arn' })).rejects.toThrow('Parameter not-an-arn is not valid. Reason: Provided Arn is not in correct format.');
    await expect(put({ Arn: arns.machine })).rejects.toThrow(`RoleArn is required for target ${arns.machine}.`);
    await expect(put({ Arn: 'arn:aws:kinesis:eu-west-1:000000000000:stream/s' })).rejects.toMatchObject({ code: 'NotEmulated' });
    await expect(put({ Arn: 'arn:aws:sqs:us-east-1:000000000000:q' })).rejects.toMatchObject({ code: 'NotEmulated' });
    await expect(put({ Arn: `${arns.queue}.fifo` })).rejects.toThrow('Parameter(s) SqsParameters must be specified for target: t.');
    await expect(put({ Arn: arns.lambda, DeadLetterConfig: { Arn: arns.topic } })).rejects.toMatchObject({ code: 'ValidationException' });
    expect(await events.call('ListTargetsByRule', { Rule: 'r' })).toEqual({ Targets: [] });
  });

  it('asks for iam:PassRole where a target brings a role', () => {
    const { service } = testEvents();
    expect(service.operations.get('PutTargets')?.access({ Rule: 'r', Targets: [{ Id: 't', Arn: arns.machine, RoleArn: arns.role }] })).toEqual([
      {
        action: 'events:PutTargets',
        resource: 'arn:aws:events:eu-west-1:000000000000:rule/r',
        context: { 'events:TargetArn': [arns.machine] },
      },
      { action: 'iam:PassRole', resource: arns.role, context: { 'iam:PassedToService': 'events.amazonaws.com' } },
    ]);
  });
});

describe('TestEventPattern', () => {
  const event = { id: '1', account: '0', source: 'my.app', time: '2026-11-22T10:00:00Z', region: 'r', resources: [], 'detail-type': 't' };

  it('answers whether a pattern matches an event', async () => {
    const events = testEvents();
    expect(await events.call('TestEventPattern', { EventPattern: pattern, Event: JSON.stringify(event) })).toEqual({ Result: true });
    expect(await events.call('TestEventPattern', { EventPattern: '{"source":["x"]}', Event: JSON.stringify(event) })).toEqual({ Result: false });
  });

  it('wants a whole event', async () => {
    const { region: _region, ...rest } = event;
    await expect(testEvents().call('TestEventPattern', { EventPattern: pattern, Event: JSON.stringify(rest) })).rejects.toThrow(
      'Parameter Event is not valid.',
    );
  });
});
