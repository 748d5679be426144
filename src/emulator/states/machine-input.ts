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
