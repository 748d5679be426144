const youngMs = 12 * 3_600_000;

/**
 * How long a wait in front of the endpoint lets pass before it looks by itself, seconds: an event makes it fast, so a wait of
 * days may look seldom. Step Functions ends an execution at 25,000 events, which every five minutes would be a week.
 *
 * @param sinceMs when the wait began, epoch milliseconds
 */
export const lookAgainSeconds = (sinceMs: number, nowMs: number): number => (nowMs - sinceMs < youngMs ? 300 : 1800);
