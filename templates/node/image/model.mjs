import { readFileSync, writeFileSync } from 'node:fs';
import { modelFile } from './contract.mjs';

// Logistic regression on standardised columns: put your own model here. train calls epochsOf() and saveModel(), serve loadModel().

const sigmoid = (x) => 1 / (1 + Math.exp(-x));

/** Yields a model and its loss after every epoch, each better than the one before. */
export function* epochsOf({ columns, rows }, learningRate) {
  const features = columns.slice(0, -1);
  const labels = rows.map((row) => row.at(-1));
  const mean = features.map((_, at) => rows.reduce((sum, row) => sum + row[at], 0) / rows.length);
  const scale = features.map((_, at) => Math.sqrt(rows.reduce((sum, row) => sum + (row[at] - mean[at]) ** 2, 0) / rows.length) || 1);
  const inputs = rows.map((row) => features.map((_, at) => (row[at] - mean[at]) / scale[at]));
  const weights = features.map(() => 0);
  let bias = 0;
  for (;;) {
    let loss = 0;
    const slope = features.map(() => 0);
    let biasSlope = 0;
    inputs.forEach((input, row) => {
      const probability = sigmoid(input.reduce((sum, value, at) => sum + value * weights[at], bias));
      const error = probability - labels[row];
      loss -= Math.log(Math.max(1e-12, labels[row] === 1 ? probability : 1 - probability));
      input.forEach((value, at) => {
        slope[at] += error * value;
      });
      biasSlope += error;
    });
    slope.forEach((value, at) => {
      weights[at] -= (learningRate * value) / inputs.length;
    });
    bias -= (learningRate * biasSlope) / inputs.length;
    yield { model: { features, mean, scale, weights: [...weights], bias }, loss: loss / inputs.length };
  }
}

export const saveModel = (model) => writeFileSync(modelFile, JSON.stringify(model));

/** The number of values a row has to have, and the probability that its label is 1. */
export function loadModel() {
  const { features, mean, scale, weights, bias } = JSON.parse(readFileSync(modelFile, 'utf8'));
  return {
    width: features.length,
    predict: (row) => sigmoid(row.reduce((sum, value, at) => sum + ((value - mean[at]) / scale[at]) * weights[at], bias)),
  };
}
