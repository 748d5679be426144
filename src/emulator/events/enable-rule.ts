import type { EnableRuleRequest } from '@aws-sdk/client-eventbridge';
import { defineOperation } from '../operation.ts';
import { busNameOrArn, ruleName } from './limits.ts';
import { startSchedule } from './scheduled-rules.ts';
import { type EventsState, type Given, ruleArnOf, ruleOf } from './state.ts';

/** Events match the rule again; a rate starts to count anew. */
export const enableRule = defineOperation<EventsState, Given<EnableRuleRequest, 'Name'>, object>({
  name: 'EnableRule',
  access: ({ Name, EventBusName }, { kernel }) => [{ action: 'events:EnableRule', resource: ruleArnOf(kernel, Name, EventBusName) }],
  limits: { Name: ruleName, EventBusName: busNameOrArn },
  run({ Name, EventBusName }, state) {
    const rule = ruleOf(state, Name, EventBusName);
    if (rule.enabled) return {};
    rule.enabled = true;
    startSchedule(state, rule);
    return {};
  },
});
