const probability = (weights, row) => 1 / (1 + Math.exp(-row.reduce((sum, value, i) => sum + weights[i] * value, weights[row.length])));

/** The gradient of the log loss summed over some rows, by weight; the last is the bias's. */
export function gradientSum(weights, rows, labels) {
  const gradient = weights.map(() => 0);
  for (const [index, row] of rows.entries()) {
    const error = probability(weights, row) - labels[index];
    for (const [i, value] of row.entries()) gradient[i] += error * value;
    gradient[row.length] += error;
  }
  return gradient;
}

/** How many of some rows the weights have right. */
export const rightCount = (weights, rows, labels) => rows.filter((row, index) => probability(weights, row) >= 0.5 === (labels[index] === 1)).length;
