import type { EnableAlarmActionsCommandInput } from '@aws-sdk/client-cloudwatch';
import { defineOperation } from '../operation.ts';
import { accessToNamed } from './alarm-input.ts';
import type { CloudWatchState } from './state.ts';

/** Names it doesn't find are passed over. */
export const enableAlarmActions = defineOperation<CloudWatchState, EnableAlarmActionsCommandInput, Record<string, never>>({
  name: 'EnableAlarmActions',
  access: (input, state) => accessToNamed('cloudwatch:EnableAlarmActions', input.AlarmNames ?? [], state),
  limits: { AlarmNames: { max: 100 }, 'AlarmNames[]': { min: 1, max: 255 } },
  run(input, { alarms }) {
    for (const alarm of (input.AlarmNames ?? []).flatMap((name) => alarms.get(name) ?? [])) alarms.setActionsEnabled(alarm, true);
    return {};
  },
});
