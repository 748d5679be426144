const zeros = (length) => Array.from({ length }, () => 0);

/** The probability of the second class. */
export function probability({ weights, bias }, features) {
  let score = bias;
  for (let i = 0; i < weights.length; i++) score += weights[i] * features[i];
  return 1 / (1 + Math.exp(-score));
}

/**
 * Logistic regression by full-batch gradient descent, one epoch a step of the generator.
 *
 * The step is `learningRate` over the largest curvature the loss can have (a quarter of the mean squared length of a row), so that no
 * scale of the features makes it diverge. On features of very different scales it is slow, as gradient descent is.
 *
 * @param learningRate 0-2
 * @param l2 weight of the squared weights in the loss
 */
export function* descend(rows, labels, { learningRate, l2 }) {
  const width = rows[0].length;
  const model = { weights: zeros(width), bias: 0 };
  const curvature = rows.reduce((sum, row) => sum + row.reduce((length, value) => length + value * value, 1), 0) / rows.length / 4 + l2;
  const step = learningRate / curvature;
  for (;;) {
    const gradient = zeros(width);
    let biasGradient = 0;
    for (let n = 0; n < rows.length; n++) {
      const error = probability(model, rows[n]) - labels[n];
      biasGradient += error;
      for (let i = 0; i < width; i++) gradient[i] += error * rows[n][i];
    }
    for (let i = 0; i < width; i++) model.weights[i] -= step * (gradient[i] / rows.length + l2 * model.weights[i]);
    model.bias -= (step * biasGradient) / rows.length;
    yield model;
  }
}

/** Share of rows on the right side of one half, and the mean cross-entropy. */
export function evaluate(model, rows, labels) {
  let right = 0;
  let loss = 0;
  for (let n = 0; n < rows.length; n++) {
    const p = probability(model, rows[n]);
    if (p >= 0.5 === (labels[n] === 1)) right++;
    loss -= Math.log(Math.max(1e-12, labels[n] === 1 ? p : 1 - p));
  }
  return { accuracy: right / rows.length, loss: loss / rows.length };
}
