import type { PutParameterCommandInput, PutParameterResult } from '@aws-sdk/client-ssm';
import { AwsError, notEmulated } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { parameterArn, type SsmState } from './state.ts';

export const putParameter = defineOperation<SsmState, PutParameterCommandInput, PutParameterResult>({
  name: 'PutParameter',
  access: ({ Name }, { kernel }) => [{ action: 'ssm:PutParameter', resource: parameterArn(kernel, Name) }],
  limits: { Name: { min: 1, max: 2048 }, Type: { oneOf: ['String', 'StringList', 'SecureString'] }, Value: { min: 1, max: 4096 } },
  run({ Name = '', Type, Value = '', Overwrite = false, KeyId, Tier = 'Standard', Policies }, { kernel, parameters }) {
    if (KeyId !== undefined) throw notEmulated('keys of parameters');
    if (Tier !== 'Standard' || Policies !== undefined) throw notEmulated('advanced parameters');
    const before = parameters.get(Name);
    if (before && !Overwrite)
      throw new AwsError(
        'ParameterAlreadyExists',
        'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
      );
    const type = Type ?? before?.type;
    if (type === undefined) throw new AwsError('ValidationException', 'A parameter type is required when you create a parameter.');
    const version = (before?.version ?? 0) + 1;
    parameters.set(Name, { name: Name, type, value: Value, version, modifiedAtMs: kernel.clock.now() });
    return { Version: version, Tier: 'Standard' };
  },
});
