import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, vi } from 'vitest';
import { folderOf } from '../../containers/folder.ts';

const main = fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url));

/** What commands that run inside a test print, and no terminal gets; the exit code they set is taken back after each test. */
export function capturePrinted(): () => string {
  let printed = '';
  beforeEach(() => {
    printed = '';
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((printed += String(text)), true));
  });
  afterEach(() => {
    vi.restoreAllMocks();
    process.exitCode = undefined;
  });
  return () => printed;
}

/** `sluice container …` as a process of its own, with a folder of its own for temporary files. */
export interface Commanded {
  /** All it has printed so far. */
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Settles once it has printed what matches. */
  said(pattern: RegExp): Promise<RegExpExecArray>;
  kill(signal: 'SIGINT' | 'SIGTERM'): void;
  /** Settles with its exit code, once all it printed was read. */
  readonly ended: Promise<number | null>;
  /** What lies in its folder for temporary files. */
  readonly leftOver: () => readonly string[];
}

export function command(...words: readonly string[]): Commanded {
  const scratch = folderOf({});
  const child = spawn(process.execPath, [main, 'container', ...words], {
    env: { ...process.env, TMPDIR: scratch, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  const waiting = new Set<() => void>();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    for (const look of waiting) look();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = once(child, 'close').then(([code]) => code as number | null); // As Node gives it.
  return {
    stdout: () => stdout,
    stderr: () => stderr,
    said: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = pattern.exec(stdout);
          if (!found) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        void ended.then((code) => reject(new Error(`It ended with ${code ?? 'a signal'} and never printed ${String(pattern)}:\n${stdout}${stderr}`)));
        look();
      }),
    kill: (signal) => void child.kill(signal),
    ended,
    leftOver: () => readdirSync(scratch),
  };
}
