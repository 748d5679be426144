import type { PutRetentionPolicyCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import { AwsError } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { groupAt, groupNameLimit, type LogsState, logsAccess } from './state.ts';

const days = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

export const putRetentionPolicy = defineOperation<LogsState, PutRetentionPolicyCommandInput, object>({
  name: 'PutRetentionPolicy',
  access: (input, { kernel }) => logsAccess(kernel, 'PutRetentionPolicy', input.logGroupName ?? ''),
  limits: { logGroupName: groupNameLimit },
  run(input, state) {
    const group = groupAt(state, input.logGroupName ?? '');
    const retention = input.retentionInDays ?? 0;
    if (!days.includes(retention)) {
      throw new AwsError(
        'InvalidParameterException',
        `1 validation error detected: Value '${retention}' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set: [${days.join(', ')}]`,
      );
    }
    group.retentionDays = retention;
    return {};
  },
});
