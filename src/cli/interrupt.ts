/** Runs `work` until it ends or a person presses Ctrl-C; either way `stop` runs to its end before the process leaves. */
export async function untilInterrupted(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const interrupted = new AbortController();
  const interrupt = (signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP') => {
    process.exitCode = 128 + { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 }[signal];
    interrupted.abort(new Error(`interrupted by ${signal}`));
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, interrupt);
  // Whoever reads us has left: nothing more to tell, everything still to end.
  process.stdout.on('error', () => interrupt('SIGTERM'));
  try {
    await work(interrupted.signal);
  } catch (error) {
    if (!interrupted.signal.aborted) throw error;
  } finally {
    for (const signal of signals) process.off(signal, interrupt);
  }
}
