import type { ListTargetsByRuleRequest, ListTargetsByRuleResponse } from '@aws-sdk/client-eventbridge';
import { defineOperation } from '../operation.ts';
import { busNameOrArn, pageSize, pageToken, ruleName } from './limits.ts';
import { type EventsState, type Given, pageOf, ruleArnOf, ruleOf } from './state.ts';

export const listTargetsByRule = defineOperation<EventsState, Given<ListTargetsByRuleRequest, 'Rule'>, ListTargetsByRuleResponse>({
  name: 'ListTargetsByRule',
  access: ({ Rule, EventBusName }, { kernel }) => [{ action: 'events:ListTargetsByRule', resource: ruleArnOf(kernel, Rule, EventBusName) }],
  limits: { Rule: ruleName, EventBusName: busNameOrArn, Limit: pageSize, NextToken: pageToken },
  run({ Rule, EventBusName, Limit, NextToken }, state) {
    const targets = [...ruleOf(state, Rule, EventBusName).targets.values()];
    const { page, nextToken } = pageOf(targets, ({ Id }) => Id, Limit, NextToken);
    return { Targets: page.map((target) => structuredClone(target)), ...(nextToken !== undefined && { NextToken: nextToken }) };
  },
});
