import { type AwsError, notEmulated, validationException } from '../aws-error.ts';
import type { Caller } from '../iam/caller.ts';
import type { Kernel } from '../kernel.ts';
import { busNameOf, type RuleTarget } from './state.ts';

const targetKinds = ['lambda', 'states', 'sqs', 'sns', 'events'] as const;
export type TargetKind = (typeof targetKinds)[number];

const shapes: Readonly<Record<TargetKind, RegExp>> = {
  lambda: /^function:[A-Za-z0-9_-]+(:[A-Za-z0-9$_-]+)?$/,
  states: /^stateMachine:[^\s:]+(:[^\s:]+)?$/,
  sqs: /^[A-Za-z0-9_-]+(\.fifo)?$/,
  sns: /^[A-Za-z0-9_-]+(\.fifo)?$/,
  events: /^event-bus\/[/._A-Za-z0-9-]+$/,
};

const isTargetKind = (service: string): service is TargetKind => (targetKinds as readonly string[]).includes(service);
const wrongArn = (arn: string): AwsError => validationException(`Parameter ${arn} is not valid. Reason: Provided Arn is not in correct format.`);

/**
 * What a target's ARN names.
 *
 * @throws AwsError `ValidationException` for no ARN, `NotEmulated` for a service, account or region the emulator has no targets in
 */
export function targetKind(kernel: Kernel, arn: string): TargetKind {
  const [prefix, partition, service, region, account, ...rest] = arn.split(':');
  if (prefix !== 'arn' || partition === undefined || !service || rest.length === 0) throw wrongArn(arn);
  if (!isTargetKind(service)) throw notEmulated(`EventBridge targets of the service "${service}" (${arn})`);
  if (region !== kernel.region || account !== kernel.account) throw notEmulated(`EventBridge targets of another account or region (${arn})`);
  if (!shapes[service].test(rest.join(':'))) throw wrongArn(arn);
  return service;
}

/** Members of a target for services that are not emulated. */
const foreignParameters = [
  'KinesisParameters',
  'RunCommandParameters',
  'EcsParameters',
  'BatchParameters',
  'HttpParameters',
  'RedshiftDataParameters',
  'SageMakerPipelineParameters',
  'AppSyncParameters',
] as const;

/**
 * Refuses a target AWS would refuse at PutTargets, or the emulator has no such thing as.
 *
 * @param busName the bus of the target's rule
 */
export function checkTarget(kernel: Kernel, target: RuleTarget, busName: string): void {
  const kind = targetKind(kernel, target.Arn);
  for (const member of foreignParameters) {
    if (target[member] !== undefined) throw notEmulated(`${member} of an EventBridge target`);
  }
  if (kind === 'states' || kind === 'events') {
    if (target.RoleArn === undefined) throw validationException(`RoleArn is required for target ${target.Arn}.`);
    assumable(kernel, target.RoleArn);
  } else if (target.RoleArn !== undefined) {
    // AWS came to accept a role here as well; the templates we deploy grant these services by resource policy.
    throw notEmulated(`RoleArn on an EventBridge target of the service "${kind}"`);
  }
  if (kind === 'events' && busNameOf(kernel, target.Arn) === busName) {
    throw validationException(`Event bus ${busName} can't be a target of its own rule.`);
  }
  if (kind === 'sqs' && target.Arn.endsWith('.fifo') && target.SqsParameters?.MessageGroupId === undefined) {
    throw validationException(`Parameter(s) SqsParameters must be specified for target: ${target.Id}.`);
  }
  const deadLetterArn = target.DeadLetterConfig?.Arn;
  if (deadLetterArn !== undefined && (targetKind(kernel, deadLetterArn) !== 'sqs' || deadLetterArn.endsWith('.fifo'))) {
    throw validationException(`Parameter DeadLetterConfig.Arn for target ${target.Id} is not valid. Reason: it must be a standard SQS queue.`);
  }
}

function assumable(kernel: Kernel, roleArn: string): Caller {
  try {
    return kernel.cloud.assume(roleArn);
  } catch (cause) {
    const refusal = validationException(`Provided role '${roleArn}' cannot be assumed by principal 'events.amazonaws.com'.`);
    refusal.cause = cause;
    throw refusal;
  }
}
