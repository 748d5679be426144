import type { PutTargetsRequest, PutTargetsResponse } from '@aws-sdk/client-eventbridge';
import { type Access, defineOperation } from '../operation.ts';
import { checkInput } from './input.ts';
import { arn, busNameOrArn, ruleName, targetId } from './limits.ts';
import { type EventsState, type Given, limitExceeded, mostTargets, type RuleTarget, ruleArnOf, ruleOf } from './state.ts';
import { checkTarget } from './targets.ts';

/** A target's `Id` and `Arn` are required members: the wire has refused a call without. */
type Input = Omit<Given<PutTargetsRequest, 'Rule'>, 'Targets'> & { readonly Targets: readonly RuleTarget[] };

/** Adds targets to a rule, or replaces those of the same `Id`. Nothing is put when one of them is refused. */
export const putTargets = defineOperation<EventsState, Input, PutTargetsResponse>({
  name: 'PutTargets',
  access: ({ Rule, EventBusName, Targets }, { kernel }) => [
    {
      action: 'events:PutTargets',
      resource: ruleArnOf(kernel, Rule, EventBusName),
      context: { 'events:TargetArn': Targets.map((target) => target.Arn) },
    },
    ...Targets.flatMap((target): readonly Access[] =>
      target.RoleArn === undefined
        ? []
        : [{ action: 'iam:PassRole', resource: target.RoleArn, context: { 'iam:PassedToService': 'events.amazonaws.com' } }],
    ),
  ],
  limits: {
    Rule: ruleName,
    EventBusName: busNameOrArn,
    Targets: { min: 1, max: 100 },
    'Targets[].Id': targetId,
    'Targets[].Arn': arn,
    'Targets[].RoleArn': arn,
    'Targets[].Input': { max: 8192 },
    'Targets[].InputPath': { max: 256 },
    'Targets[].InputTransformer.InputTemplate': { min: 1, max: 8192 },
    'Targets[].DeadLetterConfig.Arn': arn,
    'Targets[].RetryPolicy.MaximumRetryAttempts': { min: 0, max: 185 },
    'Targets[].RetryPolicy.MaximumEventAgeInSeconds': { min: 60, max: 86_400 },
  },
  run(input, state) {
    const rule = ruleOf(state, input.Rule, input.EventBusName);
    for (const target of input.Targets) {
      checkInput(target);
      checkTarget(state.kernel, target, rule.busName);
    }
    const ids = new Set([...rule.targets.keys(), ...input.Targets.map((target) => target.Id)]);
    if (ids.size > mostTargets) throw limitExceeded();
    for (const target of input.Targets) rule.targets.set(target.Id, structuredClone(target));
    return { FailedEntryCount: 0, FailedEntries: [] };
  },
});
