import type { DescribeRuleRequest, DescribeRuleResponse } from '@aws-sdk/client-eventbridge';
import { defineOperation } from '../operation.ts';
import { busNameOrArn, ruleName } from './limits.ts';
import { describedRule } from './list-rules.ts';
import { type EventsState, type Given, ruleArnOf, ruleOf } from './state.ts';

export const describeRule = defineOperation<EventsState, Given<DescribeRuleRequest, 'Name'>, DescribeRuleResponse>({
  name: 'DescribeRule',
  access: ({ Name, EventBusName }, { kernel }) => [{ action: 'events:DescribeRule', resource: ruleArnOf(kernel, Name, EventBusName) }],
  limits: { Name: ruleName, EventBusName: busNameOrArn },
  run: ({ Name, EventBusName }, state) => ({ ...describedRule(ruleOf(state, Name, EventBusName)), CreatedBy: state.kernel.account }),
});
