import { createFront } from '../../src/emulator/front.ts';
import { createIdentities } from '../../src/emulator/iam/identities.ts';
import type { Service } from '../../src/emulator/operation.ts';
import { inProcess } from '../../src/emulator/transport.ts';
import type { TestKernel } from './kernel.ts';

/**
 * One emulated service behind the real wire: the configuration of an SDK client that calls it as the administrator.
 *
 * @param kernel the service's own; what an operation must not throw is kept in its `crashes`
 */
export function clientConfig(kernel: TestKernel, service: Service) {
  const { account, region, clock, random, trace } = kernel;
  const identities = createIdentities({ account });
  const front = createFront({ account, region, clock, random, trace, identities, onCrash: (error) => kernel.crashes.push(error) });
  front.register(service);
  return { region, credentials: { accessKeyId: 'test', secretAccessKey: 'test' }, maxAttempts: 1, requestHandler: inProcess(front) };
}
