import { spawn } from 'node:child_process';
import path from 'node:path';

export const root = path.resolve(import.meta.dirname, '..');

export interface Ended {
  /** 0 is success; a command that was stopped, or could not be started, has another. */
  readonly code: number;
  /** What it wrote, both streams in order; empty when it wrote straight to the terminal. */
  readonly output: string;
  /** Wall seconds. */
  readonly seconds: number;
}

/** A person, or whoever runs us, wants an end while a command ran: nothing more is to be begun. */
export class Interrupted extends Error {
  override name = 'Interrupted';
}

/** The signal that asked for an end; unset until one did. */
let interruptedBy: NodeJS.Signals | undefined;

/**
 * Does a script's work and leaves with the code it comes to; after Ctrl-C or SIGTERM with 130 or 143, once what was begun has been cleaned up.
 */
export async function leaveWith(work: () => Promise<number>): Promise<void> {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => (interruptedBy ??= signal));
  try {
    process.exitCode = await work();
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
  }
  if (interruptedBy !== undefined) process.exitCode = interruptedBy === 'SIGINT' ? 130 : 143;
}

/**
 * Runs a command in the repository's root, with the tools npm installed (Node 24 among them) first on the PATH.
 *
 * @param options.shows whether its output goes to the terminal as it comes, or is kept for `output`
 * @param options.limitSeconds wall seconds after which it is stopped
 * @throws Interrupted where somebody asked for an end before it, or while it ran; by then it has ended
 */
export async function run(
  command: readonly [program: string, ...args: string[]],
  options: { shows: boolean; limitSeconds: number; env?: Readonly<Record<string, string>> },
): Promise<Ended> {
  const interrupted = () => {
    if (interruptedBy !== undefined) throw new Interrupted(`interrupted by ${interruptedBy}`);
  };
  interrupted();
  const startedAt = performance.now();
  const [program, ...args] = command;
  const tools = path.join(root, 'node_modules', '.bin');
  const child = spawn(program, args, {
    cwd: root,
    env: { ...process.env, ...options.env, PATH: `${tools}${path.delimiter}${process.env['PATH'] ?? ''}` },
    stdio: ['ignore', options.shows ? 'inherit' : 'pipe', options.shows ? 'inherit' : 'pipe'],
    // A group of its own, so that what the command started ends with it when it takes too long.
    detached: process.platform !== 'win32',
  });
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const stop = (signal: NodeJS.Signals) => {
    try {
      if (child.pid !== undefined) process.kill(process.platform === 'win32' ? child.pid : -child.pid, signal);
    } catch {
      // It has ended in the meantime.
    }
  };
  const limit = setTimeout(() => {
    output += `\nstopped after ${options.limitSeconds} s\n`;
    if (options.shows) console.log(`stopped after ${options.limitSeconds} s`);
    stop('SIGKILL');
  }, options.limitSeconds * 1000);
  const interrupt = () => stop('SIGINT');
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  const code = await new Promise<number>((resolve) => {
    child.once('error', (error) => {
      output += `${error.message}\n`;
      resolve(127);
    });
    child.once('close', (exitCode) => resolve(exitCode ?? 1));
  });
  clearTimeout(limit);
  process.off('SIGINT', interrupt);
  process.off('SIGTERM', interrupt);
  interrupted();
  return { code, output, seconds: (performance.now() - startedAt) / 1000 };
}
