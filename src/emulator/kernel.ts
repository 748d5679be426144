import type { Clock } from './clock.ts';
import type { Caller } from './iam/caller.ts';
import type { ServiceId } from './operation.ts';
import type { Random } from './random.ts';
import type { Trace } from './trace.ts';

/** An event a service puts on the default bus; the bus adds id, time, account and region. */
export interface ServiceEvent {
  readonly source: string;
  readonly detailType: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

/** How one emulated service reaches another: through the same operations and policies as the wire, without its codecs. */
export interface Cloud {
  /** Runs an operation as `caller`. Throws `AwsError`, `AccessDeniedException` where its policies don't grant it. */
  call(service: ServiceId, operation: string, input: unknown, caller: Caller): Promise<unknown>;
  /** Puts a service's own event on the default bus. Never fails, never waits. */
  publish(event: ServiceEvent): void;
  /**
   * The caller a role is, for a service that acts with it (a state machine, a Lambda). Throws `AwsError` when the role is unknown,
   * or when its trust policy doesn't name `byService` (`states.amazonaws.com`). Without `byService` trust isn't asked.
   */
  assume(roleArn: string, byService?: string, sourceArn?: string): Caller;
}

/** What every emulated service is built on. */
export interface Kernel {
  readonly account: string;
  readonly region: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly trace: Trace;
  readonly cloud: Cloud;
  /** A folder of the emulator's own: S3 objects, logs, image layers, containers' trees. Removed when it stops. */
  readonly dataFolder: string;
  /** Runs work nobody awaits. A rejection is traced and kept in `crashes`: it is a bug of the emulator's. */
  background(label: string, work: () => Promise<void>): void;
}

/** `arn:aws:<service>:<region>:<account>:<rest>`. */
export const arnOf = (kernel: Pick<Kernel, 'account' | 'region'>, service: string, rest: string): string =>
  `arn:aws:${service}:${kernel.region}:${kernel.account}:${rest}`;
