/**
 * A log-normal latency as a handful of values with counts, so that a minute of traffic costs one draw and not one a
 * request: the distribution is cut into slices of probability, each standing for its middle.
 */

/** Upper end of each slice of the standard normal, and the value in its middle. The tail is cut finer: p99 and p99.9 are read from it. */
const slices: readonly (readonly [upTo: number, z: number])[] = [
  [0.05, -1.96],
  [0.1, -1.4395],
  [0.15, -1.1503],
  [0.2, -0.9346],
  [0.25, -0.7554],
  [0.3, -0.5978],
  [0.35, -0.4538],
  [0.4, -0.3186],
  [0.45, -0.1891],
  [0.5, -0.0627],
  [0.55, 0.0627],
  [0.6, 0.1891],
  [0.65, 0.3186],
  [0.7, 0.4538],
  [0.75, 0.5978],
  [0.8, 0.7554],
  [0.85, 0.9346],
  [0.9, 1.1503],
  [0.95, 1.4395],
  [0.98, 1.8119],
  [0.99, 2.1701],
  [0.999, 2.5427],
  [1, 3.2905],
];

/** Microseconds, whole and at least 1. */
const valueUs = (medianUs: number, sigma: number, z: number) => Math.max(1, Math.round(medianUs * Math.exp(sigma * z)));

/**
 * The latency of one request.
 *
 * @param u a uniform draw, [0, 1)
 */
export function latencyAt(medianUs: number, sigma: number, u: number): number {
  const slice = slices.find(([upTo]) => u < upTo);
  return valueUs(medianUs, sigma, slice?.[1] ?? 0);
}

/**
 * The latencies of `count` requests as value (microseconds) -> how many, by systematic sampling: each slice gets its
 * share, and `u` decides where the remainder falls.
 *
 * @param u a uniform draw, [0, 1)
 */
export function latenciesOf(medianUs: number, sigma: number, count: number, u: number): Map<number, number> {
  const values = new Map<number, number>();
  let before = 0;
  for (const [upTo, z] of slices) {
    const until = Math.floor(count * upTo + u);
    if (until > before) {
      const value = valueUs(medianUs, sigma, z);
      values.set(value, (values.get(value) ?? 0) + until - before);
    }
    before = until;
  }
  return values;
}
