import { AwsError } from '../aws-error.ts';
import { arnOf, type Kernel } from '../kernel.ts';

const invalidArn = (text: string): AwsError => new AwsError('InvalidArn', `Invalid Arn: '${text}'`);

/**
 * Checks the form of an ARN of ours.
 *
 * @returns what stands behind the resource type: `machine`, or `machine:execution`
 * @throws AwsError `InvalidArn`
 */
export function readArn(arn: string, type: 'stateMachine' | 'execution'): string {
  const [prefix, , service, , , resourceType, ...rest] = arn.split(':');
  if (prefix !== 'arn') throw invalidArn(`Invalid ARN prefix: ${arn}`);
  if (service !== 'states') throw invalidArn(`Service name not valid in this context: ${service}`);
  if (resourceType !== type) throw invalidArn(`Resource type not valid in this context: ${resourceType}`);
  return rest.join(':');
}

export const stateMachineArn = (kernel: Kernel, name: string): string => arnOf(kernel, 'states', `stateMachine:${name}`);

export const executionArn = (kernel: Kernel, machineName: string, name: string): string =>
  arnOf(kernel, 'states', `execution:${machineName}:${name}`);

/** AWS's rule for names of machines and executions: no whitespace, brackets, wildcards, special or control characters. */
// oxlint-disable-next-line no-control-regex -- control characters are what is being refused
const refusedInNames = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\u0000-\u001f\u007f-\u009f]/;

/** @throws AwsError `InvalidName` */
export function checkName(name: string): void {
  if (refusedInNames.test(name)) throw new AwsError('InvalidName', `Invalid Name: '${name}'`);
}
