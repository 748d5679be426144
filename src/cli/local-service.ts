import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dockerEngine, type Engine, processEngine } from '../containers/run.ts';
import { scaledClock, virtualClock } from '../emulator/clock.ts';
import { type Emulator, startEmulator } from '../emulator/emulator.ts';
import type { clockSpeed, engines } from './options.ts';
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

/** When virtual time begins: the same every run. */
const virtualStartMs = Date.UTC(2026, 0, 1);

/**
 * Packages the service, starts the embedded AWS on a loopback port and deploys that very package.
 *
 * @param port 0 picks a free one
 * @param tell told of each stage as it begins
 */
export async function startLocalService(
  options: {
    readonly speed: ReturnType<typeof clockSpeed>;
    readonly seed: number;
    readonly port: number;
    readonly engine: (typeof engines)[number];
    readonly signal?: AbortSignal;
    /** Takes each line of the embedded AWS's trace. */
    readonly onTrace?: (line: string) => void;
  },
  tell: (stage: string) => void,
): Promise<LocalService> {
  const clock = options.speed === 'virtual' ? virtualClock(virtualStartMs) : scaledClock(options.speed === 'real' ? 1 : options.speed);
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
    if (clock.kind !== 'virtual') engine = options.engine === 'docker' ? await dockerEngine() : processEngine();
    // Before the long part: a port that is taken is better heard of now.
    if (options.port !== 0) await expectFree(options.port);
    tell('packaging the service');
    const packaged = join(folder, 'package');
    await packageService(packaged, options.signal);
    tell('starting the embedded AWS and deploying the package');
    emulator = await startEmulator({
      clock,
      seed: options.seed,
      port: options.port,
      engine: engine ?? 'statistical',
      region: localRegion,
      ...(options.onTrace && { trace: options.onTrace }),
    });
    const { outputs } = await emulator.deploy(packaged);
    const endpointUrl = emulator.url;
    if (endpointUrl === undefined) throw new Error('The embedded AWS has no port');
    return { emulator, outputs, target: { region: emulator.kernel.region, endpointUrl }, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function expectFree(port: number): Promise<void> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        new Error(error.code === 'EADDRINUSE' ? `Port ${port} of 127.0.0.1 is taken: choose another, or --port 0 for a free one` : error.message, {
          cause: error,
        }),
      ),
    );
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve()));
  });
}
