import type { Rule as ListedRule, ListRulesRequest, ListRulesResponse } from '@aws-sdk/client-eventbridge';
import { defineOperation } from '../operation.ts';
import { busNameOrArn, pageSize, pageToken, ruleName } from './limits.ts';
import { busOf, byName, type EventsState, pageOf, type Rule } from './state.ts';

/** A rule in AWS's words. */
export const describedRule = (rule: Rule): ListedRule => ({
  Name: rule.name,
  Arn: rule.arn,
  ...(rule.patternText !== undefined && { EventPattern: rule.patternText }),
  ...(rule.scheduleText !== undefined && { ScheduleExpression: rule.scheduleText }),
  State: rule.enabled ? 'ENABLED' : 'DISABLED',
  ...(rule.description !== undefined && { Description: rule.description }),
  ...(rule.roleArn !== undefined && { RoleArn: rule.roleArn }),
  EventBusName: rule.busName,
});

export const listRules = defineOperation<EventsState, ListRulesRequest, ListRulesResponse>({
  name: 'ListRules',
  access: () => [{ action: 'events:ListRules', resource: '*' }],
  limits: { NamePrefix: ruleName, EventBusName: busNameOrArn, Limit: pageSize, NextToken: pageToken },
  run({ NamePrefix: prefix = '', EventBusName, Limit, NextToken }, state) {
    const wanted = [...busOf(state, EventBusName).rules.values()].filter(({ name }) => name.startsWith(prefix)).sort(byName);
    const { page, nextToken } = pageOf(wanted, ({ name }) => name, Limit, NextToken);
    return { Rules: page.map(describedRule), ...(nextToken !== undefined && { NextToken: nextToken }) };
  },
});
