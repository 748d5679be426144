import type { DeleteAlarmsCommandInput } from '@aws-sdk/client-cloudwatch';
import { defineOperation } from '../operation.ts';
import { accessToNamed } from './alarm-input.ts';
import { invalidRequest, resourceNotFound } from './errors.ts';
import type { CloudWatchState } from './state.ts';

/** Deletes what it finds; names it doesn't find are answered with ResourceNotFound after that. */
export const deleteAlarms = defineOperation<CloudWatchState, DeleteAlarmsCommandInput, Record<string, never>>({
  name: 'DeleteAlarms',
  access: (input, state) => accessToNamed('cloudwatch:DeleteAlarms', input.AlarmNames ?? [], state),
  limits: { AlarmNames: { max: 100 }, 'AlarmNames[]': { min: 1, max: 255 } },
  run(input, { alarms }) {
    const names = [...new Set(input.AlarmNames ?? [])];
    const found = names.flatMap((name) => alarms.get(name) ?? []);
    if (found.filter(({ kind }) => kind === 'composite').length > 1) throw invalidRequest('Only one composite alarm can be deleted per request');
    for (const alarm of found) {
      const parents = alarms.parentsOf(alarm).filter((parent) => !found.includes(parent));
      if (parents.length > 0) throw invalidRequest(`Cannot delete ${alarm.name} as there are composite alarm(s) depending on it.`);
    }
    for (const alarm of found) alarms.delete(alarm);
    if (found.length < names.length) throw resourceNotFound();
    return {};
  },
});
