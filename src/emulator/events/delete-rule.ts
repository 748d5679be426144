import type { DeleteRuleRequest } from '@aws-sdk/client-eventbridge';
import { validationException } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { busNameOrArn, ruleName } from './limits.ts';
import { stopSchedule } from './scheduled-rules.ts';
import { busOf, type EventsState, type Given, ruleArnOf } from './state.ts';

/** Deletes a rule that has no targets; one that is not there is no error. */
export const deleteRule = defineOperation<EventsState, Given<DeleteRuleRequest, 'Name'>, object>({
  name: 'DeleteRule',
  access: ({ Name, EventBusName }, { kernel }) => [{ action: 'events:DeleteRule', resource: ruleArnOf(kernel, Name, EventBusName) }],
  limits: { Name: ruleName, EventBusName: busNameOrArn },
  run({ Name: name, EventBusName }, state) {
    const { rules } = busOf(state, EventBusName);
    const rule = rules.get(name);
    if (!rule) return {};
    if (rule.targets.size > 0) throw validationException("Rule can't be deleted since it has targets.");
    stopSchedule(rule);
    rules.delete(name);
    return {};
  },
});
