import type { Identities } from '../iam/identities.ts';
import type { Kernel } from '../kernel.ts';
import type { AsyncQueue } from './asynchronous.ts';
import type { Functions } from './function.ts';
import type { Invoker } from './invoker.ts';
import type { Pool } from './pool.ts';

/** What the operations of Lambda work on. */
export interface LambdaState {
  readonly kernel: Kernel;
  readonly functions: Functions;
  readonly identities: Pick<Identities, 'addResourcePolicy' | 'removeResourcePolicies' | 'authorise'>;
  readonly pool: Pool;
  readonly invoker: Invoker;
  readonly queue: AsyncQueue;
  /** Where the emulator listens, without slash at the end: the first part of function URLs. */
  readonly endpointUrl: () => string;
}
