import type { RemoveTargetsRequest, RemoveTargetsResponse } from '@aws-sdk/client-eventbridge';
import { defineOperation } from '../operation.ts';
import { busNameOrArn, ruleName, targetId } from './limits.ts';
import { type EventsState, type Given, ruleArnOf, ruleOf } from './state.ts';

/** Takes targets off a rule; an `Id` it does not have is no failure. */
export const removeTargets = defineOperation<EventsState, Given<RemoveTargetsRequest, 'Rule' | 'Ids'>, RemoveTargetsResponse>({
  name: 'RemoveTargets',
  access: ({ Rule, EventBusName }, { kernel }) => [{ action: 'events:RemoveTargets', resource: ruleArnOf(kernel, Rule, EventBusName) }],
  limits: { Rule: ruleName, EventBusName: busNameOrArn, Ids: { min: 1, max: 100 }, 'Ids[]': targetId },
  run(input, state) {
    const { targets } = ruleOf(state, input.Rule, input.EventBusName);
    for (const id of input.Ids) targets.delete(id);
    return { FailedEntryCount: 0, FailedEntries: [] };
  },
});
