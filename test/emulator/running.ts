import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach } from 'vitest';
import { type VirtualClock, virtualClock } from '../../src/emulator/clock.ts';
import { administratorKeys, type Emulator, startEmulator } from '../../src/emulator/emulator.ts';

export const noon = Date.parse('2026-11-22T12:00:00Z');
export const region = 'eu-west-1';

const running: Emulator[] = [];
afterEach(async () => {
  for (const emulator of running.splice(0)) await emulator.stop();
});

/** Stops the emulator after the test, however it ends. */
export function stoppedAfterwards(emulator: Emulator): Emulator {
  running.push(emulator);
  return emulator;
}

/** An emulator under the virtual clock, from noon on, with its trace. */
export async function virtualEmulator(seed = 1): Promise<{ aws: Emulator; clock: VirtualClock; trace: string[] }> {
  const clock = virtualClock(noon);
  const trace: string[] = [];
  const aws = stoppedAfterwards(await startEmulator({ clock, seed, trace: (line) => trace.push(line) }));
  return { aws, clock, trace };
}

/** Settings of an SDK client in this process. */
export const inProcess = (aws: Emulator) => ({ region, credentials: administratorKeys, maxAttempts: 1, requestHandler: aws.requestHandler });

/** A folder for packages, removed after the file's tests. */
export function packagesFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'emulator-packages-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
