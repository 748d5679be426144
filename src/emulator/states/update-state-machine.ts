import type { UpdateStateMachineCommandInput, UpdateStateMachineCommandOutput } from '@aws-sdk/client-sfn';
import { AwsError, notEmulated } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { passRole } from './create-state-machine.ts';
import { checkRole, readDefinition, refuseUnemulated } from './machine-input.ts';
import { findMachine, type StatesState } from './state.ts';

/** Executions that run keep the revision they began with. */
export const updateStateMachine = defineOperation<StatesState, UpdateStateMachineCommandInput, Omit<UpdateStateMachineCommandOutput, '$metadata'>>({
  name: 'UpdateStateMachine',
  access: ({ stateMachineArn, roleArn }) => [
    { action: 'states:UpdateStateMachine', resource: stateMachineArn ?? '' },
    ...(roleArn === undefined ? [] : [passRole(roleArn)]),
  ],
  limits: { stateMachineArn: { min: 1, max: 256 }, definition: { min: 1, max: 1_048_576 }, roleArn: { min: 1, max: 256 } },
  run({ stateMachineArn = '', definition, roleArn, publish, versionDescription, tracingConfiguration, ...rest }, state) {
    const { kernel } = state;
    const machine = findMachine(stateMachineArn, state);
    if (machine.status === 'DELETING') throw new AwsError('StateMachineDeleting', `State Machine is being deleted: '${stateMachineArn}'`);
    if (publish || versionDescription !== undefined) throw notEmulated('versions of state machines');
    refuseUnemulated(rest);
    if (definition === undefined && roleArn === undefined && tracingConfiguration === undefined && rest.loggingConfiguration === undefined) {
      throw new AwsError(
        'MissingRequiredParameter',
        'Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified',
      );
    }
    if (roleArn !== undefined) checkRole(roleArn, stateMachineArn, kernel);
    const before = machine.revision;
    const updatedAtMs = kernel.clock.now();
    machine.revision = {
      definition: definition === undefined ? before.definition : readDefinition(definition, kernel),
      definitionText: definition ?? before.definitionText,
      roleArn: roleArn ?? before.roleArn,
      updatedAtMs,
    };
    machine.revisionId = kernel.random.uuid('states/revision-id');
    if (tracingConfiguration !== undefined) machine.tracing = tracingConfiguration;
    return { updateDate: new Date(updatedAtMs), revisionId: machine.revisionId };
  },
});
