import type { PutCompositeAlarmCommandInput } from '@aws-sdk/client-cloudwatch';
import { defineOperation } from '../operation.ts';
import { accessToPut, alarmLimits, checkActions, refuse } from './alarm-input.ts';
import { childrenOf, parseAlarmRule } from './alarm-rule.ts';
import { invalidRequest } from './errors.ts';
import { tagLimits } from './list-tags-for-resource.ts';
import type { CloudWatchState } from './state.ts';

export const putCompositeAlarm = defineOperation<CloudWatchState, PutCompositeAlarmCommandInput, Record<string, never>>({
  name: 'PutCompositeAlarm',
  access: (input, state) => accessToPut('cloudwatch:PutCompositeAlarm', input, state),
  limits: { ...alarmLimits, ...tagLimits, AlarmRule: { min: 1, max: 10_240 } },
  run(input, { alarms }) {
    const name = input.AlarmName ?? '';
    refuse(
      { ...input },
      ['ActionsSuppressor', 'ActionsSuppressorWaitPeriod', 'ActionsSuppressorExtensionPeriod', 'ActionConfiguration'],
      'PutCompositeAlarm',
    );
    checkActions(input);
    if (alarms.get(name)?.kind === 'metric') throw invalidRequest(`An alarm of another type has the name ${name}`);
    const rule = parseAlarmRule(input.AlarmRule ?? '');
    const unknown = [...new Set(childrenOf(rule))].filter((child) => !alarms.get(child));
    if (unknown.length > 0)
      throw invalidRequest(`Could not save the composite alarm as alarms [${unknown.join(', ')}] in the alarm rule do not exist`);
    alarms.putComposite(name, input, rule);
    return {};
  },
});
