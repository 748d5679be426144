/** How far one sample lies above another: the Hodges-Lehmann estimate of the shift, and an interval around it. */
export interface Shift {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}

/** Half a standard normal's mass outside: 98 % between. */
const quantile98 = 2.3263478740408408;

/**
 * Location shift of `xs` against `ys` with a 98 % interval: where Mann and Whitney's statistic of (xs - shift, ys), normal approximation,
 * ties corrected, continuity corrected for the interval, crosses the quantiles. As R's wilcox.test(conf.int = TRUE, exact = FALSE).
 *
 * @param xs not empty
 * @param ys not empty
 */
export function shiftOf(xs: readonly number[], ys: readonly number[]): Shift {
  const sortedX = xs.toSorted((a, b) => a - b);
  const sortedY = ys.toSorted((a, b) => a - b);
  const least = (sortedX[0] ?? 0) - (sortedY.at(-1) ?? 0);
  const most = (sortedX.at(-1) ?? 0) - (sortedY[0] ?? 0);
  const cross = (quantile: number, continuity: boolean) => {
    const above = (shift: number) => standardised(sortedX, sortedY, shift, continuity) - quantile;
    if (above(least) <= 0) return least;
    if (above(most) >= 0) return most;
    let [low, high] = [least, most];
    const fine = 1e-9 * (most - least);
    while (high - low > fine) {
      const middle = (low + high) / 2;
      if (above(middle) > 0) low = middle;
      else high = middle;
    }
    // Many equal values make a step at 0 that is only ever approached.
    return low <= fine && high >= -fine ? 0 : (low + high) / 2;
  };
  return { estimate: cross(0, false), low: cross(quantile98, true), high: cross(-quantile98, true) };
}

/** The statistic in standard deviations: falls as `shift` grows. Both samples sorted. */
function standardised(xs: readonly number[], ys: readonly number[], shift: number, continuity: boolean): number {
  const total = xs.length + ys.length;
  let u = 0;
  let ties = 0;
  let [x, y] = [0, 0];
  while (x < xs.length || y < ys.length) {
    const value = Math.min(x < xs.length ? (xs[x] ?? 0) - shift : Number.POSITIVE_INFINITY, ys[y] ?? Number.POSITIVE_INFINITY);
    const [fromX, fromY] = [x, y];
    while (x < xs.length && (xs[x] ?? 0) - shift === value) x += 1;
    while (y < ys.length && ys[y] === value) y += 1;
    const [sameX, sameY] = [x - fromX, y - fromY];
    u += sameX * (fromY + sameY / 2);
    ties += (sameX + sameY) ** 3 - (sameX + sameY);
  }
  const distance = u - (xs.length * ys.length) / 2;
  const variance = ((xs.length * ys.length) / 12) * (total + 1 - ties / (total * (total - 1)));
  // All values alike: no shift is any better than this one.
  if (variance <= 0) return 0;
  return (distance - (continuity ? 0.5 * Math.sign(distance) : 0)) / Math.sqrt(variance);
}
