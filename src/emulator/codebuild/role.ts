import { AwsError } from '../aws-error.ts';
import type { Caller } from '../iam/caller.ts';
import type { Kernel } from '../kernel.ts';
import type { ServiceId } from '../operation.ts';

/** Calls other services as a build's service role. */
export interface BuildRole {
  /** @throws AwsError as the service answers */
  call<Output>(service: ServiceId, operation: string, input: unknown): Promise<Output>;
}

/** What a client asks again for, and how often; it waits 1, 2, 4 and 8 s in between, as AWS's own tools roughly do. */
const passing = ['ThrottlingException', 'SlowDown', 'ServiceUnavailable'];
const retries = 4;

/** @param assertWanted throws where nobody wants the call any more; asked before each try */
export function buildRole(kernel: Kernel, caller: Caller, assertWanted: () => void = () => {}): BuildRole {
  return {
    async call<Output>(service: ServiceId, operation: string, input: unknown): Promise<Output> {
      for (let attempt = 0; ; attempt++) {
        assertWanted();
        try {
          return (await kernel.cloud.call(service, operation, input, caller)) as Output; // The operation's own answer, which the front has checked.
        } catch (error) {
          if (!(error instanceof AwsError) || !passing.includes(error.code) || attempt === retries) throw error;
          await kernel.clock.sleep(1000 * 2 ** attempt, `${service}:${operation} again, for ${caller.arn}`);
        }
      }
    },
  };
}
