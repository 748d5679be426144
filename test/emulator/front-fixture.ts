import { afterEach, beforeEach } from 'vitest';
import { virtualClock } from '../../src/emulator/clock.ts';
import { createFront, type Front } from '../../src/emulator/front.ts';
import { type AccessKey, createIdentities, type Identities } from '../../src/emulator/iam/identities.ts';
import { type Access, bindService, type Call, defineOperation, type Limits, type ServiceId } from '../../src/emulator/operation.ts';
import { seededRandom } from '../../src/emulator/random.ts';
import { type Server, startServer } from '../../src/emulator/server.ts';
import type { TraceKind } from '../../src/emulator/trace.ts';
import { type InProcessHandler, inProcess } from '../../src/emulator/transport.ts';

export const account = '111122223333';
export const region = 'eu-west-1';

/** Administrator's keys, for any SDK client. */
export const administratorKeys = { accessKeyId: 'test', secretAccessKey: 'test' };

export interface TestFront {
  readonly front: Front;
  readonly identities: Identities;
  /** What operations were called with, in order. */
  readonly seen: { readonly operation: string; readonly input: unknown; readonly call: Call }[];
  readonly lines: { readonly kind: TraceKind; readonly data: Record<string, unknown> }[];
  readonly crashes: unknown[];
  /** Registers a service whose operations answer what they are told to. */
  serve(
    service: ServiceId,
    operations: Record<string, (input: unknown, call: Call) => unknown>,
    rules?: { access?: (input: unknown) => Access[]; limits?: Limits },
  ): void;
}

/** A front with no service of its own: tests bring operations that record their input and answer what the test says. */
export function testFront(): TestFront {
  const identities = createIdentities({ account });
  const lines: TestFront['lines'] = [];
  const crashes: unknown[] = [];
  const seen: TestFront['seen'] = [];
  const front = createFront({
    account,
    region,
    clock: virtualClock(Date.parse('2026-11-22T10:00:00Z')),
    random: seededRandom(1),
    trace: { write: (kind, data) => lines.push({ kind, data }) },
    identities,
    onCrash: (error) => crashes.push(error),
  });
  return {
    front,
    identities,
    seen,
    lines,
    crashes,
    serve(service, operations, rules = {}) {
      front.register(
        bindService(
          service,
          {},
          Object.entries(operations).map(([name, run]) =>
            defineOperation<object, unknown, unknown>({
              name,
              access: (input) => rules.access?.(input) ?? [],
              ...(rules.limits && { limits: rules.limits }),
              run(input, _state, call) {
                seen.push({ operation: name, input, call });
                return run(input, call);
              },
            }),
          ),
        ),
      );
    },
  };
}

/** A role with one policy, and the keys it signs with. */
export function roleWith(
  identities: Identities,
  name: string,
  statements: readonly unknown[],
  trust: readonly string[] = ['lambda.amazonaws.com'],
): AccessKey & { arn: string } {
  const arn = `arn:aws:iam::${account}:role/${name}`;
  identities.createRole({
    arn,
    trust: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { Service: trust }, Action: 'sts:AssumeRole' }] },
    policies: [{ Version: '2012-10-17', Statement: statements }],
  });
  return { arn, ...identities.accessKeyFor(arn) };
}

/** What a promise was rejected with. */
export async function rejection(promise: Promise<unknown>): Promise<Error & Record<string, unknown>> {
  try {
    await promise;
  } catch (error) {
    return error as Error & Record<string, unknown>; // SDK clients throw errors with members of their own
  }
  throw new Error('Expected a rejection, and there was none');
}

export interface ClientOptions {
  region: string;
  credentials: typeof administratorKeys;
  maxAttempts: number;
  endpoint?: string;
  requestHandler?: InProcessHandler;
}

/** A front a test, made and ended around each, and what an SDK client needs to reach it as the administrator. */
export function transportWorld(transport: 'in process' | 'over HTTP'): { readonly aws: TestFront; options(): ClientOptions } {
  let aws: TestFront | undefined;
  let server: Server | undefined;
  const current = () => {
    if (!aws) throw new Error('A front exists only while a test runs');
    return aws;
  };
  beforeEach(async () => {
    aws = testFront();
    if (transport === 'over HTTP') server = await startServer(aws.front, 0);
  });
  afterEach(async () => {
    await server?.close();
    server = undefined;
    aws = undefined;
  });
  return {
    get aws() {
      return current();
    },
    options: () => ({
      region,
      credentials: administratorKeys,
      maxAttempts: 1,
      ...(server ? { endpoint: server.url } : { requestHandler: inProcess(current().front) }),
    }),
  };
}
