import type { CreateStateMachineCommandInput, CreateStateMachineCommandOutput } from '@aws-sdk/client-sfn';
import { AwsError, notEmulated } from '../aws-error.ts';
import { type Access, defineOperation } from '../operation.ts';
import { checkName, stateMachineArn } from './arns.ts';
import { checkRole, readDefinition, refuseUnemulated } from './machine-input.ts';
import { type StatesState, tagsOf } from './state.ts';

/** States takes over the role it is given. */
export const passRole = (roleArn: string): Access => ({
  action: 'iam:PassRole',
  resource: roleArn,
  context: { 'iam:PassedToService': 'states.amazonaws.com' },
});

export const createStateMachine = defineOperation<StatesState, CreateStateMachineCommandInput, Omit<CreateStateMachineCommandOutput, '$metadata'>>({
  name: 'CreateStateMachine',
  access: ({ name, roleArn }, { kernel }) => [
    { action: 'states:CreateStateMachine', resource: stateMachineArn(kernel, name ?? '') },
    passRole(roleArn ?? ''),
  ],
  limits: {
    name: { min: 1, max: 80 },
    definition: { min: 1, max: 1_048_576 },
    roleArn: { min: 1, max: 256 },
    type: { oneOf: ['STANDARD', 'EXPRESS'] },
    tags: { max: 200 },
  },
  run(
    { name = '', definition = '', roleArn = '', type = 'STANDARD', tags, publish, versionDescription, tracingConfiguration, ...rest },
    { kernel, machines },
  ) {
    checkName(name);
    if (type === 'EXPRESS') throw notEmulated('Express state machines');
    if (publish || versionDescription !== undefined) throw notEmulated('versions of state machines');
    refuseUnemulated(rest);
    const parsed = readDefinition(definition, kernel);
    const arn = stateMachineArn(kernel, name);
    const existing = machines.get(arn);
    const nowMs = kernel.clock.now();
    if (existing) {
      if (existing.status === 'DELETING') throw new AwsError('StateMachineDeleting', `State Machine is being deleted: '${arn}'`);
      const { revision } = existing;
      if (revision.definitionText !== definition || revision.roleArn !== roleArn) {
        throw new AwsError('StateMachineAlreadyExists', `State Machine Already Exists: '${arn}'`);
      }
      return { stateMachineArn: arn, creationDate: new Date(existing.createdAtMs) };
    }
    checkRole(roleArn, arn, kernel);
    machines.set(arn, {
      arn,
      name,
      createdAtMs: nowMs,
      status: 'ACTIVE',
      revision: { definition: parsed, definitionText: definition, roleArn, updatedAtMs: nowMs },
      revisionId: undefined,
      tracing: tracingConfiguration ?? { enabled: false },
      tags: new Map(tagsOf(tags)),
    });
    return { stateMachineArn: arn, creationDate: new Date(nowMs) };
  },
});
