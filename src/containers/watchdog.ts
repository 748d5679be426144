import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * Ends what this process started when this process dies without a word (SIGKILL, a crash): a small shell that waits at a pipe only we
 * hold open, and kills what is still listed when the pipe closes. Best effort: a process that leaves its group and closes everything is
 * out of reach.
 */
export interface Watchdog {
  /** Starts the shell, so that `guard` has only to write to it. Twice does no harm. */
  open(): void;
  guard(id: string | number): void;
  release(id: string | number): void;
  close(): Promise<void>;
}

/** @param kill shell text that ends `$id` */
export function watchdog(kill: string): Watchdog {
  const script = `
ids=' '
while read -r sign id; do
  case $sign in
    +) ids="$ids$id " ;;
    -) case $ids in *" $id "*) ids="\${ids%% $id *} \${ids#* $id }" ;; esac ;;
  esac
done
for id in $ids; do ${kill}; done`;
  let shell: ChildProcess | undefined;
  function open(): void {
    if (shell) return;
    // Detached: Ctrl-C reaches a terminal's whole group, and the guard has to outlive its master.
    shell = spawn('/bin/sh', ['-c', script], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
    shell.on('error', () => {});
    shell.stdin?.on('error', () => {});
    // It never holds its master's event loop open.
    shell.unref();
  }
  return {
    open,
    guard(id) {
      open();
      shell?.stdin?.write(`+ ${id}\n`);
    },
    release: (id) => void shell?.stdin?.write(`- ${id}\n`),
    async close() {
      if (!shell) return;
      const ending = shell;
      shell = undefined;
      ending.ref();
      if (ending.exitCode !== null || ending.signalCode !== null) return;
      const gone = once(ending, 'exit');
      ending.stdin?.end();
      await gone;
    },
  };
}
