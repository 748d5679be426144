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

/**
 * Runs a command in the repository's root, with the tools npm installed (Node 24 among them) first on the PATH.
 *
 * @param options.shows whether its output goes to the terminal as it comes, or is kept for `output`
 * @param options.limitSeconds wall seconds after which it is stopped
 */
export async function run(
  command: readonly [program: string, ...args: string[]],
  options: { shows: boolean; limitSeconds: number; env?: Readonly<Record<string, string>> },
): Promise<Ended> {
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
  const interrupted = () => stop('SIGINT');
  process.on('SIGINT', interrupted);
  process.on('SIGTERM', interrupted);
  const code = await new Promise<number>((resolve) => {
    child.once('error', (error) => {
      output += `${error.message}\n`;
      resolve(127);
    });
    child.once('close', (exitCode) => resolve(exitCode ?? 1));
  });
  clearTimeout(limit);
  process.off('SIGINT', interrupted);
  process.off('SIGTERM', interrupted);
  return { code, output, seconds: (performance.now() - startedAt) / 1000 };
}
