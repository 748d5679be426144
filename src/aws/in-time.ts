import type { Heard } from '../ports/judges.ts';

/** What `ask` hears, or that it took too long: then it is told to stop, and what becomes of it is nobody's business any more. */
export async function inTime(timeoutMs: number, ask: (signal: AbortSignal) => Promise<Heard>): Promise<Heard> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Heard>((resolve) => {
    timer = setTimeout(() => {
      resolve({ kind: 'timed-out' });
      controller.abort();
    }, timeoutMs);
  });
  try {
    return await Promise.race([ask(controller.signal), late]);
  } finally {
    clearTimeout(timer);
  }
}
