import type { PutRuleRequest, PutRuleResponse } from '@aws-sdk/client-eventbridge';
import { notEmulated, validationException } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { arn, busNameOrArn, ruleName } from './limits.ts';
import { parsePattern } from './pattern.ts';
import { parseSchedule } from './schedule.ts';
import { startSchedule } from './scheduled-rules.ts';
import { busOf, type EventsState, type Given, limitExceeded, mostRules, type Rule, ruleArnOf, tagsOf } from './state.ts';

/** AWS's quota, characters a pattern; an account may have it raised to the API's 4,096. */
const longestPattern = 2048;

/** Makes a rule or replaces one; its targets stay. Scheduled rules live on the default bus only. */
export const putRule = defineOperation<EventsState, Given<PutRuleRequest, 'Name'>, PutRuleResponse>({
  name: 'PutRule',
  access: ({ Name, EventBusName, RoleArn }, { kernel }) => [
    { action: 'events:PutRule', resource: ruleArnOf(kernel, Name, EventBusName) },
    ...(RoleArn === undefined ? [] : [{ action: 'iam:PassRole', resource: RoleArn, context: { 'iam:PassedToService': 'events.amazonaws.com' } }]),
  ],
  limits: {
    Name: ruleName,
    EventBusName: busNameOrArn,
    EventPattern: { max: 4096 },
    ScheduleExpression: { max: 256 },
    Description: { max: 512 },
    RoleArn: arn,
    State: { oneOf: ['ENABLED', 'DISABLED', 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS'] },
  },
  run(input, state) {
    const bus = busOf(state, input.EventBusName);
    // A template's empty text counts as absent.
    const patternText = input.EventPattern === '' ? undefined : input.EventPattern;
    const scheduleText = input.ScheduleExpression === '' ? undefined : input.ScheduleExpression;
    if (patternText === undefined && scheduleText === undefined) {
      throw validationException('Parameter(s) EventPattern or ScheduleExpression must be specified.');
    }
    if (scheduleText !== undefined && bus.name !== 'default') {
      throw validationException('ScheduleExpression is supported only on the default event bus.');
    }
    if (input.State === 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS') throw notEmulated(`rules in state ${input.State}`);
    if (patternText !== undefined && patternText.length > longestPattern) throw limitExceeded();
    const pattern = patternText === undefined ? undefined : parsePattern(patternText);
    const schedule = scheduleText === undefined ? undefined : parseSchedule(scheduleText);
    const before = bus.rules.get(input.Name);
    if (!before && bus.rules.size >= mostRules) throw limitExceeded();
    const rule: Rule = before ?? {
      name: input.Name,
      arn: ruleArnOf(state.kernel, input.Name, input.EventBusName),
      busName: bus.name,
      description: undefined,
      roleArn: undefined,
      enabled: false,
      patternText: undefined,
      pattern: undefined,
      scheduleText: undefined,
      schedule: undefined,
      timer: undefined,
      targets: new Map(),
      // AWS takes tags at creation only.
      tags: tagsOf(input.Tags),
    };
    bus.rules.set(rule.name, rule);
    const ran = rule.enabled ? rule.scheduleText : undefined;
    Object.assign(rule, { description: input.Description, roleArn: input.RoleArn, enabled: input.State !== 'DISABLED' });
    Object.assign(rule, { patternText, pattern, scheduleText, schedule });
    // A rate counts on when nothing about it changed.
    if (!rule.enabled || ran !== scheduleText) startSchedule(state, rule);
    return { RuleArn: rule.arn };
  },
});
