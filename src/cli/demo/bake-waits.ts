import type { HistoryEvent } from '@aws-sdk/client-sfn';

/** One wait of a bake, from one look at the gates to the next. Epoch milliseconds of emulator time. */
export interface BakeWait {
  readonly parkedAtMs: number;
  /** When it would have looked by itself. */
  readonly nextLookAtMs: number;
  readonly endedAtMs: number;
  /** What woke it before that, in the words of who did; unset where nobody did. */
  readonly wokenBy?: string;
}

/** The waits of a walk's bakes that are over, oldest first, from the history of its execution. */
export function bakeWaits(events: readonly HistoryEvent[]): readonly BakeWait[] {
  const waits: BakeWait[] = [];
  let parked: Pick<BakeWait, 'parkedAtMs' | 'nextLookAtMs'> | undefined;
  let state: string | undefined;
  for (const event of events) {
    state = event.stateEnteredEventDetails?.name ?? state;
    const atMs = event.timestamp?.getTime() ?? 0;
    if (state !== 'Bake') continue;
    if (event.type === 'TaskScheduled') {
      parked = { parkedAtMs: atMs, nextLookAtMs: atMs + (event.taskScheduledEventDetails?.timeoutInSeconds ?? 0) * 1000 };
    } else if (parked && (event.type === 'TaskSucceeded' || event.type === 'TaskTimedOut' || event.type === 'TaskFailed')) {
      const { woken } = JSON.parse(event.taskSucceededEventDetails?.output ?? '{}') as { woken?: string }; // As whoever wakes a wait answers it.
      waits.push({ ...parked, endedAtMs: atMs, ...(woken !== undefined && { wokenBy: woken }) });
      parked = undefined;
    }
  }
  return waits;
}
