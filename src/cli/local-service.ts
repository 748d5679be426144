import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dockerEngine, type Engine, processEngine } from '../containers/run.ts';
import type { Clock } from '../emulator/clock.ts';
import { type Emulator, startEmulator } from '../emulator/emulator.ts';
import { packageService } from './service-package.ts';
import type { Target } from './target.ts';

/** The packaged service, running on the embedded AWS. */
export interface LocalService {
  readonly emulator: Emulator;
  readonly target: Target;
  /** Outputs of the deployed template, by name. */
  readonly outputs: Readonly<Record<string, string>>;
  /** Ends everything it started; twice does no harm. */
  stop(): Promise<void>;
}

/** Where the embedded AWS says it is. */
const localRegion = 'us-east-1';

export const engines = ['process', 'docker'] as const;

/**
 * Packages the service, starts the embedded AWS on a loopback port and deploys that very package.
 *
 * @param port 0 picks a free one
 * @param tell told of each stage as it begins
 */
export async function startLocalService(
  options: {
    readonly clock: Clock;
    readonly seed: number;
    readonly port: number;
    readonly engine: (typeof engines)[number];
    readonly signal?: AbortSignal;
  },
  tell: (stage: string) => void,
): Promise<LocalService> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-package-'));
  let emulator: Emulator | undefined;
  let engine: Engine | undefined;
  const stop = async () => {
    try {
      await emulator?.stop();
      await engine?.close();
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
  try {
    if (options.clock.kind !== 'virtual') engine = options.engine === 'docker' ? await dockerEngine() : processEngine();
    tell('packaging the service');
    await packageService(folder, options.signal);
    tell('starting the embedded AWS and deploying the package');
    emulator = await startEmulator({
      clock: options.clock,
      seed: options.seed,
      port: options.port,
      engine: engine ?? 'statistical',
      region: localRegion,
    });
    const { outputs } = await emulator.deploy(folder);
    const endpointUrl = emulator.url;
    if (endpointUrl === undefined) throw new Error('The embedded AWS has no port');
    return { emulator, outputs, target: { region: emulator.kernel.region, endpointUrl }, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Runs `work` until it ends or a person presses Ctrl-C; either way `stop` runs to its end before the process leaves. */
export async function untilInterrupted(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const interrupted = new AbortController();
  const interrupt = (signal: NodeJS.Signals) => {
    process.exitCode = signal === 'SIGINT' ? 130 : 143;
    interrupted.abort(new Error(`interrupted by ${signal}`));
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  try {
    await work(interrupted.signal);
  } catch (error) {
    if (!interrupted.signal.aborted) throw error;
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}
