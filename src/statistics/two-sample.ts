/** Kolmogorov-Smirnov statistic: the largest distance between the distributions of two samples, 0-1; 0 where one is empty. */
export function largestDistance(left: readonly number[], right: readonly number[]): number {
  if (left.length === 0 || right.length === 0) return 0;
  const sorted = [left.toSorted((a, b) => a - b), right.toSorted((a, b) => a - b)] as const;
  let [i, j, largest] = [0, 0, 0];
  while (i < left.length && j < right.length) {
    const at = Math.min(sorted[0][i] ?? Infinity, sorted[1][j] ?? Infinity);
    while (sorted[0][i] === at) i++;
    while (sorted[1][j] === at) j++;
    largest = Math.max(largest, Math.abs(i / left.length - j / right.length));
  }
  return largest;
}

/**
 * The distance that two samples of `size` from one distribution exceed with probability `alpha` at most, however the
 * samples depend on each other: each is within eps of the truth but for 2 exp(-2 n eps^2) (Dvoretzky, Kiefer, Wolfowitz with
 * Massart's constant), and both are together but for twice that. So it holds for the same requests asked of two models.
 *
 * @param alpha 0-1, exclusive
 * @returns 1 and more where so few values can prove nothing
 */
export const distanceBound = (size: number, alpha: number): number => 2 * Math.sqrt(Math.log(4 / alpha) / (2 * size));
