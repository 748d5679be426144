import type { DisableAlarmActionsCommandInput } from '@aws-sdk/client-cloudwatch';
import { defineOperation } from '../operation.ts';
import { accessToNamed } from './alarm-input.ts';
import type { CloudWatchState } from './state.ts';

/** Names it doesn't find are passed over. */
export const disableAlarmActions = defineOperation<CloudWatchState, DisableAlarmActionsCommandInput, Record<string, never>>({
  name: 'DisableAlarmActions',
  access: (input, state) => accessToNamed('cloudwatch:DisableAlarmActions', input.AlarmNames ?? [], state),
  limits: { AlarmNames: { max: 100 }, 'AlarmNames[]': { min: 1, max: 255 } },
  run(input, { alarms }) {
    for (const alarm of (input.AlarmNames ?? []).flatMap((name) => alarms.get(name) ?? [])) alarms.setActionsEnabled(alarm, false);
    return {};
  },
});
