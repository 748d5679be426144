import { AwsError, notEmulated } from '../aws-error.ts';
import { readResourcePolicy } from '../iam/resource-policy.ts';
import { invalidAttributeValue, invalidValue } from './errors.ts';
import type { Queue, QueueSettings } from './queue.ts';
import type { SqsState } from './state.ts';

interface NumberAttribute {
  readonly setting: 'visibilityTimeoutSeconds' | 'maximumMessageBytes' | 'retentionSeconds' | 'delaySeconds' | 'receiveWaitSeconds';
  readonly min: number;
  readonly max: number;
  readonly default: number;
}

const numbers: Readonly<Record<string, NumberAttribute>> = {
  VisibilityTimeout: { setting: 'visibilityTimeoutSeconds', min: 0, max: 43_200, default: 30 },
  MaximumMessageSize: { setting: 'maximumMessageBytes', min: 1024, max: 1_048_576, default: 1_048_576 },
  MessageRetentionPeriod: { setting: 'retentionSeconds', min: 60, max: 1_209_600, default: 345_600 },
  DelaySeconds: { setting: 'delaySeconds', min: 0, max: 900, default: 0 },
  ReceiveMessageWaitTimeSeconds: { setting: 'receiveWaitSeconds', min: 0, max: 20, default: 0 },
};
/** Kept as they are said. Encryption changes nothing here; `RedriveAllowPolicy` is not asked. */
const texts = ['Policy', 'RedrivePolicy', 'RedriveAllowPolicy', 'KmsMasterKeyId', 'KmsDataKeyReusePeriodSeconds', 'SqsManagedSseEnabled'];
const fifo = ['FifoQueue', 'ContentBasedDeduplication', 'DeduplicationScope', 'FifoThroughputLimit'];

export const defaultSettings = (): QueueSettings => ({
  visibilityTimeoutSeconds: 30,
  maximumMessageBytes: 1_048_576,
  retentionSeconds: 345_600,
  delaySeconds: 0,
  receiveWaitSeconds: 0,
  redrive: undefined,
  texts: new Map(),
});

function redriveOf(value: string): QueueSettings['redrive'] {
  if (value === '') return undefined;
  let policy: unknown;
  try {
    policy = JSON.parse(value);
  } catch {
    throw invalidValue(value, 'RedrivePolicy', 'Redrive policy is not a valid JSON map.');
  }
  const { deadLetterTargetArn, maxReceiveCount } = (policy ?? {}) as { deadLetterTargetArn?: unknown; maxReceiveCount?: unknown }; // Each is looked at next.
  if (typeof deadLetterTargetArn !== 'string' || !/^arn:[^:]+:sqs:[^:]+:[^:]+:[^:]+$/.test(deadLetterTargetArn)) {
    throw invalidValue(value, 'RedrivePolicy', 'Invalid value for deadLetterTargetArn.');
  }
  const count = Number(maxReceiveCount);
  if (!Number.isInteger(count) || count < 1 || count > 1000) {
    throw invalidValue(value, 'RedrivePolicy', 'Invalid value for maxReceiveCount.');
  }
  return { deadLetterArn: deadLetterTargetArn, maxReceiveCount: count };
}

/** Sets attributes on settings, each as SetQueueAttributes and CreateQueue take it. Throws in SQS's words; then nothing should be kept. */
export function applyAttributes(settings: QueueSettings, attributes: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(attributes)) {
    const number = Object.hasOwn(numbers, name) ? numbers[name] : undefined;
    if (number) {
      const parsed = value.trim() === '' ? Number.NaN : Number(value);
      if (!Number.isInteger(parsed) || parsed < number.min || parsed > number.max) throw invalidAttributeValue(name);
      settings[number.setting] = parsed;
    } else if (texts.includes(name)) {
      if (name === 'RedrivePolicy') settings.redrive = redriveOf(value);
      if (value === '') settings.texts.delete(name);
      else settings.texts.set(name, value);
    } else if (fifo.includes(name)) {
      throw notEmulated(`the FIFO attribute ${name} of SQS queues`);
    } else {
      throw new AwsError('InvalidAttributeName', `Unknown Attribute ${name}.`);
    }
  }
}

/** Puts a queue's policy before those who judge calls; a policy that is taken away lets nobody in any more. */
export function enforcePolicy({ identities, kernel }: SqsState, arn: string, policy: string | undefined): void {
  const statements = policy === undefined ? [] : readResourcePolicy(policy, arn, kernel.account, () => invalidAttributeValue('Policy'));
  identities?.removeResourcePolicies(arn);
  for (const statement of statements) identities?.addResourcePolicy(arn, statement);
}

/** Every attribute of a queue, as GetQueueAttributes tells it. */
export function attributesOf(queue: Queue): Record<string, string> {
  const { visible, hidden, delayed } = queue.counts();
  const seconds = (ms: number) => String(Math.floor(ms / 1000));
  return {
    QueueArn: queue.arn,
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesNotVisible: String(hidden),
    ApproximateNumberOfMessagesDelayed: String(delayed),
    CreatedTimestamp: seconds(queue.createdAtMs),
    LastModifiedTimestamp: seconds(queue.modifiedAtMs),
    ...Object.fromEntries(Object.entries(numbers).map(([name, { setting }]) => [name, String(queue.settings[setting])])),
    SqsManagedSseEnabled: 'true',
    ...Object.fromEntries(queue.settings.texts),
  };
}

/** The first attribute in which a queue differs from what CreateQueue says now, or nothing. */
export function firstDifference(queue: Queue, attributes: Readonly<Record<string, string>>): string | undefined {
  const is = attributesOf(queue);
  return Object.keys(attributes).find((name) => is[name] !== attributes[name]);
}
