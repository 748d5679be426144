import { AwsError } from '../../aws-error.ts';
import { defineResource, textOr } from '../resource-type.ts';
import { lowerCamel } from '../shape.ts';
import { isRecord } from '../template.ts';

/** A definition with `${name}` replaced, as `DefinitionSubstitutions` asks. */
function substituted(definition: string, values: Readonly<Record<string, unknown>>): string {
  return definition.replace(/\$\{([\w.]+)\}/g, (whole, name: string) => (Object.hasOwn(values, name) ? String(values[name]) : whole));
}

export const stateMachine = defineResource({
  type: 'AWS::StepFunctions::StateMachine',
  properties: [
    'DefinitionString',
    'Definition',
    'DefinitionSubstitutions',
    'RoleArn',
    'StateMachineName',
    'StateMachineType',
    'TracingConfiguration',
    'EncryptionConfiguration',
    'Tags',
  ],
  // Executions are told by their history and the trace; there is no log of them to write.
  inert: ['LoggingConfiguration'],
  async make(properties, { logicalId, call, generatedName }) {
    const { DefinitionString, Definition, DefinitionSubstitutions, Tags } = properties;
    const definition = typeof DefinitionString === 'string' ? DefinitionString : isRecord(Definition) ? JSON.stringify(Definition) : undefined;
    if (definition === undefined) throw new AwsError('ValidationError', `The resource "${logicalId}" has neither DefinitionString nor Definition`);
    const name = textOr(properties, 'StateMachineName', () => generatedName(80));
    const created = await call('sfn', 'CreateStateMachine', {
      name,
      definition: isRecord(DefinitionSubstitutions) ? substituted(definition, DefinitionSubstitutions) : definition,
      roleArn: properties['RoleArn'],
      type: properties['StateMachineType'],
      tracingConfiguration: lowerCamel(properties['TracingConfiguration']),
      encryptionConfiguration: lowerCamel(properties['EncryptionConfiguration']),
      tags: lowerCamel(Tags),
    });
    const arn = String(created['stateMachineArn']);
    return { ref: arn, attributes: { Arn: arn, Name: name } };
  },
});
