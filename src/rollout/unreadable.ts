import { Refused, Throttled, Unavailable } from './errors.ts';
import { inconclusive, type Verdict } from './verdict.ts';

/** Whether a port could not read, in passing or for good. */
export const isNotRead = (error: unknown): error is Throttled | Unavailable | Refused =>
  error instanceof Throttled || error instanceof Unavailable || error instanceof Refused;

/** What a gate can't read is no evidence, either way; the next look reads again. Our own mistakes stop. */
export function unreadable(error: unknown): Verdict {
  if (isNotRead(error)) return inconclusive('unreadable', { error: error.name, text: error.message });
  throw error;
}
