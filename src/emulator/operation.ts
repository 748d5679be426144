import type { Caller } from './iam/caller.ts';

/** One permission a call needs: judged against the caller's policies before the operation runs. */
export interface Access {
  /** As in a policy: `sagemaker:UpdateEndpoint`. */
  readonly action: string;
  /** An ARN, or `*` where the action has no resource-level permission. */
  readonly resource: string;
  /** Condition keys and their values, such as `iam:PassedToService`. */
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
}

export interface Call {
  readonly caller: Caller;
  readonly requestId: string;
}

/**
 * Limits of one member, as AWS's service model states them. Keys of a `Limits` table are paths into the input:
 * `EndpointName`, `ProductionVariants[].VariantName`; a length or size is of text, list or map, a number's bounds are its value's.
 */
export interface Limit {
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: RegExp;
  readonly oneOf?: readonly string[];
}
export type Limits = Readonly<Record<string, Limit>>;

/** One API operation of one service: what it needs, what it accepts, what it does. Required members come from the SDK's schema. */
export interface Operation<State, Input, Output> {
  /** AWS's name, letter for letter: `CreateEndpointConfig`. */
  readonly name: string;
  /** Which permissions the call needs. Empty where AWS asks none (`sts:GetCallerIdentity`). */
  readonly access: (input: Input, state: State) => readonly Access[];
  readonly limits?: Limits;
  /** Does it. Throws `AwsError` with AWS's own code and words. */
  readonly run: (input: Input, state: State, call: Call) => Output | Promise<Output>;
}

/** An operation whose service state is bound in: what the wire and the emulator's own services call. */
export interface BoundOperation {
  readonly name: string;
  readonly limits: Limits;
  readonly access: (input: unknown) => readonly Access[];
  readonly run: (input: unknown, call: Call) => Promise<unknown>;
}

export const serviceIds = [
  'sagemaker',
  'sagemaker-runtime',
  'cloudwatch',
  'sfn',
  'events',
  'dynamodb',
  'lambda',
  'ecr',
  'sns',
  'sqs',
  'sts',
  's3',
  'logs',
  'application-autoscaling',
  'codebuild',
  'ssm',
] as const;
export type ServiceId = (typeof serviceIds)[number];

export interface Service {
  readonly id: ServiceId;
  readonly operations: ReadonlyMap<string, BoundOperation>;
}

/** Keeps an operation's types while it is written; the identity at run time. */
export const defineOperation = <State, Input, Output>(operation: Operation<State, Input, Output>): Operation<State, Input, Output> => operation;

/**
 * Binds a service's state into its operations.
 *
 * @param operations typed as `any` inside because a list of differently typed operations has no common type; each checks its own input's schema at the wire
 */
// oxlint-disable-next-line typescript/no-explicit-any
export function bindService<State>(id: ServiceId, state: State, operations: readonly Operation<State, any, any>[]): Service {
  return {
    id,
    operations: new Map(
      operations.map((operation) => [
        operation.name,
        {
          name: operation.name,
          limits: operation.limits ?? {},
          access: (input) => operation.access(input, state),
          run: async (input, call): Promise<unknown> => (await operation.run(input, state, call)) as unknown,
        },
      ]),
    ),
  };
}
