import type { GetParameterCommandInput, GetParameterResult } from '@aws-sdk/client-ssm';
import { notEmulated } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { parameterArn, parameterNamed, type SsmState } from './state.ts';

/** A SecureString is under AWS's own key, which anybody who may read the parameter may use. */
export const getParameter = defineOperation<SsmState, GetParameterCommandInput, GetParameterResult>({
  name: 'GetParameter',
  access: ({ Name }, { kernel }) => [{ action: 'ssm:GetParameter', resource: parameterArn(kernel, Name) }],
  run({ Name, WithDecryption = false }, state) {
    const { name, type, value, version, modifiedAtMs } = parameterNamed(state, Name);
    if (type === 'SecureString' && !WithDecryption) throw notEmulated('the cipher text of a SecureString');
    return {
      Parameter: {
        Name: name,
        Type: type,
        Value: value,
        Version: version,
        LastModifiedDate: new Date(modifiedAtMs),
        ARN: parameterArn(state.kernel, name),
        DataType: 'text',
      },
    };
  },
});
