import type { DisableRuleRequest } from '@aws-sdk/client-eventbridge';
import { defineOperation } from '../operation.ts';
import { busNameOrArn, ruleName } from './limits.ts';
import { stopSchedule } from './scheduled-rules.ts';
import { type EventsState, type Given, ruleArnOf, ruleOf } from './state.ts';

/** Events no longer match the rule and its schedule stands still; what is on its way arrives. */
export const disableRule = defineOperation<EventsState, Given<DisableRuleRequest, 'Name'>, object>({
  name: 'DisableRule',
  access: ({ Name, EventBusName }, { kernel }) => [{ action: 'events:DisableRule', resource: ruleArnOf(kernel, Name, EventBusName) }],
  limits: { Name: ruleName, EventBusName: busNameOrArn },
  run({ Name, EventBusName }, state) {
    const rule = ruleOf(state, Name, EventBusName);
    rule.enabled = false;
    stopSchedule(rule);
    return {};
  },
});
