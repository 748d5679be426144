import type { UpdateStateMachineCommandInput } from '@aws-sdk/client-sfn';
import { AwsError, notEmulated } from '../aws-error.ts';
import type { Kernel } from '../kernel.ts';
import type { Definition } from './definition.ts';
import { diagnosticsText } from './diagnostics.ts';
import { parseDefinition } from './parse.ts';

/** @throws AwsError `InvalidDefinition` listing everything that is wrong */
export function readDefinition(text: string, kernel: Kernel): Definition {
  const { definition, diagnostics } = parseDefinition(text, kernel);
  if (definition) return definition;
  throw new AwsError('InvalidDefinition', `Invalid State Machine Definition: '${diagnosticsText(diagnostics)}'`);
}

/** Settings of a machine we would otherwise take and not act on. */
export function refuseUnemulated({
  loggingConfiguration,
  encryptionConfiguration,
}: Pick<UpdateStateMachineCommandInput, 'loggingConfiguration' | 'encryptionConfiguration'>): void {
  if ((loggingConfiguration?.level ?? 'OFF') !== 'OFF') throw notEmulated('logs of state machines (loggingConfiguration)');
  if ((encryptionConfiguration?.type ?? 'AWS_OWNED_KEY') !== 'AWS_OWNED_KEY') throw notEmulated('encryption of state machines with a key of yours');
}

/** @throws AwsError `AccessDeniedException` where Step Functions may not act with the role, in AWS's words */
export function checkRole(roleArn: string, machineArn: string, kernel: Kernel): void {
  try {
    kernel.cloud.assume(roleArn, 'states.amazonaws.com', machineArn);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw new AwsError(
      'AccessDeniedException',
      'Neither the global service principal states.amazonaws.com, nor the regional one is authorized to assume the provided role.',
      { cause: error },
    );
  }
}
