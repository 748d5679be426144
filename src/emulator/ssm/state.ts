import { AwsError } from '../aws-error.ts';
import { arnOf, type Kernel } from '../kernel.ts';

export interface StoredParameter {
  readonly name: string;
  readonly type: 'String' | 'StringList' | 'SecureString';
  readonly value: string;
  /** 1, 2, 3 … */
  readonly version: number;
  readonly modifiedAtMs: number;
}

export interface SsmState {
  readonly kernel: Kernel;
  readonly parameters: Map<string, StoredParameter>;
}

/** A name's ARN: the slash it begins with stands in for the one after `parameter`. */
export const parameterArn = (kernel: Kernel, name = ''): string => arnOf(kernel, 'ssm', `parameter${name.startsWith('/') ? '' : '/'}${name}`);

/** The parameter. Versions and labels after a colon, and ARNs, are not emulated. */
export function parameterNamed({ parameters }: SsmState, name = ''): StoredParameter {
  const found = parameters.get(name);
  if (!found) throw new AwsError('ParameterNotFound', `Parameter ${name} not found.`);
  return found;
}
