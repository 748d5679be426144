import { notEmulated } from '../aws-error.ts';
import type { Identities } from '../iam/identities.ts';
import { arnOf, type Kernel } from '../kernel.ts';
import type { Access } from '../operation.ts';
import { queueDoesNotExist } from './errors.ts';
import type { Queue } from './queue.ts';

export interface SqsState {
  readonly kernel: Kernel;
  readonly baseUrl: string;
  /** By name. */
  readonly queues: Map<string, Queue>;
  /** Where queue policies are enforced; absent in a test of the service alone. */
  readonly identities: Pick<Identities, 'addResourcePolicy' | 'removeResourcePolicies'> | undefined;
}

/** The queue a URL names: any URL whose last part is its name. */
export const queueNameOf = (url: string | undefined): string => (url ?? '').split('/').at(-1) ?? '';

export const queueArnOf = (kernel: Kernel, name: string): string => arnOf(kernel, 'sqs', name);

export const urlOf = ({ baseUrl, kernel }: SqsState, name: string): string => `${baseUrl}/${kernel.account}/${name}`;

/** Throws `QueueDoesNotExist`. */
export function queueAt(state: SqsState, url: string | undefined): Queue {
  const queue = state.queues.get(queueNameOf(url));
  if (!queue) throw queueDoesNotExist();
  return queue;
}

/** What an operation on one queue needs. */
export const queueAccess =
  (action: string) =>
  (input: { readonly QueueUrl?: string | undefined }, { kernel }: SqsState): readonly Access[] => [
    { action: `sqs:${action}`, resource: queueArnOf(kernel, queueNameOf(input.QueueUrl)) },
  ];

export function refuseFifo(name: string): void {
  if (name.endsWith('.fifo')) throw notEmulated(`FIFO queues ("${name}"); standard queues are`);
}
