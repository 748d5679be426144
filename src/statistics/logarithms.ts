/** ln(e^a + e^b), also where one of them is -Infinity. */
export function logAddExp(a: number, b: number): number {
  const high = a > b ? a : b;
  const low = a > b ? b : a;
  if (low === Number.NEGATIVE_INFINITY) return high;
  return high + Math.log1p(Math.exp(low - high));
}

/** ln of the sum of e^x over the list; -Infinity for an empty one. */
export function logSumExp(logs: readonly number[]): number {
  let sum = Number.NEGATIVE_INFINITY;
  for (const log of logs) sum = logAddExp(sum, log);
  return sum;
}

/** Coefficients of Lanczos' series for g = 7, n = 9. */
const lanczos = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905, -0.13857109526572012,
  9.9843695780195716e-6, 1.5056327351493116e-7,
];

/**
 * ln of the gamma function, x > 0, relative error below 1e-13.
 *
 * @see Lanczos, A precision approximation of the gamma function, 1964; from 20 on Stirling's series, which loses no digits to cancellation
 */
export function lnGamma(x: number): number {
  // Γ(x + 1) = x Γ(x): near 0 the series would lose what it adds to its base.
  if (x < 0.5) return lnGamma(x + 1) - Math.log(x);
  if (x >= 20) {
    const inverse = 1 / x;
    const square = inverse * inverse;
    return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + inverse * (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square / 1680)));
  }
  const shifted = x - 1;
  let series = lanczos[0] ?? 0;
  for (let index = 1; index < lanczos.length; index += 1) series += (lanczos[index] ?? 0) / (shifted + index);
  const base = shifted + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (shifted + 0.5) * Math.log(base) - base + Math.log(series);
}

/**
 * ln of the beta function, a > 0, b > 0.
 *
 * With one argument far above the other the three gammas are nearly as large as each other and their difference loses
 * digits: there the ratio of the two large ones is expanded instead.
 */
export function lnBeta(a: number, b: number): number {
  const small = Math.min(a, b);
  const large = Math.max(a, b);
  if (large < 20) return lnGamma(small) + lnGamma(large) - lnGamma(small + large);
  // ln Γ(large) - ln Γ(large + small), by Stirling term by term.
  const ratio = (large - 0.5) * -Math.log1p(small / large) - small * Math.log(large + small) + small + (stirling(large) - stirling(large + small));
  return lnGamma(small) + ratio;
}

/** Stirling's correction, x >= 20. */
function stirling(x: number): number {
  const square = 1 / (x * x);
  return (1 / x) * (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square / 1680)));
}
