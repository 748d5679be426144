/** Epoch milliseconds of a moment in ISO 8601; NaN for what is none: `Date` takes 31 February for a day in March. */
export function momentOf(text: string): number {
  const day = text.slice(0, 10);
  const midnightMs = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(midnightMs) && new Date(midnightMs).toISOString().startsWith(day) ? Date.parse(text) : Number.NaN;
}
