import { notEmulated } from '../aws-error.ts';
import type { Access, Limits } from '../operation.ts';
import { invalidRequest } from './errors.ts';
import type { CloudWatchState } from './state.ts';

/** What metric and composite alarms have in common in their input. */
interface AlarmInput {
  readonly AlarmName?: string | undefined;
  readonly AlarmActions?: readonly string[] | undefined;
  readonly OKActions?: readonly string[] | undefined;
  readonly InsufficientDataActions?: readonly string[] | undefined;
  readonly Tags?: readonly unknown[] | undefined;
}

const allActions = (input: AlarmInput) => [...(input.AlarmActions ?? []), ...(input.OKActions ?? []), ...(input.InsufficientDataActions ?? [])];

export const alarmLimits: Limits = {
  AlarmName: { min: 1, max: 255 },
  AlarmDescription: { min: 0, max: 1024 },
  AlarmActions: { max: 5 },
  OKActions: { max: 5 },
  InsufficientDataActions: { max: 5 },
  'AlarmActions[]': { min: 1, max: 1024 },
  'OKActions[]': { min: 1, max: 1024 },
  'InsufficientDataActions[]': { min: 1, max: 1024 },
};

/** Permissions to put an alarm; tags are a permission of their own. */
export function accessToPut(action: string, input: AlarmInput, { alarms }: CloudWatchState): Access[] {
  const resource = alarms.arnOf(input.AlarmName ?? '');
  const actions = allActions(input);
  return [
    { action, resource, ...(actions.length > 0 ? { context: { 'cloudwatch:AlarmActions': actions } } : {}) },
    ...((input.Tags ?? []).length > 0 ? [{ action: 'cloudwatch:TagResource', resource }] : []),
  ];
}

/** @throws AwsError unless each action is an SNS topic or a Lambda function */
export function checkActions(input: AlarmInput): void {
  for (const arn of allActions(input)) {
    const [scheme, , service] = arn.split(':');
    if (scheme !== 'arn') throw invalidRequest(`Invalid arn syntax: ${arn}`);
    if (service !== 'sns' && service !== 'lambda') throw notEmulated(`the alarm action ${arn}`);
  }
}

/** @throws AwsError for members of newer CloudWatch that this does not know, by name */
export function refuse(input: Readonly<Record<string, unknown>>, names: readonly string[], operation: string): void {
  const found = names.find((name) => input[name] !== undefined);
  if (found) throw notEmulated(`${operation} with ${found}`);
}

/** One access a named alarm. */
export const accessToNamed = (action: string, names: readonly string[], { alarms }: CloudWatchState): Access[] =>
  names.map((name) => ({ action, resource: alarms.arnOf(name) }));
