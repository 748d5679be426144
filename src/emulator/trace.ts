/** What the emulator saw and did, a JSON line each: wire requests and answers, events, state transitions, alarm evaluations, draws. */
export type TraceKind = 'wire' | 'event' | 'state' | 'alarm' | 'draw' | 'lambda' | 'endpoint' | 'training' | 'fault' | 'log' | 'crash';

export interface Trace {
  /** Writes one line: emulator time first, then the kind, then `data` in the order given. */
  write(kind: TraceKind, data: Record<string, unknown>): void;
}

/** A trace whose lines go to `sink`, stamped with `now`. Same calls, same bytes. */
export function lineTrace(now: () => number, sink: (line: string) => void): Trace {
  return { write: (kind, data) => sink(JSON.stringify({ at: new Date(now()).toISOString(), kind, ...data })) };
}

export const silentTrace: Trace = { write() {} };
