import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';
import { type VirtualClock, virtualClock } from '../../src/emulator/clock.ts';
import type { Caller } from '../../src/emulator/iam/caller.ts';
import type { Cloud, Kernel, ServiceEvent } from '../../src/emulator/kernel.ts';
import { seededRandom } from '../../src/emulator/random.ts';
import { silentTrace, type Trace } from '../../src/emulator/trace.ts';

/** Data folders of this test file's kernels, removed after it. */
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** One call a service made of another through `kernel.cloud`. */
export interface RecordedCall {
  readonly service: string;
  readonly operation: string;
  readonly input: unknown;
  readonly caller: Caller;
}

export interface TestKernel extends Kernel {
  readonly clock: VirtualClock;
  /** Rejections of background work, in order. */
  readonly crashes: unknown[];
  /** What reached the default `cloud.call`; empty when the test brings its own. */
  readonly calls: RecordedCall[];
  /** What reached the default `cloud.publish`; empty when the test brings its own. */
  readonly events: ServiceEvent[];
}

/** The local account's administrator, for calling an operation straight. */
export const administrator: Caller = { kind: 'administrator', arn: 'arn:aws:iam::000000000000:root' };

/**
 * A kernel for testing one service alone: virtual clock, seeded chance, and a cloud that records what is asked of it.
 *
 * @param overrides.cloud replaces the recording cloud, in part or whole; the default `call` answers `{}` and the default `assume` a role without any statement
 * @param overrides.startsAtMs epoch milliseconds; default 2026-11-22T10:00:00Z
 */
export function testKernel(overrides: { cloud?: Partial<Cloud>; startsAtMs?: number; seed?: number; trace?: Trace } = {}): TestKernel {
  const crashes: unknown[] = [];
  const calls: RecordedCall[] = [];
  const events: ServiceEvent[] = [];
  let folder: string | undefined;
  return {
    account: '000000000000',
    region: 'eu-west-1',
    clock: virtualClock(overrides.startsAtMs ?? Date.parse('2026-11-22T10:00:00Z')),
    random: seededRandom(overrides.seed ?? 1),
    trace: overrides.trace ?? silentTrace,
    cloud: {
      async call(service, operation, input, caller) {
        calls.push({ service, operation, input, caller });
        return {};
      },
      publish: (event) => events.push(event),
      assume: (roleArn) => ({ kind: 'role', arn: roleArn, roleName: roleArn.split('/').at(-1) ?? roleArn, statements: [] }),
      ...overrides.cloud,
    },
    // Made when first asked for: most services never touch the disk.
    get dataFolder() {
      if (folder === undefined) {
        const made = mkdtempSync(path.join(tmpdir(), 'emulator-test-'));
        folders.push(made);
        folder = made;
      }
      return folder;
    },
    background(_label, work) {
      work().catch((error: unknown) => crashes.push(error));
    },
    crashes,
    calls,
    events,
  };
}
