import type { ValidateStateMachineDefinitionCommandInput, ValidateStateMachineDefinitionCommandOutput } from '@aws-sdk/client-sfn';
import { notEmulated } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { parseDefinition } from './parse.ts';
import type { StatesState } from './state.ts';

/** What `CreateStateMachine` would say of a definition, as a list. */
export const validateStateMachineDefinition = defineOperation<
  StatesState,
  ValidateStateMachineDefinitionCommandInput,
  Omit<ValidateStateMachineDefinitionCommandOutput, '$metadata'>
>({
  name: 'ValidateStateMachineDefinition',
  access: () => [{ action: 'states:ValidateStateMachineDefinition', resource: '*' }],
  limits: {
    definition: { max: 1_048_576 },
    type: { oneOf: ['STANDARD', 'EXPRESS'] },
    severity: { oneOf: ['ERROR', 'WARNING'] },
    maxResults: { min: 0, max: 100 },
  },
  run({ definition = '', type, maxResults }, { kernel }) {
    if (type === 'EXPRESS') throw notEmulated('Express state machines');
    const { diagnostics } = parseDefinition(definition, kernel);
    const listed = diagnostics.slice(0, maxResults || 100);
    return {
      result: diagnostics.length === 0 ? 'OK' : 'FAIL',
      diagnostics: listed.map(({ code, message, location }) => ({
        severity: 'ERROR',
        code,
        message,
        ...(location === undefined ? {} : { location }),
      })),
      truncated: listed.length < diagnostics.length,
    };
  },
});
