import type { SetAlarmStateCommandInput } from '@aws-sdk/client-cloudwatch';
import { defineOperation } from '../operation.ts';
import { stateValues } from './alarm.ts';
import { accessToNamed } from './alarm-input.ts';
import { invalidRequest, resourceNotFound } from './errors.ts';
import type { CloudWatchState } from './state.ts';

/** A metric alarm keeps the state until its next evaluation, a composite alarm until a child changes. */
export const setAlarmState = defineOperation<CloudWatchState, SetAlarmStateCommandInput, Record<string, never>>({
  name: 'SetAlarmState',
  access: (input, state) => accessToNamed('cloudwatch:SetAlarmState', [input.AlarmName ?? ''], state),
  limits: {
    AlarmName: { min: 1, max: 255 },
    StateValue: { oneOf: stateValues },
    StateReason: { min: 0, max: 1023 },
    StateReasonData: { min: 0, max: 4000 },
  },
  run(input, { alarms }) {
    const value = stateValues.find((known) => known === input.StateValue);
    if (!value) {
      throw invalidRequest(
        `1 validation error detected: Value '${input.StateValue}' at 'stateValue' failed to satisfy constraint: Member must satisfy enum value set: [${stateValues.join(', ')}]`,
      );
    }
    const alarm = alarms.get(input.AlarmName ?? '');
    if (!alarm) throw resourceNotFound();
    if (input.StateReasonData !== undefined) {
      try {
        JSON.parse(input.StateReasonData);
      } catch (cause) {
        throw invalidRequest(`StateReasonData must be valid JSON: ${String(cause)}`);
      }
    }
    alarms.setState(alarm, value, input.StateReason ?? '', input.StateReasonData);
    return {};
  },
});
