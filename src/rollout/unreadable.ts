import { Refused, Throttled, Unavailable } from './errors.ts';
import { inconclusive, type Verdict } from './verdict.ts';

/** What a gate can't read is no evidence, either way; the next look reads again. Our own mistakes stop. */
export function unreadable(error: unknown): Verdict {
  if (error instanceof Throttled || error instanceof Unavailable || error instanceof Refused)
    return inconclusive('unreadable', { error: error.name, text: error.message });
  throw error;
}
