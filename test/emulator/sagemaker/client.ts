import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { createFront } from '../../../src/emulator/front.ts';
import { createIdentities } from '../../../src/emulator/iam/identities.ts';
import { silentTrace } from '../../../src/emulator/trace.ts';
import { inProcess } from '../../../src/emulator/transport.ts';
import { roleWith } from '../front-fixture.ts';
import type { World } from './fixture.ts';

export interface Clients {
  /** AWS's own client, as the account's administrator. */
  readonly client: SageMakerClient;
  /** The same as a role with these statements and no others. */
  readonly as: (statements: Parameters<typeof roleWith>[2]) => SageMakerClient;
}

/** A world's SageMaker behind the wire: AWS's own client, signatures, schemas, limits and policies. */
export function clientsOf(world: World): Clients {
  const { account, region, clock, random } = world.kernel;
  const identities = createIdentities({ account });
  const front = createFront({
    account,
    region,
    clock,
    random,
    trace: silentTrace,
    identities,
    onCrash: (error) => world.kernel.crashes.push(error),
  });
  front.register(world.sageMaker.control);
  const clientWith = (credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }) =>
    new SageMakerClient({ region, credentials, maxAttempts: 1, requestHandler: inProcess(front) });
  let roles = 0;
  return {
    client: clientWith({ accessKeyId: 'test', secretAccessKey: 'test' }),
    as: (statements) => clientWith(roleWith(identities, `role-${++roles}`, statements)),
  };
}

/** What a call was refused with: `name: message`. */
export async function refused(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return `${error.name}: ${error.message}`;
    throw error;
  }
  return 'accepted';
}
